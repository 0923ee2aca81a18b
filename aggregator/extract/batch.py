"""Many pages at once, for the filter `aggregator extract FILE…`: pages of one site teach each other."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any

from aggregator.errors import AggregatorError, ExtractError
from aggregator.extract.page import Draft, draft_kept_text, draft_page, finish
from aggregator.extract.site_lines import PageLines, SiteLines, learn_all
from aggregator.model import Article
from aggregator.text.urls import site_of

__all__ = ["KEYS", "extract_lines"]

KEYS = tuple("path url title authors published updated lang site section image text quality error".split())
Mapper = Callable[..., Iterable[Any]]

# Bare texts in one folder may come from several sites: a line must stand in two others.
_FOLDER = "folder:"
_LEAST_IN_FOLDER = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class _Read:
    """What a worker made of one file."""

    path: str
    draft: Draft | None = None
    error: str | None = None
    site: str | None = None


def extract_lines(
    files: Iterable[tuple[str, bytes | BaseException]],
    *,
    url: str | None = None,
    mapper: Mapper = map,
    explain: bool = False,
) -> Iterator[dict[str, Any]]:
    """One row per page, in order, with the keys in `KEYS` (and `reasons`, if asked to `explain`).

    `files`: (path, bytes), or what went wrong reading it; a `.txt` file is a page's text as another scraper kept it.
    `mapper` works like `map` and may run its calls elsewhere; it may return an error in place of a result. Each page is
    read alone first; then lines that recur on pages of the same site are dropped, whatever the order of the files. Bodies
    are let go as soon as they are read: what is kept until the end is text.
    """
    paths: list[str] = []

    def tasks() -> Iterator[tuple[str, bytes | BaseException, str | None, bool]]:
        for path, body in files:
            paths.append(path)
            yield path, body, url, explain

    found = [
        read if isinstance(read, _Read) else _Read(path=paths[i], error=str(read))
        for i, read in enumerate(mapper(_read, tasks()))
    ]
    sites: dict[str, list[PageLines]] = defaultdict(list)
    for read in found:
        if read.draft and read.site:
            sites[read.site].append(read.draft.page)
    learnt = {
        site: learn_all(pages, least=_LEAST_IN_FOLDER if site.startswith(_FOLDER) else 1)
        for site, pages in sites.items()
        if len(pages) > 1
    }
    for read in found:
        yield _row(read, learnt, explain=explain)


def _read(task: tuple[str, bytes | BaseException, str | None, bool]) -> _Read:
    path, body, url, explain = task
    if isinstance(body, BaseException):
        return _Read(path=path, error=f"The file could not be read: {body}")
    is_text = PurePath(path.removesuffix(".gz")).suffix.lower() == ".txt"
    try:
        draft = draft_kept_text(body, url=url) if is_text else draft_page(body, url=url, explain=explain)
    except AggregatorError as error:
        return _Read(path=path, error=str(error))
    except (RecursionError, MemoryError, ValueError, ArithmeticError, LookupError, TypeError, AttributeError) as error:
        # A library stumbled over this page; the others go on.
        return _Read(path=path, error=str(ExtractError(f"The page could not be read: {type(error).__name__}: {error}")))
    return _Read(path=path, draft=draft, site=_site(draft, path, is_text=is_text))


def _site(draft: Draft, path: str, *, is_text: bool) -> str | None:
    """Whose pages a page learns from: its host, or for bare text the folder it lies in."""
    address = draft.facts.url or draft.facts.canonical_url
    if address:
        return site_of(address)
    return f"{_FOLDER}{PurePath(path).parent}" if is_text else None


def _row(read: _Read, learnt: dict[str, SiteLines], *, explain: bool) -> dict[str, Any]:
    row: dict[str, Any] = dict.fromkeys(KEYS) | {"path": read.path, "authors": [], "quality": 0.0, "error": read.error}
    if read.draft is None:
        return row
    article = finish(read.draft, site_lines=learnt.get(read.site or ""), own=read.draft.page, explain=explain)
    row |= _facts(article)
    if article.text is None:
        wall = f" ({article.paywall})" if article.paywall else ""
        row["error"] = f"No article text was found on this page{wall}."
    return row | ({"reasons": list(article.quality_reasons), "sources": article.sources} if explain else {})


def _facts(article: Article) -> dict[str, Any]:
    return {
        "url": article.url or article.canonical_url,
        "title": article.title,
        "authors": list(article.authors),
        "published": article.published,
        "updated": article.updated,
        "lang": article.lang,
        "site": article.site,
        "section": article.section,
        "image": article.image["url"] if article.image else None,
        "text": article.text,
        "quality": article.quality,
    }
