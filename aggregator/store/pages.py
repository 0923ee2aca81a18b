"""Article pages: which are due, and what they brought."""

from __future__ import annotations

import json
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from aggregator.store.connection import Connections
from aggregator.store.times import to_db

__all__ = ["DuePage", "PageResult", "Pages", "PagesApplied", "SiteText"]

MAX_TRIES = 4  # an article that failed four times, hours apart, is left with the feed's text


@dataclass(frozen=True, slots=True, kw_only=True)
class DuePage:
    """An article page to be fetched, with what the feed said, against which the page is judged."""

    story_id: int
    url: str
    title: str | None
    feed_text: str | None
    is_dated: bool
    lang: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PageResult:
    """What a page brought for its story. `text` None leaves the feed's text; `error` says why there is no page.

    `held` says that nothing was asked, for the host is to be left alone: that is no try.
    """

    story_id: int
    page: str
    error: str | None = None
    transient: bool = False
    held: bool = False
    retry_at: datetime | None = None
    keys: tuple[str, ...] = ()
    title: str | None = None
    text: str | None = None
    grams: str | None = None
    words: int = 0
    text_hash: str | None = None
    authors: tuple[str, ...] = ()
    published_at: datetime | None = None
    updated_at: datetime | None = None
    lang: str | None = None
    section: str | None = None
    image: str | None = None
    credit: str | None = None
    paywall: str | None = None
    quality: float | None = None
    site_name: str | None = None
    url: str | None = None
    site: str | None = None
    etag: str | None = None
    last_modified: str | None = None
    charset: str | None = None
    page_text: str | None = None
    body: bytes | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PagesApplied:
    """What came of pages: ids of stories whose text changed, and keys of stories that went into older ones."""

    changed: tuple[int, ...] = ()
    folded: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteText:
    """A story's text as the extractor gave it (`page_text`) and as it stands."""

    story_id: int
    title: str | None
    page_text: str
    text: str | None


