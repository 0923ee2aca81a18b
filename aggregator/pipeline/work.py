"""What worker processes do, named without loading what they do it with."""

from __future__ import annotations

import signal
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import TYPE_CHECKING, Any

from aggregator.model import Article

if TYPE_CHECKING:
    from aggregator.extract import SiteRule

__all__ = ["PRELOAD", "extract", "extract_again", "feature_workers"]

PRELOAD = ("aggregator.extract.page", "aggregator.plugins")  # for a worker that extracts, before its first page


def extract(
    body: bytes, *, url: str | None, charset: str | None, feed_text: str | None, rules: SiteRule | None = None,
    explain: bool = False, plugins: tuple[str, ...] = (),
) -> Article:  # fmt: skip
    """As `aggregator.extract.extract_page`, unless one of these plugins has an answer. Raises PluginFailed if one fails.

    The process that hands out pages has no need of the readers themselves.
    """
    if plugins:
        from aggregator.plugins import load  # noqa: PLC0415 - see above

        article: Article | None = load(only=plugins).first("extract_page", body=body, url=url, charset=charset)
        if article is not None:
            return article
    from aggregator.extract import extract_page  # noqa: PLC0415 - see above

    return extract_page(body, url=url, charset=charset, feed_text=feed_text, rules=rules, explain=explain)


def extract_again(body: bytes, *, charset: str | None, mark: str | None, **how: Any) -> Article | None:
    """As `extract`; None if the page says what it said when it got its mark."""
    if mark is not None:
        from aggregator.extract.mark import says_the_same  # noqa: PLC0415 - see above

        if says_the_same(body, charset=charset, mark=mark):
            return None
    return extract(body, charset=charset, **how)


def feature_workers(processes: int) -> ProcessPoolExecutor:
    """Processes that compute features of stories: our own texts by now, so that no sandbox is needed.

    They are started afresh, for a fork would take along threads and an open database; an interrupt is for the process that
    gives out the work.
    """
    return ProcessPoolExecutor(
        processes, mp_context=get_context("spawn"), initializer=signal.signal, initargs=(signal.SIGINT, signal.SIG_IGN)
    )
