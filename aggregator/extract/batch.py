"""Many pages at once, for the filter `aggregator extract FILE...`: pages of one site teach each other."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from aggregator.errors import AggregatorError
from aggregator.extract.page import extract_page

__all__ = ["extract_lines"]


def extract_lines(
    files: Iterable[tuple[str, bytes]],
    *,
    url: str | None = None,
    mapper: Callable[..., Iterable[dict[str, Any]]] = map,
) -> Iterator[dict[str, Any]]:
    """One row per page, in order (first version)."""
    return iter(mapper(_row, [(path, body, url) for path, body in files]))


def _row(task: tuple[str, bytes, str | None]) -> dict[str, Any]:
    path, body, url = task
    keys = ("url", "title", "authors", "published", "updated", "lang", "site", "section", "image", "text", "quality")
    row: dict[str, Any] = {"path": path, **dict.fromkeys(keys), "error": None}
    try:
        article = extract_page(body, url=url)
    except AggregatorError as error:
        return row | {"error": str(error), "authors": [], "quality": 0.0}
    row |= {key: getattr(article, key) for key in keys}
    row["authors"], row["image"] = list(article.authors), article.image and article.image["url"]
    return row
