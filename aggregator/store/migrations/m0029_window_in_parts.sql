-- What was found out of the window is kept part by part: most parts stay as they are from one time to the next.
DROP TABLE window;
CREATE TABLE window (
    id INTEGER PRIMARY KEY CHECK (id = 1), version TEXT NOT NULL, since TEXT NOT NULL, until TEXT NOT NULL,
    stories INTEGER NOT NULL
) STRICT;
CREATE TABLE window_parts (name TEXT PRIMARY KEY, digest BLOB NOT NULL, data BLOB NOT NULL) STRICT;
