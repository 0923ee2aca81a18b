-- The names under which imported stories came.

-- What an imported story was called where it came from, so that it can be given back as it came.
CREATE TABLE lines (
    story_id INTEGER PRIMARY KEY REFERENCES stories (id) ON DELETE CASCADE, id TEXT NOT NULL, source TEXT, url TEXT
) STRICT;
