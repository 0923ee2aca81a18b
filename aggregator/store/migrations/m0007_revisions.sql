-- Earlier versions of stories, and when their pages are read again.

-- Versions of a story that another took the place of; what stands now is in `stories`.
CREATE TABLE revisions (
    story_id INTEGER NOT NULL REFERENCES stories (id) ON DELETE CASCADE, number INTEGER NOT NULL CHECK (number > 0),
    seen_at TEXT NOT NULL, replaced_at TEXT NOT NULL, title TEXT, text TEXT, text_hash TEXT, what_changed TEXT NOT NULL,
    PRIMARY KEY (story_id, number)
) STRICT;

CREATE INDEX revisions_replaced ON revisions (replaced_at);

ALTER TABLE stories ADD COLUMN feed_title TEXT;

ALTER TABLE pages ADD COLUMN title TEXT;

ALTER TABLE pages ADD COLUMN correction TEXT;

ALTER TABLE pages ADD COLUMN rereads INTEGER NOT NULL DEFAULT 0;

ALTER TABLE pages ADD COLUMN reread_at TEXT;

CREATE INDEX pages_reread ON pages (reread_at) WHERE reread_at IS NOT NULL;
