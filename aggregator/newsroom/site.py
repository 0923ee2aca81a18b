"""What an outlet's web server answers: a pure function of the newsroom, the clock and the request."""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime

from aggregator.newsroom import pages, picture
from aggregator.newsroom.pages import Document
from aggregator.newsroom.values import Newsroom, Outlet

__all__ = ["Answer", "answer"]

_GZIP_FROM_BYTES = 512
_ROBOTS = b"User-agent: *\nDisallow: /search\nDisallow: /account\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """An HTTP answer. A HEAD request gets the same without the body."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


def answer(
    newsroom: Newsroom, outlet: Outlet, target: str, headers: Mapping[str, str], *, base: str, now: datetime
) -> Answer:
    """Answer a GET of `target` (path and query) at `outlet`. Names in `headers` are lower case."""
    document = _find(newsroom, outlet, target, base=base, now=now)
    if document is None:
        body = f"Nothing is published at {target.partition('?')[0]}.\n".encode()
        return Answer(status=404, headers={"Content-Type": "text/plain; charset=utf-8"}, body=body)
    tag = hashlib.sha256(document.body).hexdigest()[:20]
    shown = {
        "ETag": f'"{tag}"',
        "Last-Modified": format_datetime(document.changed_at.astimezone(UTC), usegmt=True),
        "Cache-Control": "max-age=0, must-revalidate",
        "Vary": "Accept-Encoding",
    }
    if _is_fresh(headers, tag, document.changed_at):
        return Answer(status=304, headers=shown)
    shown["Content-Type"] = document.type
    body = document.body
    if _wants_gzip(headers) and len(body) >= _GZIP_FROM_BYTES and not document.type.startswith("image/"):
        body = gzip.compress(body, compresslevel=6, mtime=0)
        shown["Content-Encoding"] = "gzip"
        shown["ETag"] = f'"{tag}-gzip"'
    return Answer(status=200, headers=shown, body=body)


def _find(newsroom: Newsroom, outlet: Outlet, target: str, *, base: str, now: datetime) -> Document | None:
    path = target.partition("#")[0]
    bare = path.partition("?")[0]
    if outlet.feed.path in (path, bare):
        return pages.feed(newsroom, outlet, base=base, now=now)
    if bare == "/":
        return pages.front_page(newsroom, outlet, base=base, now=now)
    if bare == "/robots.txt":
        return Document(body=_ROBOTS, type="text/plain; charset=utf-8", changed_at=newsroom.stories[0].at)
    for story in newsroom.published(outlet.key, now):
        if bare == story.path:
            return pages.article_page(newsroom, outlet, story, base=base)
        if bare == pages.picture_path(story):
            return Document(body=picture.draw(bare, pages.PICTURE_SIZE), type="image/png", changed_at=story.at)
    return None


def _is_fresh(headers: Mapping[str, str], tag: str, changed_at: datetime) -> bool:
    """RFC 9110, 13.2.2: If-None-Match decides alone where it is given, else If-Modified-Since."""
    if "if-none-match" in headers:
        asked = [t.strip().removeprefix("W/").strip('"') for t in headers["if-none-match"].split(",")]
        return "*" in asked or tag in asked or f"{tag}-gzip" in asked
    try:
        since = parsedate_to_datetime(headers["if-modified-since"])
    except (KeyError, ValueError):
        return False
    since = since if since.tzinfo else since.replace(tzinfo=UTC)
    return changed_at.replace(microsecond=0) <= since


def _wants_gzip(headers: Mapping[str, str]) -> bool:
    codings = [c.strip().partition(";") for c in headers.get("accept-encoding", "").lower().split(",")]
    return any(
        name.strip() == "gzip" and weight.replace(" ", "") not in ("q=0", "q=0.0") for name, _, weight in codings
    )
