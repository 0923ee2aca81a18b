-- The full-text index gathers what one transaction of a poll brings before it writes: larger parts, fewer merges.

-- Bytes of words in memory: a transaction of a poll brings 2 to 3 MB of them, SQLite would write at 1.
INSERT INTO stories_fts (stories_fts, rank) VALUES ('hashsize', 4194304);
