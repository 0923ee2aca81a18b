"""One page to one Article: text and facts."""

from __future__ import annotations

from typing import Any

import trafilatura
from bs4 import BeautifulSoup

from aggregator.errors import ExtractError
from aggregator.extract.decode import decode_page, open_body
from aggregator.extract.rules import SiteRule
from aggregator.extract.site_lines import SiteLines
from aggregator.model import Article

__all__ = ["extract_page"]


def extract_page(
    body: bytes,
    *,
    url: str | None = None,
    charset: str | None = None,
    site_lines: SiteLines | None = None,
    feed_text: str | None = None,
    rules: SiteRule | None = None,
    explain: bool = False,
) -> Article:
    """The article of a page (first version: trafilatura's text, facts from the head)."""
    html = decode_page(open_body(body), charset)
    found = trafilatura.extract(html, favor_precision=True, include_comments=False)
    soup = BeautifulSoup(html[: html.lower().find("</head>") + 7 or 100_000], "lxml")

    def meta(*names: str) -> str | None:
        for name in names:
            tag = soup.find("meta", attrs={"property": name}) or soup.find("meta", attrs={"name": name})
            if tag and str(tag.get("content") or "").strip():
                return str(tag["content"]).strip()
        return None

    title: Any = meta("og:title") or (soup.title and soup.title.get_text().strip()) or None
    if found is None and title is None:
        raise ExtractError("No article was found on this page.", url=url or "")
    image = meta("og:image")
    lines = [line.strip() for line in (found or "").split("\n") if line.strip()]
    lines = [line for line in lines if line != title and not line.startswith("Read more:")]
    if site_lines:
        lines = [line for line in lines if not site_lines.recurs(line)]
    text = "\n\n".join(lines) or feed_text
    return Article(
        url=url,
        title=title,
        text=text,
        published=meta("article:published_time"),
        site=meta("og:site_name"),
        image={"url": image, "alt": None, "width": None, "height": None} if image else None,
        quality=0.5 if text else 0.0,
    )
