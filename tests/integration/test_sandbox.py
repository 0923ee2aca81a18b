"""A poison document costs its own task only."""

from __future__ import annotations

import os
import pickle
import signal
import subprocess
import sys
import time
from collections.abc import Iterator

import psutil
import pytest

from aggregator.errors import AggregatorError, WorkerDied
from aggregator.pipeline.sandbox import SandboxExecutor
from tests.support import tasks

MIB = 2**20
linux_only = pytest.mark.skipif(sys.platform != "linux", reason="memory is exact on Linux only")


@pytest.fixture(scope="module")
def sandbox() -> Iterator[SandboxExecutor]:
    with SandboxExecutor(1, timeout_s=5.0, cpu_s=0.5, memory_bytes=64 * MIB, preload=["tests.support.tasks"]) as made:
        yield made


@pytest.mark.parametrize(
    ("task", "limit"),
    [
        (tasks.hang, "time"),
        (tasks.spin_without_the_interpreter, "cpu"),
        pytest.param(tasks.swell, "memory", marks=linux_only),
        (tasks.crash, "crash"),
        (tasks.leave, "crash"),
    ],
)
def test_a_task_past_its_limits_fails_alone_and_says_which(sandbox: SandboxExecutor, task, limit: str) -> None:
    poison = sandbox.submit(task)
    after = sandbox.submit(abs, -7)
    error = poison.exception(timeout=20)
    assert isinstance(error, WorkerDied)
    assert error.limit == limit
    assert after.result(timeout=20) == 7


def test_the_error_of_a_dead_worker_can_be_stored_and_sent_on(sandbox: SandboxExecutor) -> None:
    error = sandbox.submit(tasks.leave).exception(timeout=20)
    again = pickle.loads(pickle.dumps(error))
    assert (str(again), again.limit) == (str(error), "crash")


def test_a_worker_serves_many_tasks(sandbox: SandboxExecutor) -> None:
    assert len({sandbox.submit(os.getpid).result() for _ in range(10)}) == 1


def test_no_process_is_started_before_there_is_work() -> None:
    sandbox = SandboxExecutor(2)
    assert sandbox._keepers == []
    sandbox.shutdown()


def test_a_second_worker_starts_only_when_the_first_is_busy() -> None:
    with SandboxExecutor(2, timeout_s=20) as sandbox:
        for _ in range(3):
            sandbox.submit(os.getpid).result()
            time.sleep(0.05)
        assert len(sandbox._keepers) == 1
        sandbox.submit(time.sleep, 0.3)
        assert sandbox.submit(os.getpid).result() > 0
        assert len(sandbox._keepers) == 2


@linux_only
def test_what_a_task_used_is_there_again_for_the_next(sandbox: SandboxExecutor) -> None:
    assert [sandbox.submit(tasks.hold, 40 * MIB).result(timeout=20) for _ in range(5)] == [40 * MIB] * 5


@linux_only
def test_a_worker_that_leaks_is_replaced_before_it_fails_an_innocent_task(sandbox: SandboxExecutor) -> None:
    workers = [sandbox.submit(tasks.leak, 20 * MIB).result(timeout=20) for _ in range(8)]
    assert len(set(workers)) > 1


def test_a_worker_killed_between_two_tasks_is_replaced_unnoticed(sandbox: SandboxExecutor) -> None:
    pid = sandbox.submit(os.getpid).result()
    os.kill(pid, signal.SIGKILL)
    while _lives(pid):
        time.sleep(0.01)
    results = [sandbox.submit(abs, -n) for n in range(1, 4)]
    assert [f.result(timeout=20) for f in results] == [1, 2, 3]


def test_a_document_cannot_make_a_parser_open_a_connection(sandbox: SandboxExecutor) -> None:
    assert isinstance(sandbox.submit(tasks.dial).exception(timeout=20), PermissionError)


def test_a_document_cannot_make_a_parser_start_a_program(sandbox: SandboxExecutor) -> None:
    assert isinstance(sandbox.submit(tasks.run_a_program).exception(timeout=20), PermissionError)


def test_an_error_that_cannot_travel_is_told_in_words(sandbox: SandboxExecutor) -> None:
    error = sandbox.submit(tasks.raise_stubborn).exception(timeout=20)
    assert isinstance(error, AggregatorError)
    assert "Stubborn: cannot" in str(error)
    assert "raise_stubborn" in "".join(error.__notes__)


def test_a_result_that_cannot_travel_fails_its_task(sandbox: SandboxExecutor) -> None:
    assert isinstance(sandbox.submit(tasks.answer_with_a_lambda).exception(timeout=20), AggregatorError)
    assert sandbox.submit(abs, -1).result(timeout=20) == 1


def test_a_task_that_cannot_travel_fails_at_once(sandbox: SandboxExecutor) -> None:
    assert sandbox.submit(lambda: None).exception(timeout=20) is not None
    assert sandbox.submit(abs, -1).result(timeout=20) == 1


def test_ctrl_c_is_the_parents_to_handle(sandbox: SandboxExecutor) -> None:
    assert sandbox.submit(tasks.interrupt_myself).result(timeout=20) == "still here"


def test_workers_do_not_write_into_our_output(sandbox: SandboxExecutor, capfd: pytest.CaptureFixture[str]) -> None:
    assert sandbox.submit(tasks.shout).result(timeout=20) == "done"
    assert capfd.readouterr() == ("", "")


def test_kill_ends_what_is_under_way() -> None:
    sandbox = SandboxExecutor(1, timeout_s=60)
    pid = sandbox.submit(os.getpid).result()
    busy, queued = sandbox.submit(tasks.hang), sandbox.submit(abs, -1)
    while not busy.running():
        time.sleep(0.01)
    sandbox.kill()
    assert isinstance(busy.exception(timeout=5), WorkerDied)
    assert queued.cancelled()
    assert not _lives(pid)


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL])
def test_workers_end_with_their_parent_even_if_it_is_killed(how: signal.Signals) -> None:
    program = (
        "import os, time\n"
        "from aggregator.pipeline.sandbox import SandboxExecutor\n"
        "s = SandboxExecutor(1, timeout_s=2)\n"
        "print(s.submit(os.getpid).result(), flush=True)\n"
        "s.submit(time.sleep, 60)\n"
        "time.sleep(60)\n"
    )
    parent = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True)
    with parent:
        worker = int(parent.stdout.readline())
        parent.send_signal(how)
    deadline = time.monotonic() + 15
    while _lives(worker) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not _lives(worker)


def _lives(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
