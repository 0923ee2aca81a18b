-- What feeds are asked with, apart from the feeds.

-- Secrets stand in a table of their own, so that programs that show `feeds` need not show them.
CREATE TABLE logins (
    feed_id INTEGER PRIMARY KEY REFERENCES feeds (id) ON DELETE CASCADE, access TEXT NOT NULL
) STRICT;

INSERT INTO logins SELECT id, access FROM feeds WHERE access IS NOT NULL;

ALTER TABLE feeds DROP COLUMN access;
