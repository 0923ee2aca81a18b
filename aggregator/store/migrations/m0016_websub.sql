-- Hubs that feeds offer, and what was asked of them.

CREATE TABLE websub (
    feed_id INTEGER PRIMARY KEY REFERENCES feeds (id) ON DELETE CASCADE, hub TEXT NOT NULL, topic TEXT NOT NULL,
    token TEXT NOT NULL UNIQUE, secret TEXT NOT NULL,
    state TEXT NOT NULL DEFAULT 'offered' CHECK (state IN ('offered', 'asked', 'active', 'refused')),
    tries INTEGER NOT NULL DEFAULT 0, due_at TEXT NOT NULL, pushed_at TEXT, answer TEXT
) STRICT;
