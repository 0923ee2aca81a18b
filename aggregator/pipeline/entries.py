"""From what a feed says to what the store keeps: pure, entry by entry."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from aggregator.model import Feed, ParsedEntry, ParsedFeed
from aggregator.store.ingest import NewEntry
from aggregator.text.grams import grams
from aggregator.text.html import html_to_text, one_line
from aggregator.text.language import detect
from aggregator.text.urls import canonical_url, open_url, site_of

__all__ = ["content_hash", "new_entries", "searchable", "text_hash"]

_FUTURE = timedelta(hours=36)  # further ahead a date is a mistake: an entry must not stand at the top for years
_OLDEST = datetime(1990, 1, 1, tzinfo=UTC)  # before the web: a mistake too (1970-01-01 is the usual one)


def content_hash(entry: ParsedEntry) -> str:
    """A hash of what an entry says, to tell a changed entry from a known one."""
    parts = (entry.title or "", entry.summary or "", entry.content or "")
    return hashlib.blake2b("\0".join(parts).encode("utf-8", "replace"), digest_size=12).hexdigest()


def text_hash(text: str | None) -> str | None:
    """A hash of a story's text without regard to spaces and case."""
    if not text:
        return None
    return hashlib.blake2b(" ".join(text.casefold().split()).encode("utf-8", "replace"), digest_size=12).hexdigest()


def searchable(title: str | None, text: str | None) -> str | None:
    """The character pairs by which unspaced scripts are found."""
    return grams(f"{title or ''}\n{text or ''}")


def new_entries(
    entries: Sequence[ParsedEntry], *, parsed: ParsedFeed, feed: Feed, now: datetime, backfill: int
) -> list[NewEntry]:
    """These entries as the store takes them; on a feed's first poll only the newest `backfill` want their page."""
    wanted = None if feed.last_ok_at is not None else _newest(entries, backfill)
    return [_new_entry(e, parsed, feed, now, wants_page=wanted is None or e.id in wanted) for e in entries]


def _newest(entries: Sequence[ParsedEntry], count: int) -> set[str]:
    """Ids of the newest entries; those without a date count by their place in the feed."""
    dated = sorted(
        enumerate(entries),
        key=lambda pair: (-(pair[1].published_at or pair[1].updated_at or _OLDEST).timestamp(), pair[0]),
    )
    return {entry.id for _, entry in dated[:count]}


def _new_entry(entry: ParsedEntry, parsed: ParsedFeed, feed: Feed, now: datetime, *, wants_page: bool) -> NewEntry:
    url = open_url(entry.link) if entry.link else None
    text = _text(entry)
    title = one_line(entry.title) if entry.title else None
    outlet_key, outlet_name = _outlet(url, parsed, feed)
    return NewEntry(
        guid=entry.id,
        key=canonical_url(url) if url else f"entry:{feed.url}#{entry.id}",
        url=url,
        title=title or None,
        text=text,
        authors=entry.authors,
        published_at=_believable(entry.published_at or entry.updated_at, now),
        updated_at=_believable(entry.updated_at, now),
        lang=detect(f"{title or ''}\n{text or ''}", entry.lang or parsed.lang or feed.lang),
        image=entry.image,
        content_hash=content_hash(entry),
        grams=searchable(title, text),
        words=len(text.split()) if text else 0,
        text_hash=text_hash(text),
        outlet_key=outlet_key,
        outlet_name=outlet_name,
        wants_page=wants_page and url is not None,
    )


def _text(entry: ParsedEntry) -> str | None:
    """The longer of content and summary as plain text; a text that only says the title again is none."""
    texts = [html_to_text(part) for part in (entry.content, entry.summary) if part]
    text = max(texts, key=len, default="")
    if entry.title and " ".join(text.casefold().split()) == " ".join(entry.title.casefold().split()):
        return None
    return text or None


def _believable(at: datetime | None, now: datetime) -> datetime | None:
    return at if at is not None and _OLDEST <= at <= now + _FUTURE else None


def _outlet(url: str | None, parsed: ParsedFeed, feed: Feed) -> tuple[str, str]:
    """Who published it: the site of the story's address; the feed's title names it where the feed is of that site."""
    feed_sites = {site_of(u) for u in (feed.url, parsed.link, feed.site_url) if u} - {None}
    key = (site_of(url) if url else None) or site_of(feed.url) or feed.url
    name = parsed.title or feed.title
    if key in feed_sites and name:
        return key, one_line(name) or key
    return key, key
