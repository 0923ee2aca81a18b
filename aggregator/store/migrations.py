"""The schema, as a list of steps: append only, never edited after a release.

Every name is a word of the glossary, for people query this file. Times are ISO 8601 UTC text; `authors`, `evidence`,
`vetoes`, `wishes`, `attributes` and `what_changed` are JSON. Whatever belongs to a person carries a `reader_id`.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlite_utils import Database

__all__ = ["SET", "apply", "known"]

INDEX_BYTES = 4 * 2**20  # of words in memory; a transaction of a poll brings 2 to 3 MB of them, SQLite would write at 1
INDEX_PARTS = 16  # of one size before they are brought together; SQLite would at 4, and write each word twice as often
INDEX_CRISIS = 48  # parts that are no longer brought together little by little, but at once, while the writer waits
SET = "aggregator"  # what sqlite-utils calls the list of steps in the table _sqlite_migrations
_STEPS: list[Callable[[Database], None]] = []


def step(function: Callable[[Database], None]) -> Callable[[Database], None]:
    """Append a step; its name is what the file remembers of it."""
    _STEPS.append(function)
    return function


def known() -> frozenset[str]:
    """The names of all steps."""
    return frozenset(function.__name__ for function in _STEPS)


def apply(conn: sqlite3.Connection) -> None:
    """Take the steps that this file has not taken yet, within the transaction of the caller."""
    from sqlite_utils import Database, Migrations  # noqa: PLC0415 - slow to load, and needed once in a file's life

    migrations = Migrations(SET)
    for function in _STEPS:
        migrations()(function)
    migrations.apply(Database(conn, execute_plugins=False, strict=True))


_INITIAL = (
    """CREATE TABLE readers (
        id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, email TEXT, created_at TEXT NOT NULL,
        password_hash TEXT, timezone TEXT
    ) STRICT""",
    "INSERT INTO readers (id, name, created_at) VALUES (1, 'reader', strftime('%Y-%m-%dT%H:%M:%SZ', 'now'))",
    """CREATE TABLE outlets (
        id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, name TEXT NOT NULL
    ) STRICT""",
    """CREATE TABLE feeds (
        id INTEGER PRIMARY KEY, url TEXT NOT NULL UNIQUE, title TEXT, site_url TEXT, folder TEXT NOT NULL DEFAULT '',
        attributes TEXT NOT NULL DEFAULT '[]', lang TEXT, outlet_id INTEGER REFERENCES outlets (id),
        state TEXT NOT NULL DEFAULT 'active' CHECK (state IN ('active', 'paused', 'gone', 'removed')),
        added_at TEXT NOT NULL, removed_at TEXT,
        etag TEXT, last_modified TEXT, body_hash TEXT,
        interval_s REAL, override_interval_s REAL, next_poll_at TEXT, next_poll_reason TEXT, retry_at TEXT,
        last_polled_at TEXT, last_ok_at TEXT, last_new_at TEXT, last_status INTEGER, last_error TEXT,
        failures INTEGER NOT NULL DEFAULT 0, moved_to TEXT, moved_count INTEGER NOT NULL DEFAULT 0,
        wishes TEXT
    ) STRICT""",
    "CREATE INDEX feeds_due ON feeds (next_poll_at) WHERE state = 'active'",
    """CREATE TABLE events (
        id INTEGER PRIMARY KEY, key TEXT NOT NULL, headline TEXT NOT NULL, headline_story_id INTEGER,
        first_at TEXT NOT NULL, last_at TEXT NOT NULL, seen_at TEXT NOT NULL, changed_at TEXT NOT NULL,
        outlets INTEGER NOT NULL DEFAULT 1, reports INTEGER NOT NULL DEFAULT 1, stories INTEGER NOT NULL DEFAULT 1,
        thread_id INTEGER REFERENCES events (id), merged_into INTEGER REFERENCES events (id)
    ) STRICT""",
    "CREATE INDEX events_last ON events (last_at, id) WHERE merged_into IS NULL",
    "CREATE INDEX events_seen ON events (seen_at, id) WHERE merged_into IS NULL",
    "CREATE INDEX events_changed ON events (changed_at, id) WHERE merged_into IS NULL",
    "CREATE INDEX events_thread ON events (thread_id) WHERE thread_id IS NOT NULL",
    "CREATE INDEX events_merged ON events (merged_into) WHERE merged_into IS NOT NULL",
    """CREATE TABLE stories (
        id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, url TEXT, title TEXT,
        outlet_id INTEGER NOT NULL REFERENCES outlets (id), feed_id INTEGER REFERENCES feeds (id),
        authors TEXT NOT NULL DEFAULT '[]', published_at TEXT NOT NULL, is_dated INTEGER NOT NULL DEFAULT 1,
        updated_at TEXT, seen_at TEXT NOT NULL, lang TEXT, words INTEGER NOT NULL DEFAULT 0,
        event_id INTEGER REFERENCES events (id), probability REAL, nearest_id INTEGER, reason TEXT, vetoes TEXT,
        copy_of INTEGER REFERENCES stories (id), copy_kind TEXT
            CHECK (copy_kind IN ('exact', 'near', 'excerpt', 'reworded')),
        copy_score REAL, copy_reason TEXT, copy_evidence TEXT,
        section TEXT, image TEXT, credit TEXT, paywall TEXT, quality REAL,
        page TEXT NOT NULL DEFAULT 'none' CHECK (page IN ('none', 'due', 'done', 'failed', 'refused')),
        page_error TEXT, page_tries INTEGER NOT NULL DEFAULT 0, page_at TEXT,
        is_stale INTEGER NOT NULL DEFAULT 1, text_hash TEXT,
        feed_text TEXT, text TEXT, grams TEXT
    ) STRICT""",
    "CREATE INDEX stories_published ON stories (published_at, id)",
    "CREATE INDEX stories_seen ON stories (seen_at, id)",
    "CREATE INDEX stories_event ON stories (event_id, published_at)",
    "CREATE INDEX stories_feed ON stories (feed_id, published_at)",
    "CREATE INDEX stories_outlet ON stories (outlet_id, published_at)",
    "CREATE INDEX stories_copy ON stories (copy_of) WHERE copy_of IS NOT NULL",
    "CREATE INDEX stories_text ON stories (text_hash) WHERE text_hash IS NOT NULL",
    "CREATE INDEX stories_page ON stories (published_at) WHERE page = 'due'",
    "CREATE INDEX stories_stale ON stories (published_at) WHERE is_stale = 1",
    """CREATE VIRTUAL TABLE stories_fts USING fts5(
        title, text, grams, content = 'stories', content_rowid = 'id', tokenize = 'unicode61 remove_diacritics 2',
        prefix = '3')""",
    """CREATE TRIGGER stories_fts_insert AFTER INSERT ON stories BEGIN
        INSERT INTO stories_fts (rowid, title, text, grams) VALUES (new.id, new.title, new.text, new.grams);
    END""",
    """CREATE TRIGGER stories_fts_delete AFTER DELETE ON stories BEGIN
        INSERT INTO stories_fts (stories_fts, rowid, title, text, grams)
        VALUES ('delete', old.id, old.title, old.text, old.grams);
    END""",
    """CREATE TRIGGER stories_fts_update AFTER UPDATE OF title, text, grams ON stories BEGIN
        INSERT INTO stories_fts (stories_fts, rowid, title, text, grams)
        VALUES ('delete', old.id, old.title, old.text, old.grams);
        INSERT INTO stories_fts (rowid, title, text, grams) VALUES (new.id, new.title, new.text, new.grams);
    END""",
    """CREATE TABLE entries (
        id INTEGER PRIMARY KEY, feed_id INTEGER NOT NULL REFERENCES feeds (id), guid TEXT NOT NULL, url TEXT,
        story_id INTEGER REFERENCES stories (id) ON DELETE SET NULL, published_at TEXT, updated_at TEXT,
        seen_at TEXT NOT NULL, content_hash TEXT NOT NULL, UNIQUE (feed_id, guid)
    ) STRICT""",
    "CREATE INDEX entries_story ON entries (story_id)",
    """CREATE TABLE aliases (
        key TEXT PRIMARY KEY, story_id INTEGER NOT NULL REFERENCES stories (id) ON DELETE CASCADE
    ) STRICT, WITHOUT ROWID""",
    "CREATE INDEX aliases_story ON aliases (story_id)",
    """CREATE TABLE tombstones (key TEXT PRIMARY KEY, at TEXT NOT NULL) STRICT, WITHOUT ROWID""",
    """CREATE TABLE features (
        story_id INTEGER PRIMARY KEY REFERENCES stories (id) ON DELETE CASCADE,
        fingerprint BLOB NOT NULL, features BLOB NOT NULL
    ) STRICT""",
    """CREATE TABLE pages (
        story_id INTEGER PRIMARY KEY REFERENCES stories (id) ON DELETE CASCADE, url TEXT NOT NULL,
        site TEXT, fetched_at TEXT NOT NULL, etag TEXT, last_modified TEXT, charset TEXT, text TEXT, body BLOB
    ) STRICT""",
    "CREATE INDEX pages_site ON pages (site)",
    "CREATE INDEX pages_fetched ON pages (fetched_at) WHERE body IS NOT NULL",
    """CREATE TABLE site_pages (site TEXT PRIMARY KEY, lines TEXT NOT NULL) STRICT, WITHOUT ROWID""",
    """CREATE TABLE hosts (
        authority TEXT PRIMARY KEY, hold_until TEXT NOT NULL, reason TEXT NOT NULL
    ) STRICT, WITHOUT ROWID""",
    """CREATE TABLE robots (origin TEXT PRIMARY KEY, text TEXT, kept_until TEXT NOT NULL) STRICT""",
    """CREATE TABLE story_marks (
        reader_id INTEGER NOT NULL REFERENCES readers (id), story_id INTEGER NOT NULL REFERENCES stories (id) ON DELETE CASCADE,
        read_at TEXT, starred_at TEXT, PRIMARY KEY (reader_id, story_id)
    ) STRICT, WITHOUT ROWID""",
    "CREATE INDEX story_marks_starred ON story_marks (reader_id, starred_at) WHERE starred_at IS NOT NULL",
    """CREATE TABLE story_tags (
        reader_id INTEGER NOT NULL REFERENCES readers (id), story_id INTEGER NOT NULL REFERENCES stories (id) ON DELETE CASCADE,
        tag TEXT NOT NULL, PRIMARY KEY (reader_id, story_id, tag)
    ) STRICT, WITHOUT ROWID""",
    "CREATE INDEX story_tags_tag ON story_tags (reader_id, tag)",
    """CREATE TABLE event_marks (
        reader_id INTEGER NOT NULL REFERENCES readers (id), event_id INTEGER NOT NULL REFERENCES events (id) ON DELETE CASCADE,
        opened_at TEXT, muted_at TEXT, muted_reports INTEGER, PRIMARY KEY (reader_id, event_id)
    ) STRICT, WITHOUT ROWID""",
    """CREATE TABLE topics (
        id INTEGER PRIMARY KEY, reader_id INTEGER NOT NULL REFERENCES readers (id), name TEXT NOT NULL,
        query TEXT NOT NULL, created_at TEXT NOT NULL, UNIQUE (reader_id, name)
    ) STRICT""",
    """CREATE TABLE rules (
        id INTEGER PRIMARY KEY, reader_id INTEGER NOT NULL REFERENCES readers (id), name TEXT NOT NULL,
        scope TEXT NOT NULL, query TEXT NOT NULL, actions TEXT NOT NULL, created_at TEXT NOT NULL, UNIQUE (reader_id, name)
    ) STRICT""",
    """CREATE TABLE editions (
        id INTEGER PRIMARY KEY, reader_id INTEGER NOT NULL REFERENCES readers (id), name TEXT NOT NULL,
        made_at TEXT NOT NULL, since TEXT NOT NULL, until TEXT NOT NULL, digest TEXT NOT NULL
    ) STRICT""",
    "CREATE INDEX editions_reader ON editions (reader_id, made_at)",
    """CREATE TABLE told (
        reader_id INTEGER NOT NULL REFERENCES readers (id), story_id INTEGER NOT NULL REFERENCES stories (id) ON DELETE CASCADE,
        edition_id INTEGER NOT NULL REFERENCES editions (id) ON DELETE CASCADE, told_at TEXT NOT NULL,
        PRIMARY KEY (reader_id, story_id)
    ) STRICT, WITHOUT ROWID""",
    """CREATE TABLE edits (
        id INTEGER PRIMARY KEY, reader_id INTEGER NOT NULL REFERENCES readers (id), at TEXT NOT NULL,
        kind TEXT NOT NULL CHECK (kind IN ('split', 'join', 'pin', 'not-a-copy')), stories TEXT NOT NULL, undone_at TEXT
    ) STRICT""",
    """CREATE TABLE undo (
        id INTEGER PRIMARY KEY, reader_id INTEGER NOT NULL REFERENCES readers (id), at TEXT NOT NULL,
        action TEXT NOT NULL, before TEXT NOT NULL, undone_at TEXT
    ) STRICT""",
    """CREATE TABLE sessions (
        token_hash TEXT PRIMARY KEY, reader_id INTEGER NOT NULL REFERENCES readers (id) ON DELETE CASCADE,
        created_at TEXT NOT NULL, expires_at TEXT NOT NULL
    ) STRICT, WITHOUT ROWID""",
    """CREATE TABLE leases (
        name TEXT PRIMARY KEY, holder TEXT NOT NULL, taken_at TEXT NOT NULL, expires_at TEXT NOT NULL
    ) STRICT, WITHOUT ROWID""",
    """CREATE TABLE requests (
        id INTEGER PRIMARY KEY, kind TEXT NOT NULL, options TEXT NOT NULL, asked_at TEXT NOT NULL,
        started_at TEXT, done_at TEXT, result TEXT
    ) STRICT""",
    "CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID",
)


_SEARCH = (
    # What lists and searches ask of a story, without its text: a story's row fills a page of the file, of these a page holds
    # a hundred.
    """CREATE INDEX stories_brief ON stories (
        id, published_at, seen_at, event_id, outlet_id, feed_id, copy_of, lang)""",
    """CREATE TABLE feed_counts (
        feed_id INTEGER PRIMARY KEY REFERENCES feeds (id) ON DELETE CASCADE, stories INTEGER NOT NULL
    ) STRICT""",
    """CREATE TABLE read_counts (
        reader_id INTEGER NOT NULL REFERENCES readers (id), feed_id INTEGER NOT NULL REFERENCES feeds (id) ON DELETE CASCADE,
        stories INTEGER NOT NULL, PRIMARY KEY (reader_id, feed_id)
    ) STRICT, WITHOUT ROWID""",
    """INSERT INTO feed_counts SELECT feed_id, count(*) FROM stories WHERE feed_id IS NOT NULL GROUP BY feed_id""",
    """INSERT INTO read_counts SELECT m.reader_id, s.feed_id, count(*) FROM story_marks m JOIN stories s ON s.id = m.story_id
        WHERE m.read_at IS NOT NULL AND s.feed_id IS NOT NULL GROUP BY m.reader_id, s.feed_id""",
    """CREATE TRIGGER feed_counts_insert AFTER INSERT ON stories WHEN new.feed_id IS NOT NULL BEGIN
        INSERT INTO feed_counts VALUES (new.feed_id, 1) ON CONFLICT DO UPDATE SET stories = stories + 1;
    END""",
    # Before, for the marks of the story go with it.
    """CREATE TRIGGER feed_counts_delete BEFORE DELETE ON stories WHEN old.feed_id IS NOT NULL BEGIN
        UPDATE feed_counts SET stories = stories - 1 WHERE feed_id = old.feed_id;
        UPDATE read_counts SET stories = stories - 1 WHERE feed_id = old.feed_id AND reader_id IN
            (SELECT reader_id FROM story_marks WHERE story_id = old.id AND read_at IS NOT NULL);
    END""",
    """CREATE TRIGGER feed_counts_move AFTER UPDATE OF feed_id ON stories WHEN new.feed_id IS NOT old.feed_id BEGIN
        UPDATE feed_counts SET stories = stories - 1 WHERE feed_id = old.feed_id;
        UPDATE read_counts SET stories = stories - 1 WHERE feed_id = old.feed_id AND reader_id IN
            (SELECT reader_id FROM story_marks WHERE story_id = old.id AND read_at IS NOT NULL);
        INSERT INTO feed_counts SELECT new.feed_id, 1 WHERE new.feed_id IS NOT NULL
            ON CONFLICT DO UPDATE SET stories = stories + 1;
        INSERT INTO read_counts SELECT reader_id, new.feed_id, 1 FROM story_marks
            WHERE story_id = new.id AND read_at IS NOT NULL AND new.feed_id IS NOT NULL
            ON CONFLICT DO UPDATE SET stories = stories + 1;
    END""",
    """CREATE TRIGGER read_counts_insert AFTER INSERT ON story_marks WHEN new.read_at IS NOT NULL BEGIN
        INSERT INTO read_counts SELECT new.reader_id, feed_id, 1 FROM stories WHERE id = new.story_id AND feed_id IS NOT NULL
            ON CONFLICT DO UPDATE SET stories = stories + 1;
    END""",
    """CREATE TRIGGER read_counts_update AFTER UPDATE OF read_at ON story_marks
        WHEN (new.read_at IS NULL) <> (old.read_at IS NULL) BEGIN
        INSERT INTO read_counts SELECT new.reader_id, feed_id, iif(new.read_at IS NULL, -1, 1) FROM stories
            WHERE id = new.story_id AND feed_id IS NOT NULL
            ON CONFLICT DO UPDATE SET stories = stories + excluded.stories;
    END""",
    """CREATE TRIGGER read_counts_delete AFTER DELETE ON story_marks WHEN old.read_at IS NOT NULL BEGIN
        UPDATE read_counts SET stories = stories - 1 WHERE reader_id = old.reader_id
            AND feed_id = (SELECT feed_id FROM stories WHERE id = old.story_id);
    END""",
)


_RULES = (
    "ALTER TABLE story_marks ADD COLUMN hidden_at TEXT",
    "ALTER TABLE story_marks ADD COLUMN quiet_at TEXT",
    "CREATE INDEX story_marks_hidden ON story_marks (reader_id, story_id) WHERE hidden_at IS NOT NULL",
    "CREATE INDEX story_marks_quiet ON story_marks (reader_id, story_id) WHERE quiet_at IS NOT NULL",
)


_REVISIONS = (
    # Versions of a story that another took the place of; what stands now is in `stories`.
    """CREATE TABLE revisions (
        story_id INTEGER NOT NULL REFERENCES stories (id) ON DELETE CASCADE, number INTEGER NOT NULL CHECK (number > 0),
        seen_at TEXT NOT NULL, replaced_at TEXT NOT NULL, title TEXT, text TEXT, text_hash TEXT, what_changed TEXT NOT NULL,
        PRIMARY KEY (story_id, number)
    ) STRICT""",
    "CREATE INDEX revisions_replaced ON revisions (replaced_at)",
    "ALTER TABLE stories ADD COLUMN feed_title TEXT",  # the feed's, where the page's took its place
    "ALTER TABLE pages ADD COLUMN title TEXT",
    "ALTER TABLE pages ADD COLUMN correction TEXT",
    "ALTER TABLE pages ADD COLUMN rereads INTEGER NOT NULL DEFAULT 0",
    "ALTER TABLE pages ADD COLUMN reread_at TEXT",
    "CREATE INDEX pages_reread ON pages (reread_at) WHERE reread_at IS NOT NULL",
)


# What people may build on: version 1. Columns are only added, at the end; otherwise the version in v_meta goes up.
_VIEWS = (
    """CREATE VIEW v_meta AS SELECT 1 AS version, (SELECT count(*) FROM stories) AS stories,
        (SELECT count(*) FROM events WHERE merged_into IS NULL AND stories > 0) AS events""",
    """CREATE VIEW v_stories AS SELECT s.id, s.url, s.title, o.name AS outlet, f.title AS feed, f.folder, s.authors,
        s.published_at, s.seen_at, s.lang, s.words, s.event_id, s.copy_of, s.copy_kind, s.copy_score, s.credit, s.text
        FROM stories s JOIN outlets o ON o.id = s.outlet_id LEFT JOIN feeds f ON f.id = s.feed_id""",
    """CREATE VIEW v_events AS SELECT e.id, e.headline, e.first_at, e.last_at, e.outlets, e.reports, e.stories, e.thread_id
        FROM events e WHERE e.merged_into IS NULL AND e.stories > 0""",
    """CREATE VIEW v_event_outlets AS SELECT s.event_id, o.name AS outlet, count(*) AS stories,
        sum(s.copy_of IS NULL) AS originals, min(s.published_at) AS first_at,
        min(s.published_at) = e.first_at AS is_first
        FROM stories s JOIN outlets o ON o.id = s.outlet_id JOIN events e ON e.id = s.event_id
        GROUP BY s.event_id, o.id""",
    """CREATE VIEW v_feeds AS SELECT f.id, f.url, f.title, f.folder, f.state, f.last_polled_at, f.last_ok_at, f.failures,
        f.last_error, ifnull(c.stories, 0) AS stories FROM feeds f LEFT JOIN feed_counts c ON c.feed_id = f.id
        WHERE f.state <> 'removed'""",
)


_ARCHIVE = (
    # What an imported story was called where it came from, so that it can be given back as it came.
    """CREATE TABLE lines (
        story_id INTEGER PRIMARY KEY REFERENCES stories (id) ON DELETE CASCADE, id TEXT NOT NULL, source TEXT, url TEXT
    ) STRICT""",
)


_INDEPENDENT = (
    "ALTER TABLE events ADD COLUMN independent INTEGER NOT NULL DEFAULT 1",
    """UPDATE events SET independent = (SELECT max(1, count(DISTINCT CASE WHEN s.copy_of IS NULL
        THEN ifnull(s.credit, 'outlet ' || s.outlet_id) END)) FROM stories s WHERE s.event_id = events.id)""",
    "DROP VIEW v_events",
    """CREATE VIEW v_events AS SELECT e.id, e.headline, e.first_at, e.last_at, e.outlets, e.reports, e.independent, e.stories,
        e.thread_id FROM events e WHERE e.merged_into IS NULL AND e.stories > 0""",
)


_OUTBOX = (
    # What was told is remembered for each audience: what one address got by mail is still new to another.
    """CREATE TABLE told_to (
        reader_id INTEGER NOT NULL REFERENCES readers (id), audience TEXT NOT NULL,
        story_id INTEGER NOT NULL REFERENCES stories (id) ON DELETE CASCADE,
        edition_id INTEGER NOT NULL REFERENCES editions (id) ON DELETE CASCADE, told_at TEXT NOT NULL,
        PRIMARY KEY (reader_id, audience, story_id)
    ) STRICT, WITHOUT ROWID""",
    "INSERT INTO told_to SELECT reader_id, '', story_id, edition_id, told_at FROM told",
    "DROP TABLE told",
    "ALTER TABLE told_to RENAME TO told",
    "CREATE INDEX told_story ON told (story_id)",
    """CREATE TABLE occasions (
        reader_id INTEGER NOT NULL REFERENCES readers (id), name TEXT NOT NULL, due_at TEXT NOT NULL, met_at TEXT NOT NULL,
        edition_id INTEGER REFERENCES editions (id) ON DELETE SET NULL, PRIMARY KEY (reader_id, name, due_at)
    ) STRICT, WITHOUT ROWID""",
    """CREATE TABLE recipients (
        digest TEXT NOT NULL, address TEXT NOT NULL, token TEXT NOT NULL UNIQUE, added_at TEXT NOT NULL,
        hard_failures INTEGER NOT NULL DEFAULT 0, last_error TEXT, paused_at TEXT, unsubscribed_at TEXT,
        PRIMARY KEY (digest, address)
    ) STRICT, WITHOUT ROWID""",
    """CREATE TABLE outbox (
        id INTEGER PRIMARY KEY, edition_id INTEGER NOT NULL REFERENCES editions (id) ON DELETE CASCADE,
        digest TEXT NOT NULL, recipient TEXT NOT NULL, message_id TEXT NOT NULL UNIQUE,
        state TEXT NOT NULL DEFAULT 'due' CHECK (state IN ('due', 'claimed', 'handed', 'sent', 'refused', 'expired', 'stopped')),
        made_at TEXT NOT NULL, due_at TEXT NOT NULL, claimed_by TEXT, claimed_at TEXT, done_at TEXT,
        tries INTEGER NOT NULL DEFAULT 0, in_doubt INTEGER NOT NULL DEFAULT 0, answer TEXT, UNIQUE (edition_id, recipient)
    ) STRICT""",
    "CREATE INDEX outbox_open ON outbox (due_at) WHERE state IN ('due', 'claimed', 'handed')",
    "CREATE INDEX outbox_series ON outbox (digest, recipient, id)",
    """CREATE TABLE deliveries (
        id INTEGER PRIMARY KEY, outbox_id INTEGER NOT NULL REFERENCES outbox (id) ON DELETE CASCADE, at TEXT NOT NULL,
        step TEXT NOT NULL, detail TEXT
    ) STRICT""",
    "CREATE INDEX deliveries_outbox ON deliveries (outbox_id, id)",
)


_CLIENTS = (
    # Other programs read with a password of their own; a stolen file opens none, for only hashes are here.
    """CREATE TABLE app_passwords (
        id INTEGER PRIMARY KEY, reader_id INTEGER NOT NULL REFERENCES readers (id) ON DELETE CASCADE, label TEXT NOT NULL,
        secret_hash TEXT NOT NULL UNIQUE, fever_hash TEXT NOT NULL UNIQUE, created_at TEXT NOT NULL, used_at TEXT,
        UNIQUE (reader_id, label)
    ) STRICT""",
    # Folders are paths; other programs know them by number, and may make one before anything is in it.
    """CREATE TABLE folders (
        id INTEGER PRIMARY KEY, path TEXT NOT NULL UNIQUE, is_kept INTEGER NOT NULL DEFAULT 0
    ) STRICT""",
    "INSERT OR IGNORE INTO folders (path) SELECT folder FROM feeds ORDER BY id",
    """CREATE TRIGGER folders_insert AFTER INSERT ON feeds BEGIN
        INSERT OR IGNORE INTO folders (path) VALUES (new.folder);
    END""",
    """CREATE TRIGGER folders_update AFTER UPDATE OF folder ON feeds WHEN new.folder <> old.folder BEGIN
        INSERT OR IGNORE INTO folders (path) VALUES (new.folder);
    END""",
    # Other programs know stories and events as entries of one sequence: a story's number is 64 times its id, an event of several
    # outlets has one of the numbers between, the next when its second outlet came. So what comes later is greater.
    """CREATE TABLE shared_events (
        event_id INTEGER PRIMARY KEY REFERENCES events (id) ON DELETE CASCADE, number INTEGER NOT NULL UNIQUE, at TEXT NOT NULL
    ) STRICT""",
    """INSERT OR IGNORE INTO shared_events
        SELECT e.id, 64 * (SELECT max(s.id) FROM stories s WHERE s.event_id = e.id) + 1, e.changed_at FROM events e WHERE
        e.outlets > 1 AND e.merged_into IS NULL AND EXISTS (SELECT 1 FROM stories s WHERE s.event_id = e.id)""",
    *(
        f"""CREATE TRIGGER shared_events_{name} AFTER {act} ON events WHEN new.outlets > 1
        AND NOT EXISTS (SELECT 1 FROM shared_events WHERE event_id = new.id) BEGIN
        INSERT INTO shared_events SELECT new.id, n + (n % 64 = 0), new.changed_at FROM (SELECT 1 + max(
            ifnull((SELECT 64 * max(id) FROM stories), 0), ifnull((SELECT max(number) FROM shared_events), 0)) AS n);
    END"""
        for name, act in (("insert", "INSERT"), ("update", "UPDATE OF outlets"))
    ),
)


_ADDRESSES = (
    # What the addresses of a reader's own feeds are made from; another one ends the old addresses.
    "ALTER TABLE readers ADD COLUMN address_key TEXT",
)


_SUBSCRIPTIONS = (
    # What a feed is asked with, and how a page is read as one: JSON of `Access` and `PageSelectors`.
    "ALTER TABLE feeds ADD COLUMN access TEXT",
    "ALTER TABLE feeds ADD COLUMN selectors TEXT",
    "ALTER TABLE folders ADD COLUMN attributes TEXT NOT NULL DEFAULT '[]'",
)


_AUTHORS = (
    """CREATE TABLE authors (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT""",
    """CREATE TABLE bylines (
        author_id INTEGER NOT NULL REFERENCES authors (id),
        story_id INTEGER NOT NULL REFERENCES stories (id) ON DELETE CASCADE, PRIMARY KEY (author_id, story_id)
    ) STRICT, WITHOUT ROWID""",
    "CREATE INDEX bylines_story ON bylines (story_id)",
    """CREATE VIRTUAL TABLE authors_fts USING fts5(
        name, content = 'authors', content_rowid = 'id', tokenize = 'unicode61 remove_diacritics 2')""",
    """CREATE TRIGGER authors_fts_insert AFTER INSERT ON authors BEGIN
        INSERT INTO authors_fts (rowid, name) VALUES (new.id, new.name);
    END""",
    """CREATE TRIGGER bylines_insert AFTER INSERT ON stories WHEN new.authors <> '[]' BEGIN
        INSERT OR IGNORE INTO authors (name) SELECT value FROM json_each(new.authors);
        INSERT OR IGNORE INTO bylines SELECT a.id, new.id FROM json_each(new.authors) j JOIN authors a ON a.name = j.value;
    END""",
    """CREATE TRIGGER bylines_update AFTER UPDATE OF authors ON stories WHEN new.authors <> old.authors BEGIN
        DELETE FROM bylines WHERE story_id = new.id;
        INSERT OR IGNORE INTO authors (name) SELECT value FROM json_each(new.authors);
        INSERT OR IGNORE INTO bylines SELECT a.id, new.id FROM json_each(new.authors) j JOIN authors a ON a.name = j.value;
    END""",
    """INSERT OR IGNORE INTO authors (name) SELECT DISTINCT j.value FROM stories s, json_each(s.authors) j
        WHERE s.authors <> '[]'""",
    """INSERT OR IGNORE INTO bylines SELECT a.id, s.id FROM stories s, json_each(s.authors) j JOIN authors a ON a.name = j.value
        WHERE s.authors <> '[]'""",
)


_NOTICES = (
    # Of an event the reader is told once by each rule and channel; what did not get there is tried again.
    """CREATE TABLE notices (
        id INTEGER PRIMARY KEY, reader_id INTEGER NOT NULL REFERENCES readers (id), rule TEXT NOT NULL, channel TEXT NOT NULL,
        subject TEXT NOT NULL, story_id INTEGER NOT NULL, event_id INTEGER,
        state TEXT NOT NULL DEFAULT 'due' CHECK (state IN ('due', 'sent', 'failed')), tries INTEGER NOT NULL DEFAULT 0,
        made_at TEXT NOT NULL, due_at TEXT NOT NULL, done_at TEXT, answer TEXT, UNIQUE (reader_id, rule, channel, subject)
    ) STRICT""",
    "CREATE INDEX notices_due ON notices (due_at) WHERE state = 'due'",
)


_LOGINS = (
    # Secrets stand in a table of their own, so that programs that show `feeds` need not show them.
    """CREATE TABLE logins (
        feed_id INTEGER PRIMARY KEY REFERENCES feeds (id) ON DELETE CASCADE, access TEXT NOT NULL
    ) STRICT""",
    "INSERT INTO logins SELECT id, access FROM feeds WHERE access IS NOT NULL",
    "ALTER TABLE feeds DROP COLUMN access",
)


_WEBSUB = (
    """CREATE TABLE websub (
        feed_id INTEGER PRIMARY KEY REFERENCES feeds (id) ON DELETE CASCADE, hub TEXT NOT NULL, topic TEXT NOT NULL,
        token TEXT NOT NULL UNIQUE, secret TEXT NOT NULL,
        state TEXT NOT NULL DEFAULT 'offered' CHECK (state IN ('offered', 'asked', 'active', 'refused')),
        tries INTEGER NOT NULL DEFAULT 0, due_at TEXT NOT NULL, pushed_at TEXT, answer TEXT
    ) STRICT""",
)


_ENCLOSURES = (
    """CREATE TABLE enclosures (
        id INTEGER PRIMARY KEY, story_id INTEGER NOT NULL REFERENCES stories (id) ON DELETE CASCADE, url TEXT NOT NULL,
        type TEXT, length INTEGER, duration_s INTEGER, alt TEXT, chapters TEXT, transcript TEXT,
        chapter_list TEXT, UNIQUE (story_id, url)
    ) STRICT""",
    """CREATE TABLE positions (
        reader_id INTEGER NOT NULL REFERENCES readers (id) ON DELETE CASCADE,
        enclosure_id INTEGER NOT NULL REFERENCES enclosures (id) ON DELETE CASCADE,
        position_s INTEGER NOT NULL CHECK (position_s >= 0), PRIMARY KEY (reader_id, enclosure_id)
    ) STRICT, WITHOUT ROWID""",
    "CREATE INDEX positions_enclosure ON positions (enclosure_id)",
)


_STRETCHES = (
    # Of each ten minutes in which anything was published: how many stories, and between which ids they are. Searches know from
    # it where in the full-text index the stories of a time are. Stories that go leave the ids as they are.
    """CREATE TABLE stretches (
        stretch TEXT PRIMARY KEY, stories INTEGER NOT NULL, low INTEGER NOT NULL, high INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID""",
    """INSERT INTO stretches SELECT substr(published_at, 1, 15), count(*), min(id), max(id) FROM stories GROUP BY 1""",
    """CREATE TRIGGER stretches_insert AFTER INSERT ON stories BEGIN
        INSERT INTO stretches VALUES (substr(new.published_at, 1, 15), 1, new.id, new.id) ON CONFLICT DO UPDATE SET
            stories = stories + 1, low = min(low, new.id), high = max(high, new.id);
    END""",
    """CREATE TRIGGER stretches_delete AFTER DELETE ON stories BEGIN
        UPDATE stretches SET stories = stories - 1 WHERE stretch = substr(old.published_at, 1, 15);
        DELETE FROM stretches WHERE stretch = substr(old.published_at, 1, 15) AND stories = 0;
    END""",
    """CREATE TRIGGER stretches_update AFTER UPDATE OF published_at ON stories WHEN new.published_at <> old.published_at BEGIN
        INSERT INTO stretches VALUES (substr(new.published_at, 1, 15), 1, new.id, new.id) ON CONFLICT DO UPDATE SET
            stories = stories + 1, low = min(low, new.id), high = max(high, new.id);
        UPDATE stretches SET stories = stories - 1 WHERE stretch = substr(old.published_at, 1, 15);
        DELETE FROM stretches WHERE stretch = substr(old.published_at, 1, 15) AND stories = 0;
    END""",
)


_DAYS = (
    # The lowest id of each day's stories: of a long time it is quickly found here. Little is written, for a new story's id is
    # the highest.
    "CREATE TABLE days (day TEXT PRIMARY KEY, low INTEGER NOT NULL) STRICT, WITHOUT ROWID",
    "INSERT INTO days SELECT substr(stretch, 1, 10), min(low) FROM stretches GROUP BY 1",
    *(
        f"""CREATE TRIGGER days_{name} AFTER {act} BEGIN
        INSERT INTO days VALUES (substr(new.stretch, 1, 10), new.low) ON CONFLICT DO UPDATE SET low = min(low, new.low);
    END"""
        for name, act in (
            ("insert", "INSERT ON stretches"),
            ("update", "UPDATE OF low ON stretches WHEN new.low < old.low"),
        )
    ),
)

_HIGH_OF_DAYS = (
    "ALTER TABLE days ADD COLUMN high INTEGER NOT NULL DEFAULT 0",
    """UPDATE days SET high = (SELECT max(high) FROM stretches WHERE stretch >= day AND stretch < day || '~')
        WHERE EXISTS (SELECT 1 FROM stretches WHERE stretch >= day AND stretch < day || '~')""",
    "DROP TRIGGER days_insert",
    "DROP TRIGGER days_update",
    *(
        f"""CREATE TRIGGER days_{name} AFTER {act} BEGIN
        INSERT INTO days VALUES (substr(new.stretch, 1, 10), new.low, new.high) ON CONFLICT DO UPDATE SET
            low = min(low, new.low), high = max(high, new.high);
    END"""
        for name, act in (
            ("insert", "INSERT ON stretches"),
            ("update", "UPDATE OF low, high ON stretches WHEN new.low < old.low OR new.high > old.high"),
        )
    ),
)


@step
def m0001_initial(db: Database) -> None:
    """Feeds, entries, stories, copies, events, and what belongs to a reader."""
    for statement in _INITIAL:
        db.execute(statement)


@step
def m0002_search(db: Database) -> None:
    """A narrow index for searches, and counts of stories and of read ones for each feed."""
    for statement in _SEARCH:
        db.execute(statement)


@step
def m0003_rules(db: Database) -> None:
    """Stories that a rule hides, or keeps out of digests."""
    for statement in _RULES:
        db.execute(statement)


@step
def m0004_views(db: Database) -> None:
    """Views for people and programs that ask the file itself."""
    for statement in _VIEWS:
        db.execute(statement)


@step
def m0005_archive(db: Database) -> None:
    """The names under which imported stories came."""
    for statement in _ARCHIVE:
        db.execute(statement)


@step
def m0006_independent(db: Database) -> None:
    """How many voices an event has: an outlet's second report, and an agency's second text, is no other voice."""
    for statement in _INDEPENDENT:
        db.execute(statement)


@step
def m0007_revisions(db: Database) -> None:
    """Earlier versions of stories, and when their pages are read again."""
    for statement in _REVISIONS:
        db.execute(statement)


@step
def m0008_outbox(db: Database) -> None:
    """Mail that is to go out, to whom, what came of it, and which times a named digest has met."""
    for statement in _OUTBOX:
        db.execute(statement)


@step
def m0009_clients(db: Database) -> None:
    """Passwords for other programs, and numbers for folders."""
    for statement in _CLIENTS:
        db.execute(statement)


@step
def m0010_addresses(db: Database) -> None:
    """Secret addresses of a reader's own feeds."""
    for statement in _ADDRESSES:
        db.execute(statement)


@step
def m0011_moves(db: Database) -> None:
    """Where a feed was before it moved, and when that was seen."""
    db.execute("ALTER TABLE feeds ADD COLUMN moved_from TEXT")
    db.execute("ALTER TABLE feeds ADD COLUMN moved_at TEXT")


@step
def m0012_subscriptions(db: Database) -> None:
    """Feeds that want a login, pages read as feeds, and what other readers said of folders."""
    for statement in _SUBSCRIPTIONS:
        db.execute(statement)


@step
def m0013_authors(db: Database) -> None:
    """Authors by name, and the stories of each."""
    for statement in _AUTHORS:
        db.execute(statement)


@step
def m0014_notices(db: Database) -> None:
    """What rules tell the reader of at once, and whether it got there."""
    for statement in _NOTICES:
        db.execute(statement)


@step
def m0015_logins(db: Database) -> None:
    """What feeds are asked with, apart from the feeds."""
    for statement in _LOGINS:
        db.execute(statement)


@step
def m0016_websub(db: Database) -> None:
    """Hubs that feeds offer, and what was asked of them."""
    for statement in _WEBSUB:
        db.execute(statement)


@step
def m0017_enclosures(db: Database) -> None:
    """Recordings and pictures that entries carry, and how far readers have heard them."""
    for statement in _ENCLOSURES:
        db.execute(statement)


@step
def m0018_marks(db: Database) -> None:
    """Whether a page that is read again says the same."""
    db.execute("ALTER TABLE pages ADD COLUMN mark TEXT")


@step
def m0019_window(db: Database) -> None:
    """What the last process found out of the stories of the last days: a cache for a quick start."""
    db.execute(
        """CREATE TABLE window (
            id INTEGER PRIMARY KEY CHECK (id = 1), version TEXT NOT NULL, since TEXT NOT NULL, until TEXT NOT NULL,
            stories INTEGER NOT NULL, copies BLOB NOT NULL, events BLOB NOT NULL
        ) STRICT"""
    )


@step
def m0020_marks_of_stories(db: Database) -> None:
    """A story that goes takes its marks and tags along, which are found by its number: without an index each cost a scan."""
    db.execute("CREATE INDEX story_marks_story ON story_marks (story_id)")
    db.execute("CREATE INDEX story_tags_story ON story_tags (story_id)")


@step
def m0021_language(db: Database) -> None:
    """The language in which a reader wants the page and mail."""
    db.execute("ALTER TABLE readers ADD COLUMN language TEXT")


@step
def m0022_stretches(db: Database) -> None:
    """Between which ids the stories of each ten minutes are, so that a search of a time need not look at each of them."""
    for statement in _STRETCHES:
        db.execute(statement)


@step
def m0023_index_in_memory(db: Database) -> None:
    """The full-text index gathers what one transaction of a poll brings before it writes: larger parts, fewer merges."""
    db.execute("INSERT INTO stories_fts (stories_fts, rank) VALUES ('hashsize', ?)", (INDEX_BYTES,))


@step
def m0024_days(db: Database) -> None:
    """From which id on the stories of each day are, so that a search of many days need not look at each ten minutes."""
    for statement in _DAYS:
        db.execute(statement)


@step
def m0025_events_by_key(db: Database) -> None:
    """Events are found by their key, and their marks by the event: what is decided asks for both, and read them all before."""
    db.execute("CREATE INDEX events_key ON events (key) WHERE merged_into IS NULL")
    db.execute("CREATE INDEX event_marks_event ON event_marks (event_id)")


@step
def m0026_index_in_parts(db: Database) -> None:
    """The full-text index leaves more of bringing its parts together to the night, when `Search.merge` does it."""
    db.execute("INSERT INTO stories_fts (stories_fts, rank) VALUES ('automerge', ?)", (INDEX_PARTS,))
    db.execute("INSERT INTO stories_fts (stories_fts, rank) VALUES ('crisismerge', ?)", (INDEX_CRISIS,))


@step
def m0027_high_of_days(db: Database) -> None:
    """Up to which id the stories of each day are, so that a search of a week looks at eight rows and not at a thousand."""
    for statement in _HIGH_OF_DAYS:
        db.execute(statement)
