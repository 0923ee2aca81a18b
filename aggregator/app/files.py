"""Files in, JSON lines out: the contract of the filters `parse` and `extract`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from aggregator.errors import AggregatorError
from aggregator.extract import extract_lines
from aggregator.parse import parse_line
from aggregator.pipeline.ordered import in_order
from aggregator.pipeline.sandbox import SandboxExecutor

__all__ = ["extract_files", "parse_files"]


def parse_files(paths: Sequence[Path]) -> Iterator[dict[str, Any]]:
    """One row for each feed file, in order; a file that ends its worker costs its own row only."""
    with SandboxExecutor(preload=("aggregator.parse",)) as executor:
        yield from in_order(executor, _parse_file, paths, failed=_unparsed)


def _parse_file(path: Path) -> dict[str, Any]:
    try:
        return parse_line(str(path), path.read_bytes())
    except OSError as error:
        return _unparsed(path, AggregatorError(f"cannot be read: {error.strerror}"))


def _unparsed(path: Path, error: AggregatorError) -> dict[str, Any]:
    return {"path": str(path), "feed": {"title": None, "link": None, "lang": None}, "entries": [], "error": str(error)}


def extract_files(
    paths: Sequence[Path],
    *,
    url: str | None = None,
    explain: bool = False,
    progress: Callable[[int], None] = lambda _done: None,
) -> Iterator[dict[str, Any]]:
    """One row for each page file, in order, on all cores; pages of one site teach each other."""
    with SandboxExecutor(preload=("aggregator.extract",)) as executor:
        rows = extract_lines(
            ((str(path), _read(path)) for path in paths),
            url=url,
            explain=explain,
            mapper=partial(_map, executor, progress),
        )
        yield from rows


def _read(path: Path) -> bytes | AggregatorError:
    try:
        return path.read_bytes()
    except OSError as error:
        return AggregatorError(error.strerror or str(error))


def _map(executor: SandboxExecutor, progress: Callable[[int], None], work: Any, tasks: Iterable[Any]) -> Iterator[Any]:
    for done, row in enumerate(in_order(executor, work, tasks, failed=lambda _task, error: error), 1):
        progress(done)
        yield row
