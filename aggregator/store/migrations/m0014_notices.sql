-- What rules tell the reader of at once, and whether it got there.

-- Of an event the reader is told once by each rule and channel; what did not get there is tried again.
CREATE TABLE notices (
    id INTEGER PRIMARY KEY, reader_id INTEGER NOT NULL REFERENCES readers (id), rule TEXT NOT NULL, channel TEXT NOT NULL,
    subject TEXT NOT NULL, story_id INTEGER NOT NULL, event_id INTEGER,
    state TEXT NOT NULL DEFAULT 'due' CHECK (state IN ('due', 'sent', 'failed')), tries INTEGER NOT NULL DEFAULT 0,
    made_at TEXT NOT NULL, due_at TEXT NOT NULL, done_at TEXT, answer TEXT, UNIQUE (reader_id, rule, channel, subject)
) STRICT;

CREATE INDEX notices_due ON notices (due_at) WHERE state = 'due';
