"""Feeds, categories and entries in the shapes of the Miniflux API."""

from __future__ import annotations

from datetime import UTC, datetime
from hashlib import sha256

from aggregator.app.clients import ClientEntry, ClientFeed
from aggregator.model import StoredEnclosure
from aggregator.web.protocols.miniflux.door import ALL

__all__ = ["category", "category_of", "entry_row", "feed_row"]

WORDS_A_MINUTE = 265
LONG_AGO = "0001-01-01T00:00:00Z"


def category(number: int, title: str, user_id: int) -> dict[str, object]:
    """A folder as a category."""
    return {"id": number, "user_id": user_id, "title": title, "hide_globally": False}


def category_of(feed: ClientFeed, user_id: int) -> dict[str, object]:
    """The category of a feed."""
    return category(feed.folder_id or ALL, feed.folder or "All", user_id)


def feed_row(feed: ClientFeed, user_id: int) -> dict[str, object]:
    """A feed; settings that Miniflux has and we have not stand at their defaults."""
    return {
        "id": feed.id,
        "user_id": user_id,
        "feed_url": feed.url,
        "site_url": feed.site_url or feed.url,
        "title": feed.title,
        "description": "",
        "checked_at": _at(feed.last_polled_at),
        "next_check_at": LONG_AGO,
        "etag_header": "",
        "last_modified_header": "",
        "parsing_error_message": feed.error or "",
        "parsing_error_count": feed.failures,
        "disabled": feed.is_paused,
        "crawler": False,
        "user_agent": "",
        "username": "",
        "password": "",
        "scraper_rules": "",
        "rewrite_rules": "",
        "blocklist_rules": "",
        "keeplist_rules": "",
        "ignore_http_cache": False,
        "fetch_via_proxy": False,
        "hide_globally": False,
        "category": category_of(feed, user_id),
        "icon": None,
    }


def entry_row(entry: ClientEntry, feed: ClientFeed | None, user_id: int) -> dict[str, object]:
    """An entry with its feed."""
    return {
        "id": entry.number,
        "user_id": user_id,
        "feed_id": entry.feed_id,
        "status": "read" if entry.is_read else "unread",
        "hash": sha256(entry.guid.encode()).hexdigest(),
        "title": entry.title,
        "url": entry.url or "",
        "comments_url": "",
        "published_at": _at(entry.published_at),
        "created_at": _at(entry.seen_at),
        "changed_at": _at(entry.seen_at),
        "content": entry.html,
        "author": entry.author,
        "share_code": "",
        "starred": entry.is_starred,
        "reading_time": -(-entry.words // WORDS_A_MINUTE),
        "enclosures": [enclosure_row(e, entry.number, user_id) for e in entry.enclosures],
        "tags": list(entry.tags),
        "feed": feed_row(feed, user_id) if feed else None,
    }


def enclosure_row(file: StoredEnclosure, entry_id: int, user_id: int) -> dict[str, object]:
    """A file that an entry carries, with how far the reader is in it."""
    return {
        "id": file.id,
        "user_id": user_id,
        "entry_id": entry_id,
        "url": file.url,
        "mime_type": file.type or "application/octet-stream",
        "size": file.length or 0,
        "media_progression": file.position_s,
    }


def _at(at: datetime | None) -> str:
    return LONG_AGO if at is None else at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
