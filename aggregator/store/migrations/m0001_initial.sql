-- Feeds, entries, stories, copies, events, and what belongs to a reader.

CREATE TABLE readers (
    id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, email TEXT, created_at TEXT NOT NULL,
    password_hash TEXT, timezone TEXT
) STRICT;

INSERT INTO readers (id, name, created_at) VALUES (1, 'reader', strftime('%Y-%m-%dT%H:%M:%SZ', 'now'));

CREATE TABLE outlets (
    id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, name TEXT NOT NULL
) STRICT;

CREATE TABLE feeds (
    id INTEGER PRIMARY KEY, url TEXT NOT NULL UNIQUE, title TEXT, site_url TEXT, folder TEXT NOT NULL DEFAULT '',
    attributes TEXT NOT NULL DEFAULT '[]', lang TEXT, outlet_id INTEGER REFERENCES outlets (id),
    state TEXT NOT NULL DEFAULT 'active' CHECK (state IN ('active', 'paused', 'gone', 'removed')),
    added_at TEXT NOT NULL, removed_at TEXT,
    etag TEXT, last_modified TEXT, body_hash TEXT,
    interval_s REAL, override_interval_s REAL, next_poll_at TEXT, next_poll_reason TEXT, retry_at TEXT,
    last_polled_at TEXT, last_ok_at TEXT, last_new_at TEXT, last_status INTEGER, last_error TEXT,
    failures INTEGER NOT NULL DEFAULT 0, moved_to TEXT, moved_count INTEGER NOT NULL DEFAULT 0,
    wishes TEXT
) STRICT;

CREATE INDEX feeds_due ON feeds (next_poll_at) WHERE state = 'active';

CREATE TABLE events (
    id INTEGER PRIMARY KEY, key TEXT NOT NULL, headline TEXT NOT NULL, headline_story_id INTEGER,
    first_at TEXT NOT NULL, last_at TEXT NOT NULL, seen_at TEXT NOT NULL, changed_at TEXT NOT NULL,
    outlets INTEGER NOT NULL DEFAULT 1, reports INTEGER NOT NULL DEFAULT 1, stories INTEGER NOT NULL DEFAULT 1,
    thread_id INTEGER REFERENCES events (id), merged_into INTEGER REFERENCES events (id)
) STRICT;

CREATE INDEX events_last ON events (last_at, id) WHERE merged_into IS NULL;

CREATE INDEX events_seen ON events (seen_at, id) WHERE merged_into IS NULL;

CREATE INDEX events_changed ON events (changed_at, id) WHERE merged_into IS NULL;

CREATE INDEX events_thread ON events (thread_id) WHERE thread_id IS NOT NULL;

CREATE INDEX events_merged ON events (merged_into) WHERE merged_into IS NOT NULL;

CREATE TABLE stories (
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
) STRICT;

CREATE INDEX stories_published ON stories (published_at, id);

CREATE INDEX stories_seen ON stories (seen_at, id);

CREATE INDEX stories_event ON stories (event_id, published_at);

CREATE INDEX stories_feed ON stories (feed_id, published_at);

CREATE INDEX stories_outlet ON stories (outlet_id, published_at);

CREATE INDEX stories_copy ON stories (copy_of) WHERE copy_of IS NOT NULL;

CREATE INDEX stories_text ON stories (text_hash) WHERE text_hash IS NOT NULL;

CREATE INDEX stories_page ON stories (published_at) WHERE page = 'due';

CREATE INDEX stories_stale ON stories (published_at) WHERE is_stale = 1;

CREATE VIRTUAL TABLE stories_fts USING fts5(
    title, text, grams, content = 'stories', content_rowid = 'id', tokenize = 'unicode61 remove_diacritics 2',
    prefix = '3');

CREATE TRIGGER stories_fts_insert AFTER INSERT ON stories BEGIN
    INSERT INTO stories_fts (rowid, title, text, grams) VALUES (new.id, new.title, new.text, new.grams);
END;

CREATE TRIGGER stories_fts_delete AFTER DELETE ON stories BEGIN
    INSERT INTO stories_fts (stories_fts, rowid, title, text, grams)
    VALUES ('delete', old.id, old.title, old.text, old.grams);
END;

CREATE TRIGGER stories_fts_update AFTER UPDATE OF title, text, grams ON stories BEGIN
    INSERT INTO stories_fts (stories_fts, rowid, title, text, grams)
    VALUES ('delete', old.id, old.title, old.text, old.grams);
    INSERT INTO stories_fts (rowid, title, text, grams) VALUES (new.id, new.title, new.text, new.grams);
END;

CREATE TABLE entries (
    id INTEGER PRIMARY KEY, feed_id INTEGER NOT NULL REFERENCES feeds (id), guid TEXT NOT NULL, url TEXT,
    story_id INTEGER REFERENCES stories (id) ON DELETE SET NULL, published_at TEXT, updated_at TEXT,
    seen_at TEXT NOT NULL, content_hash TEXT NOT NULL, UNIQUE (feed_id, guid)
) STRICT;

CREATE INDEX entries_story ON entries (story_id);