class Pages:
    """The tables `pages` and `site_pages`, and the page columns of `stories`."""

    def __init__(self, connections: Connections) -> None:
        self._db = connections

    def due(self, now: datetime, *, limit: int = 5000) -> tuple[DuePage, ...]:
        """Pages to be fetched, newest first."""
        rows = self._db.rows(
            "SELECT id AS story_id, url, title, coalesce(feed_text, text) AS feed_text, is_dated, lang FROM stories"
            " WHERE page = 'due' AND url IS NOT NULL AND (page_at IS NULL OR page_at <= ?)"
            " ORDER BY published_at DESC, id LIMIT ?",
            (to_db(now), limit),
        )
        return tuple(DuePage(**{**row, "is_dated": bool(row["is_dated"])}) for row in rows)

    def due_count(self, now: datetime) -> int:
        """How many pages are to be fetched."""
        return int(
            self._db.value(
                "SELECT count(*) FROM stories WHERE page = 'due' AND url IS NOT NULL AND (page_at IS NULL OR page_at <= ?)",
                (to_db(now),),
            )
        )

    def apply(self, results: Sequence[PageResult], *, now: datetime) -> PagesApplied:
        """Store what pages brought, in one transaction."""
        changed: list[int] = []
        folded: list[str] = []
        with self._db.write():
            for result in results:
                if result.page != "done":
                    self._fail(result)
                elif (known := self._known_story(result)) is not None:
                    folded.extend(self._fold(result.story_id, known))
                elif self._refine(result, now):
                    changed.append(result.story_id)
        return PagesApplied(changed=tuple(changed), folded=tuple(folded))

    def _known_story(self, result: PageResult) -> int | None:
        """The other story that has the address this page redirects to or names as canonical."""
        for key in result.keys:
            other = self._db.value(
                "SELECT id FROM stories WHERE key = ? UNION SELECT story_id FROM aliases WHERE key = ?", (key, key)
            )
            if other is not None and other != result.story_id:
                return int(other)
        return None

    def _fold(self, story_id: int, into: int) -> list[str]:
        """Take a story back that is another one under a second address; its entries point at the other."""
        row = self._db.row("SELECT key, event_id FROM stories WHERE id = ?", (story_id,))
        if row is None:
            return []
        self._db.run("UPDATE entries SET story_id = ? WHERE story_id = ?", (into, story_id))
        self._db.run("UPDATE aliases SET story_id = ? WHERE story_id = ?", (into, story_id))
        self._db.run("INSERT OR IGNORE INTO aliases (key, story_id) VALUES (?, ?)", (row["key"], into))
        self._db.run(
            "UPDATE stories SET is_stale = 1 WHERE id = ? OR copy_of = ? OR event_id = ?",
            (into, story_id, row["event_id"]),
        )
        self._db.run("UPDATE stories SET copy_of = NULL, copy_kind = NULL WHERE copy_of = ?", (story_id,))
        self._db.run("UPDATE events SET headline_story_id = NULL WHERE headline_story_id = ?", (story_id,))
        self._db.run("DELETE FROM stories WHERE id = ?", (story_id,))
        self._db.run(
            "DELETE FROM events WHERE id = ? AND NOT EXISTS (SELECT 1 FROM stories WHERE event_id = events.id)"
            " AND NOT EXISTS (SELECT 1 FROM events m WHERE m.merged_into = events.id OR m.thread_id = events.id)",
            (row["event_id"],),
        )
        return [row["key"]]

    def _refine(self, r: PageResult, now: datetime) -> bool:
        before = self._db.row(
            "SELECT title, text, outlet_id, credit, is_dated FROM stories WHERE id = ?", (r.story_id,)
        )
        if before is None:
            return False
        is_new_text = r.text is not None and r.text != before["text"]
        is_new_credit = r.credit is not None and r.credit != before["credit"]
        is_new = is_new_text or is_new_credit or (r.published_at is not None and not before["is_dated"])
        if is_new_text:
            self._db.run(
                "UPDATE stories SET feed_text = coalesce(feed_text, text), text = ?, grams = ?, words = ?, text_hash = ?"
                " WHERE id = ?",
                (r.text, r.grams, r.words, r.text_hash, r.story_id),
            )
        self._db.run(
            "UPDATE stories SET page = 'done', page_error = NULL, page_at = NULL, title = coalesce(title, ?),"
            " authors = CASE WHEN ? <> '[]' THEN ? ELSE authors END,"
            " published_at = CASE WHEN is_dated = 0 AND ? IS NOT NULL THEN ? ELSE published_at END,"
            " is_dated = CASE WHEN ? IS NOT NULL THEN 1 ELSE is_dated END, updated_at = coalesce(?, updated_at),"
            " lang = coalesce(?, lang), section = ?, image = coalesce(?, image), credit = ?, paywall = ?, quality = ?,"
            " is_stale = max(is_stale, ?) WHERE id = ?",
            (
                r.title, authors := json.dumps(r.authors, ensure_ascii=False), authors,
                published := r.published_at and to_db(r.published_at), published, published,
                r.updated_at and to_db(r.updated_at), r.lang, r.section, r.image, r.credit, r.paywall, r.quality,
                int(is_new), r.story_id,
            ),
        )  # fmt: skip
        self._db.run_many(
            "INSERT OR IGNORE INTO aliases (key, story_id) SELECT ?, ? WHERE NOT EXISTS (SELECT 1 FROM stories WHERE key = ?)",
            [(key, r.story_id, key) for key in r.keys],
        )
        self._name_outlet(before["outlet_id"], r.site_name)
        self._keep(r, now)
        return is_new

    def _name_outlet(self, outlet_id: int, site_name: str | None) -> None:
        """An outlet known by its host, or by a longer name of its feed, takes the name that its pages give."""
        if site_name:
            self._db.run(
                "UPDATE outlets SET name = :site WHERE id = :id AND (name = key OR (name <> :site AND instr(name, :site) = 1))",
                {"site": site_name, "id": outlet_id},
            )

    def _keep(self, r: PageResult, now: datetime) -> None:
        if r.body is not None:
            self._db.run(
                "INSERT INTO pages (story_id, url, site, fetched_at, etag, last_modified, charset, text, body)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (story_id) DO UPDATE SET url = excluded.url,"
                " site = excluded.site, fetched_at = excluded.fetched_at, etag = excluded.etag,"
                " last_modified = excluded.last_modified, charset = excluded.charset, text = excluded.text,"
                " body = excluded.body",
                (
                    r.story_id, r.url, r.site, to_db(now), r.etag, r.last_modified, r.charset, r.page_text,
                    zlib.compress(r.body, 6),
                ),
            )  # fmt: skip

    def _fail(self, r: PageResult) -> None:
        """Note why there is no page; a transient failure is tried again, a few times."""
        tries = int(self._db.value("SELECT page_tries FROM stories WHERE id = ?", (r.story_id,)) or 0) + (not r.held)
        page = "due" if r.transient and tries < MAX_TRIES else r.page
        self._db.run(
            "UPDATE stories SET page = ?, page_error = ?, page_tries = ?, page_at = ? WHERE id = ?",
            (page, r.error, tries, r.retry_at and to_db(r.retry_at), r.story_id),
        )

    def site_lines(self, sites: Sequence[str]) -> dict[str, str]:
        """What is known of lines that recur on the pages of these sites, as the extractor wrote it."""
        rows = self._db.in_chunks("SELECT site, lines FROM site_pages WHERE site IN ({marks})", sites)
        return {row["site"]: row["lines"] for row in rows}

    def keep_site_lines(self, lines: dict[str, str]) -> None:
        """Store what was learnt of sites."""
        with self._db.write():
            self._db.run_many(
                "INSERT INTO site_pages (site, lines) VALUES (?, ?)"
                " ON CONFLICT (site) DO UPDATE SET lines = excluded.lines",
                list(lines.items()),
            )

    def site_texts(self, site: str) -> tuple[SiteText, ...]:
        """The texts of this site's pages that are still kept, as extracted and as they stand."""
        rows = self._db.rows(
            "SELECT s.id AS story_id, s.title, p.text AS page_text, s.text FROM pages p JOIN stories s ON s.id = p.story_id"
            " WHERE p.site = ? AND p.text IS NOT NULL AND s.page = 'done'",
            (site,),
        )
        return tuple(SiteText(**row) for row in rows)

    def rewrite(self, texts: Sequence[tuple[int, str, str | None, int, str | None]]) -> None:
        """Put new texts in the place of old ones: (story id, text, grams, words, text hash)."""
        with self._db.write():
            self._db.run_many(
                "UPDATE stories SET text = ?, grams = ?, words = ?, text_hash = ?, is_stale = 1 WHERE id = ?",
                [(text, grams, words, hashed, story_id) for story_id, text, grams, words, hashed in texts],
            )

    def body(self, story_id: int) -> tuple[str, bytes, str | None] | None:
        """The stored page of a story as (address, bytes, charset), while it is kept."""
        row = self._db.row("SELECT url, body, charset FROM pages WHERE story_id = ? AND body IS NOT NULL", (story_id,))
        return None if row is None else (row["url"], zlib.decompress(row["body"]), row["charset"])

    def forget_bodies(self, now: datetime, *, keep: timedelta) -> int:
        """Drop raw pages older than `keep`; returns how many."""
        with self._db.write():
            return self._db.run(
                "UPDATE pages SET body = NULL, text = NULL WHERE body IS NOT NULL AND fetched_at < ?",
                (to_db(now - keep),),
            ).rowcount
