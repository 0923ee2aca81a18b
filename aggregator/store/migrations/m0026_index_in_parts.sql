-- The full-text index leaves more of bringing its parts together to the night, when `Search.merge` does it.

-- Parts of one size before they are brought together; SQLite would at 4, and write each word twice as often.
INSERT INTO stories_fts (stories_fts, rank) VALUES ('automerge', 16);

-- Parts that are no longer brought together little by little, but at once, while the writer waits.
INSERT INTO stories_fts (stories_fts, rank) VALUES ('crisismerge', 48);
