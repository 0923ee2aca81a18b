"""Whatever runs the stages keeps one contract: the pipeline only submits and waits."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import CancelledError, Executor, ThreadPoolExecutor, as_completed
from functools import partial

import pytest

from aggregator.errors import ParseError
from aggregator.pipeline.sandbox import InlineExecutor, SandboxExecutor
from aggregator.pipeline.sandbox_worker import Limits
from aggregator.pipeline.spread import Cluster, SpreadExecutor
from tests.support.cluster import threads
from tests.support.tasks import MIB, double, refuse, total

MAKERS = {
    "sandbox": partial(SandboxExecutor, 2, timeout_s=30),
    "threads": partial(ThreadPoolExecutor, 2),
    "inline": InlineExecutor,
}


LIMITS = Limits(wall_s=30, cpu_s=30, memory_bytes=256 * MIB)
KINDS = [*sorted(MAKERS), "dask"]


@pytest.fixture(scope="module")
def workers() -> Iterator[Cluster]:
    with threads() as started:
        connected = Cluster(started.scheduler_address, connect_s=60)
        yield connected
        connected.close()


def made(request: pytest.FixtureRequest) -> Executor:
    if request.param == "dask":
        return SpreadExecutor(request.getfixturevalue("workers"), LIMITS, local=InlineExecutor)
    return MAKERS[request.param]()


@pytest.fixture(scope="module", params=KINDS)
def executor(request: pytest.FixtureRequest) -> Iterator[Executor]:
    with made(request) as shared:
        yield shared


@pytest.fixture(params=KINDS)
def own_executor(request: pytest.FixtureRequest) -> Iterator[Executor]:
    with made(request) as own:
        yield own


def test_a_task_gives_its_result(executor: Executor) -> None:
    assert executor.submit(double, 21).result() == 42


def test_named_arguments_reach_the_task(executor: Executor) -> None:
    assert executor.submit(double, 20, plus=2).result() == 42


def test_an_error_of_ours_comes_back_as_it_was_raised(executor: Executor) -> None:
    error = executor.submit(refuse, "http://a.example/").exception()
    assert isinstance(error, ParseError)
    assert (error.message, error.url) == ("not a feed", "http://a.example/")


def test_one_failing_task_leaves_the_others_alone(executor: Executor) -> None:
    bad = executor.submit(refuse, "x")
    good = [executor.submit(double, n) for n in range(5)]
    assert [f.result() for f in good] == [0, 2, 4, 6, 8]
    assert bad.exception() is not None


def test_all_tasks_of_a_crowd_complete(executor: Executor) -> None:
    futures = {executor.submit(double, n): n for n in range(100)}
    assert {futures[f]: f.result() for f in as_completed(futures)} == {n: 2 * n for n in range(100)}


def test_tasks_can_be_batched_by_passing_a_tuple(executor: Executor) -> None:
    assert executor.submit(total, tuple(range(1000))).result() == 499500


def test_a_large_document_goes_in_and_comes_out(executor: Executor) -> None:
    document = b"x" * (5 * 2**20)
    assert executor.submit(bytes.upper, document).result() == document.upper()


def test_after_shutdown_nothing_more_is_taken(own_executor: Executor) -> None:
    own_executor.submit(double, 1).result()
    own_executor.shutdown()
    with pytest.raises(RuntimeError):
        own_executor.submit(double, 1)


def test_shutdown_lets_what_was_submitted_finish(own_executor: Executor) -> None:
    futures = [own_executor.submit(double, n) for n in range(20)]
    own_executor.shutdown(wait=True)
    assert [f.result(timeout=0) for f in futures] == [2 * n for n in range(20)]


def test_shutdown_can_drop_what_has_not_begun(own_executor: Executor) -> None:
    futures = [own_executor.submit(double, n) for n in range(50)]
    own_executor.shutdown(wait=True, cancel_futures=True)
    assert all(f.done() for f in futures)
    for number, future in enumerate(futures):
        try:
            assert future.result() == 2 * number
        except CancelledError:
            assert future.cancelled()


def test_map_keeps_the_order(executor: Executor) -> None:
    assert list(executor.map(double, range(10))) == [2 * n for n in range(10)]