CREATE TABLE aliases (
    key TEXT PRIMARY KEY, story_id INTEGER NOT NULL REFERENCES stories (id) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;

CREATE INDEX aliases_story ON aliases (story_id);

CREATE TABLE tombstones (key TEXT PRIMARY KEY, at TEXT NOT NULL) STRICT, WITHOUT ROWID;

CREATE TABLE features (
    story_id INTEGER PRIMARY KEY REFERENCES stories (id) ON DELETE CASCADE,
    fingerprint BLOB NOT NULL, features BLOB NOT NULL
) STRICT;

CREATE TABLE pages (
    story_id INTEGER PRIMARY KEY REFERENCES stories (id) ON DELETE CASCADE, url TEXT NOT NULL,
    site TEXT, fetched_at TEXT NOT NULL, etag TEXT, last_modified TEXT, charset TEXT, text TEXT, body BLOB
) STRICT;

CREATE INDEX pages_site ON pages (site);

CREATE INDEX pages_fetched ON pages (fetched_at) WHERE body IS NOT NULL;

CREATE TABLE site_pages (site TEXT PRIMARY KEY, lines TEXT NOT NULL) STRICT, WITHOUT ROWID;

CREATE TABLE hosts (
    authority TEXT PRIMARY KEY, hold_until TEXT NOT NULL, reason TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE robots (origin TEXT PRIMARY KEY, text TEXT, kept_until TEXT NOT NULL) STRICT;

CREATE TABLE story_marks (
    reader_id INTEGER NOT NULL REFERENCES readers (id), story_id INTEGER NOT NULL REFERENCES stories (id) ON DELETE CASCADE,
    read_at TEXT, starred_at TEXT, PRIMARY KEY (reader_id, story_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX story_marks_starred ON story_marks (reader_id, starred_at) WHERE starred_at IS NOT NULL;

CREATE TABLE story_tags (
    reader_id INTEGER NOT NULL REFERENCES readers (id), story_id INTEGER NOT NULL REFERENCES stories (id) ON DELETE CASCADE,
    tag TEXT NOT NULL, PRIMARY KEY (reader_id, story_id, tag)
) STRICT, WITHOUT ROWID;

CREATE INDEX story_tags_tag ON story_tags (reader_id, tag);

CREATE TABLE event_marks (
    reader_id INTEGER NOT NULL REFERENCES readers (id), event_id INTEGER NOT NULL REFERENCES events (id) ON DELETE CASCADE,
    opened_at TEXT, muted_at TEXT, muted_reports INTEGER, PRIMARY KEY (reader_id, event_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE topics (
    id INTEGER PRIMARY KEY, reader_id INTEGER NOT NULL REFERENCES readers (id), name TEXT NOT NULL,
    query TEXT NOT NULL, created_at TEXT NOT NULL, UNIQUE (reader_id, name)
) STRICT;

CREATE TABLE rules (
    id INTEGER PRIMARY KEY, reader_id INTEGER NOT NULL REFERENCES readers (id), name TEXT NOT NULL,
    scope TEXT NOT NULL, query TEXT NOT NULL, actions TEXT NOT NULL, created_at TEXT NOT NULL, UNIQUE (reader_id, name)
) STRICT;

CREATE TABLE editions (
    id INTEGER PRIMARY KEY, reader_id INTEGER NOT NULL REFERENCES readers (id), name TEXT NOT NULL,
    made_at TEXT NOT NULL, since TEXT NOT NULL, until TEXT NOT NULL, digest TEXT NOT NULL
) STRICT;

CREATE INDEX editions_reader ON editions (reader_id, made_at);

CREATE TABLE told (
    reader_id INTEGER NOT NULL REFERENCES readers (id), story_id INTEGER NOT NULL REFERENCES stories (id) ON DELETE CASCADE,
    edition_id INTEGER NOT NULL REFERENCES editions (id) ON DELETE CASCADE, told_at TEXT NOT NULL,
    PRIMARY KEY (reader_id, story_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE edits (
    id INTEGER PRIMARY KEY, reader_id INTEGER NOT NULL REFERENCES readers (id), at TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('split', 'join', 'pin', 'not-a-copy')), stories TEXT NOT NULL, undone_at TEXT
) STRICT;

CREATE TABLE undo (
    id INTEGER PRIMARY KEY, reader_id INTEGER NOT NULL REFERENCES readers (id), at TEXT NOT NULL,
    action TEXT NOT NULL, before TEXT NOT NULL, undone_at TEXT
) STRICT;

CREATE TABLE sessions (
    token_hash TEXT PRIMARY KEY, reader_id INTEGER NOT NULL REFERENCES readers (id) ON DELETE CASCADE,
    created_at TEXT NOT NULL, expires_at TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE leases (
    name TEXT PRIMARY KEY, holder TEXT NOT NULL, taken_at TEXT NOT NULL, expires_at TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE requests (
    id INTEGER PRIMARY KEY, kind TEXT NOT NULL, options TEXT NOT NULL, asked_at TEXT NOT NULL,
    started_at TEXT, done_at TEXT, result TEXT
) STRICT;

CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
