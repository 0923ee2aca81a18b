-- What the last process found out of the stories of the last days: a cache for a quick start.

CREATE TABLE window (
    id INTEGER PRIMARY KEY CHECK (id = 1), version TEXT NOT NULL, since TEXT NOT NULL, until TEXT NOT NULL,
    stories INTEGER NOT NULL, copies BLOB NOT NULL, events BLOB NOT NULL
) STRICT;
