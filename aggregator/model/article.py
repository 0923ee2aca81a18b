"""What an article page says."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

__all__ = ["Article"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """Text and facts of one article page; unknown is None.

    `text` is plain text, paragraphs separated by a blank line, without the headline. `published` and `updated` are ISO 8601:
    with zone where the page has one, else the date alone. `image` is `{"url", "alt", "width", "height"}`. `quality` in [0, 1]
    says how much the text reads like a whole article, `quality_reasons` why. `paywall` names a paywall, consent wall or bot
    check that stood in the way. `credit` is the agency that the text is credited to. `correction` is the line in which the
    page says that it was corrected, in the text or beside it. `sources` says where each fact came from
    (json-ld, meta, body, feed …). `mark` tells whether the page, read again, says the same (`aggregator.extract.mark`).
    """

    url: str | None = None
    canonical_url: str | None = None
    title: str | None = None
    authors: tuple[str, ...] = ()
    published: str | None = None
    updated: str | None = None
    lang: str | None = None
    site: str | None = None
    section: str | None = None
    image: dict[str, Any] | None = None
    text: str | None = None
    quality: float = 0.0
    quality_reasons: tuple[str, ...] = ()
    paywall: str | None = None
    credit: str | None = None
    correction: str | None = None
    sources: dict[str, str] = field(default_factory=dict)
    mark: str | None = None
