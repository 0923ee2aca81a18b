-- Mail that is to go out, to whom, what came of it, and which times a named digest has met.

-- What was told is remembered for each audience: what one address got by mail is still new to another.
CREATE TABLE told_to (
    reader_id INTEGER NOT NULL REFERENCES readers (id), audience TEXT NOT NULL,
    story_id INTEGER NOT NULL REFERENCES stories (id) ON DELETE CASCADE,
    edition_id INTEGER NOT NULL REFERENCES editions (id) ON DELETE CASCADE, told_at TEXT NOT NULL,
    PRIMARY KEY (reader_id, audience, story_id)
) STRICT, WITHOUT ROWID;

INSERT INTO told_to SELECT reader_id, '', story_id, edition_id, told_at FROM told;

DROP TABLE told;

ALTER TABLE told_to RENAME TO told;

CREATE INDEX told_story ON told (story_id);

CREATE TABLE occasions (
    reader_id INTEGER NOT NULL REFERENCES readers (id), name TEXT NOT NULL, due_at TEXT NOT NULL, met_at TEXT NOT NULL,
    edition_id INTEGER REFERENCES editions (id) ON DELETE SET NULL, PRIMARY KEY (reader_id, name, due_at)
) STRICT, WITHOUT ROWID;

CREATE TABLE recipients (
    digest TEXT NOT NULL, address TEXT NOT NULL, token TEXT NOT NULL UNIQUE, added_at TEXT NOT NULL,
    hard_failures INTEGER NOT NULL DEFAULT 0, last_error TEXT, paused_at TEXT, unsubscribed_at TEXT,
    PRIMARY KEY (digest, address)
) STRICT, WITHOUT ROWID;

CREATE TABLE outbox (
    id INTEGER PRIMARY KEY, edition_id INTEGER NOT NULL REFERENCES editions (id) ON DELETE CASCADE,
    digest TEXT NOT NULL, recipient TEXT NOT NULL, message_id TEXT NOT NULL UNIQUE,
    state TEXT NOT NULL DEFAULT 'due' CHECK (state IN ('due', 'claimed', 'handed', 'sent', 'refused', 'expired', 'stopped')),
    made_at TEXT NOT NULL, due_at TEXT NOT NULL, claimed_by TEXT, claimed_at TEXT, done_at TEXT,
    tries INTEGER NOT NULL DEFAULT 0, in_doubt INTEGER NOT NULL DEFAULT 0, answer TEXT, UNIQUE (edition_id, recipient)
) STRICT;

CREATE INDEX outbox_open ON outbox (due_at) WHERE state IN ('due', 'claimed', 'handed');

CREATE INDEX outbox_series ON outbox (digest, recipient, id);

CREATE TABLE deliveries (
    id INTEGER PRIMARY KEY, outbox_id INTEGER NOT NULL REFERENCES outbox (id) ON DELETE CASCADE, at TEXT NOT NULL,
    step TEXT NOT NULL, detail TEXT
) STRICT;

CREATE INDEX deliveries_outbox ON deliveries (outbox_id, id);
