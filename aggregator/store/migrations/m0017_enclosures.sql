-- Recordings and pictures that entries carry, and how far readers have heard them.

CREATE TABLE enclosures (
    id INTEGER PRIMARY KEY, story_id INTEGER NOT NULL REFERENCES stories (id) ON DELETE CASCADE, url TEXT NOT NULL,
    type TEXT, length INTEGER, duration_s INTEGER, alt TEXT, chapters TEXT, transcript TEXT,
    chapter_list TEXT, UNIQUE (story_id, url)
) STRICT;

CREATE TABLE positions (
    reader_id INTEGER NOT NULL REFERENCES readers (id) ON DELETE CASCADE,
    enclosure_id INTEGER NOT NULL REFERENCES enclosures (id) ON DELETE CASCADE,
    position_s INTEGER NOT NULL CHECK (position_s >= 0), PRIMARY KEY (reader_id, enclosure_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX positions_enclosure ON positions (enclosure_id);
