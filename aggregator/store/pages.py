"""Article pages: which are due, and what they brought, the first time and again."""

from __future__ import annotations

import json
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from aggregator.store.connection import Connections
from aggregator.store.revisions import keep_version
from aggregator.store.times import to_db
from aggregator.text.grams import searchable

__all__ = ["DuePage", "KeptPage", "PageResult", "Pages", "PagesApplied", "SiteText", "StoredPage"]

MAX_TRIES = 4  # an article that failed four times, hours apart, is left with the feed's text
_DUE = "s.page = 'due' AND s.url IS NOT NULL AND (s.page_at IS NULL OR s.page_at <= :now)"
# Read before, its time has come, and its event is still told of. What is long overdue (we were not running) is let go.
_REREAD = """p.reread_at BETWEEN :overdue AND :now AND s.page = 'done'
    AND coalesce(e.last_at, s.published_at) >= :live"""
_REREAD_FROM = "pages p JOIN stories s ON s.id = p.story_id LEFT JOIN events e ON e.id = s.event_id"

# What belongs to a story that is found to be another: its entries and names, what readers did with it, heard and were told.
_HAND_OVER = (
    "UPDATE entries SET story_id = :into WHERE story_id = :story",
    "UPDATE aliases SET story_id = :into WHERE story_id = :story",
    """INSERT INTO story_marks (reader_id, story_id, read_at, starred_at, hidden_at, quiet_at)
        SELECT reader_id, :into, read_at, starred_at, hidden_at, quiet_at FROM story_marks WHERE story_id = :story
        ON CONFLICT (reader_id, story_id) DO UPDATE SET read_at = coalesce(read_at, excluded.read_at),
            starred_at = coalesce(starred_at, excluded.starred_at), hidden_at = coalesce(hidden_at, excluded.hidden_at),
            quiet_at = coalesce(quiet_at, excluded.quiet_at)""",
    "UPDATE OR IGNORE story_tags SET story_id = :into WHERE story_id = :story",
    "UPDATE OR IGNORE told SET story_id = :into WHERE story_id = :story",
    """INSERT OR IGNORE INTO positions SELECT p.reader_id, other.id, p.position_s FROM enclosures e
        JOIN positions p ON p.enclosure_id = e.id JOIN enclosures other ON other.story_id = :into AND other.url = e.url
        WHERE e.story_id = :story""",
    "UPDATE OR IGNORE enclosures SET story_id = :into WHERE story_id = :story",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class DuePage:
    """An article page to be fetched, with what the feed said, against which the page is judged.

    `rereads` is None for a page that was never read, else how often it was read again; then the validators and the mark are
    those of what we hold.
    """

    story_id: int
    url: str
    title: str | None
    feed_text: str | None
    is_dated: bool
    lang: str | None
    rereads: int | None = None
    etag: str | None = None
    last_modified: str | None = None
    mark: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptPage:
    """What a page said when it was last read: its headline, the text that the extractor gave, its note of a correction."""

    title: str | None
    text: str | None
    correction: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredPage:
    """A page that is still kept, with what is needed to extract it again."""

    story_id: int
    url: str
    site: str | None
    charset: str | None
    feed_text: str | None
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class PageResult:
    """What a page brought for its story. `text` None leaves the feed's text; `error` says why there is no page.

    `held` says that nothing was asked, for the host is to be left alone: that is no try. `page` is done, failed, refused, or
    same for a page that was read again and says what it said; `reread_at` is when it is to be read again, None never.
    `headline_changed` and `text_changed` are the kinds of change that reading it again found: what stood becomes a revision.
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
    correction: str | None = None
    paywall: str | None = None
    quality: float | None = None
    site_name: str | None = None
    url: str | None = None
    site: str | None = None
    etag: str | None = None
    last_modified: str | None = None
    charset: str | None = None
    page_text: str | None = None
    mark: str | None = None
    body: bytes | None = None
    is_reread: bool = False
    reread_at: datetime | None = None
    headline_changed: tuple[str, ...] = ()
    text_changed: tuple[str, ...] = ()


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

    def due(self, now: datetime, *, live_s: float = 0.0, limit: int = 5000) -> tuple[DuePage, ...]:
        """Pages to be fetched, newest first, and after them those to be read again.

        These are pages of events whose latest story is not older than `live_s` seconds; 0 reads none again.
        """
        rows = self._db.rows(
            "SELECT s.id AS story_id, s.url, s.title, coalesce(s.feed_text, s.text) AS feed_text, s.is_dated, s.lang"
            f" FROM stories s WHERE {_DUE} ORDER BY s.published_at DESC, s.id LIMIT :limit",
            {"now": to_db(now), "limit": limit},
        )
        if live_s and len(rows) < limit:
            rows += self._db.rows(
                "SELECT s.id AS story_id, p.url, s.title, coalesce(s.feed_text, s.text) AS feed_text, s.is_dated, s.lang,"
                f" p.rereads, p.etag, p.last_modified, p.mark FROM {_REREAD_FROM} WHERE {_REREAD}"
                " ORDER BY s.published_at DESC, s.id LIMIT :limit",
                _live(now, live_s) | {"limit": limit - len(rows)},
            )
        return tuple(DuePage(**{**row, "is_dated": bool(row["is_dated"])}) for row in rows)

    def due_count(self, now: datetime, *, live_s: float = 0.0) -> int:
        """How many pages are to be fetched, as `due` would say."""
        first = int(self._db.value(f"SELECT count(*) FROM stories s WHERE {_DUE}", {"now": to_db(now)}))
        if not live_s:
            return first
        sql = f"SELECT count(*) FROM {_REREAD_FROM} WHERE {_REREAD}"
        return first + int(self._db.value(sql, _live(now, live_s)))

    def kept(self, story_id: int) -> KeptPage | None:
        """What a story's page said when it was last read."""
        row = self._db.row("SELECT title, text, correction FROM pages WHERE story_id = ?", (story_id,))
        return None if row is None else KeptPage(**row)

    def apply(self, results: Sequence[PageResult], *, now: datetime) -> PagesApplied:
        """Store what pages brought, in one transaction."""
        changed: list[int] = []
        folded: list[str] = []
        with self._db.write():
            for result in results:
                if result.is_reread and result.page != "done":
                    self._reread(result)
                elif result.page != "done":
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
        """Take a story back that is another one under a second address; what belongs to it becomes the other's."""
        row = self._db.row("SELECT key, event_id FROM stories WHERE id = ?", (story_id,))
        if row is None:
            return []
        for statement in _HAND_OVER:
            self._db.run(statement, {"story": story_id, "into": into})
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
        is_new_title = self._revise(r, now)
        is_new_text = r.text is not None and r.text != before["text"]
        is_new_credit = r.credit is not None and r.credit != before["credit"]
        is_new = is_new_title or is_new_text or is_new_credit or (r.published_at is not None and not before["is_dated"])
        self._take(r, is_new=is_new, is_new_text=is_new_text)
        self._db.run_many(
            "INSERT OR IGNORE INTO aliases (key, story_id) SELECT ?, ? WHERE NOT EXISTS (SELECT 1 FROM stories WHERE key = ?)",
            [(key, r.story_id, key) for key in r.keys],
        )
        self._name_outlet(before["outlet_id"], r.site_name)
        self._keep(r, now)
        return is_new

    def _take(self, r: PageResult, *, is_new: bool, is_new_text: bool) -> None:
        """Write a page's text and facts into its story."""
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

    def _revise(self, r: PageResult, now: datetime) -> bool:
        """Keep what stands where the page changed it, and take its new headline over; returns whether that was done."""
        has_headline = bool(r.headline_changed) and not self._feed_was_first(r.story_id)
        keep_version(
            self._db, r.story_id, headline=r.headline_changed if has_headline else (), text=r.text_changed, now=now
        )
        if has_headline:
            stands = self._db.value("SELECT text FROM stories WHERE id = ?", (r.story_id,))
            self._db.run(
                "UPDATE stories SET feed_title = coalesce(feed_title, title), title = ?, grams = ? WHERE id = ?",
                (r.title, searchable(r.title, stands), r.story_id),
            )
        return has_headline

    def _feed_was_first(self, story_id: int) -> bool:
        """Whether the feed gave another headline since the page was last read: it is this one."""
        return bool(
            self._db.value(
                "SELECT 1 FROM revisions r JOIN pages p ON p.story_id = r.story_id JOIN stories s ON s.id = r.story_id"
                " WHERE r.story_id = ? AND r.replaced_at > p.fetched_at AND r.title IS NOT s.title",
                (story_id,),
            )
        )

    def _reread(self, r: PageResult) -> None:
        """Note that a page was read again and brought nothing; what stands stays, whatever went wrong."""
        self._db.run(
            "UPDATE pages SET rereads = rereads + ?, reread_at = ? WHERE story_id = ?",
            (int(not r.held), to_db(at) if (at := r.retry_at if r.held else r.reread_at) else None, r.story_id),
        )

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
                "INSERT INTO pages (story_id, url, site, fetched_at, etag, last_modified, charset, title, correction, text,"
                " mark, body, reread_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (story_id) DO UPDATE SET"
                " url = excluded.url, site = excluded.site, fetched_at = excluded.fetched_at, etag = excluded.etag,"
                " last_modified = excluded.last_modified, charset = excluded.charset, title = excluded.title,"
                " correction = excluded.correction, text = excluded.text, mark = excluded.mark, body = excluded.body,"
                " reread_at = excluded.reread_at, rereads = rereads + 1",
                (
                    r.story_id, r.url, r.site, to_db(now), r.etag, r.last_modified, r.charset, r.title, r.correction,
                    r.page_text, r.mark, zlib.compress(r.body, 6), r.reread_at and to_db(r.reread_at),
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

    def stored(self, *, feed_id: int | None = None, after: int = 0, limit: int = 100) -> tuple[StoredPage, ...]:
        """Pages that are still kept, by story id from `after` on; of one feed's stories if it is named."""
        rows = self._db.rows(
            "SELECT p.story_id, p.url, p.site, p.charset, p.body,"
            " CASE WHEN p.text IS NULL THEN coalesce(s.feed_text, s.text) ELSE s.feed_text END AS feed_text"
            " FROM pages p JOIN stories s ON s.id = p.story_id WHERE p.body IS NOT NULL AND p.story_id > :after"
            " AND (:feed IS NULL OR s.feed_id = :feed) ORDER BY p.story_id LIMIT :limit",
            {"after": after, "feed": feed_id, "limit": limit},
        )
        return tuple(StoredPage(**{**row, "body": zlib.decompress(row["body"])}) for row in rows)

    def stored_count(self, *, feed_id: int | None = None) -> int:
        """How many pages are still kept."""
        return int(
            self._db.value(
                "SELECT count(*) FROM pages p JOIN stories s ON s.id = p.story_id WHERE p.body IS NOT NULL"
                " AND (:feed IS NULL OR s.feed_id = :feed)",
                {"feed": feed_id},
            )
        )

    def retake(self, results: Sequence[PageResult]) -> int:
        """Take what the extractor makes of kept pages today; returns how many texts differ. Nobody edited: no revision."""
        changed = 0
        with self._db.write():
            for r in results:
                before = self._db.row("SELECT text FROM stories WHERE id = ?", (r.story_id,))
                if before is None:
                    continue
                is_new_text = r.text is not None and r.text != before["text"]
                self._take(r, is_new=is_new_text, is_new_text=is_new_text)
                self._db.run(
                    "UPDATE pages SET title = ?, correction = ?, text = ?, mark = ? WHERE story_id = ?",
                    (r.title, r.correction, r.page_text, r.mark, r.story_id),
                )
                changed += is_new_text
        return changed

    def body(self, story_id: int) -> tuple[str, bytes, str | None] | None:
        """The stored page of a story as (address, bytes, charset), while it is kept."""
        row = self._db.row("SELECT url, body, charset FROM pages WHERE story_id = ? AND body IS NOT NULL", (story_id,))
        return None if row is None else (row["url"], zlib.decompress(row["body"]), row["charset"])

    def forget_bodies(self, now: datetime, *, keep: timedelta) -> int:
        """Drop raw pages older than `keep`; returns how many."""
        with self._db.write():
            return self._db.run(
                "UPDATE pages SET body = NULL, text = NULL, reread_at = NULL WHERE body IS NOT NULL AND fetched_at < ?",
                (to_db(now - keep),),
            ).rowcount


def _live(now: datetime, live_s: float) -> dict[str, str]:
    since = to_db(now - timedelta(seconds=live_s))
    return {"now": to_db(now), "live": since, "overdue": since}
