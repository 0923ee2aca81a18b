-- Passwords for other programs, and numbers for folders.

-- Other programs read with a password of their own; a stolen file opens none, for only hashes are here.
CREATE TABLE app_passwords (
    id INTEGER PRIMARY KEY, reader_id INTEGER NOT NULL REFERENCES readers (id) ON DELETE CASCADE, label TEXT NOT NULL,
    secret_hash TEXT NOT NULL UNIQUE, fever_hash TEXT NOT NULL UNIQUE, created_at TEXT NOT NULL, used_at TEXT,
    UNIQUE (reader_id, label)
) STRICT;

-- Folders are paths; other programs know them by number, and may make one before anything is in it.
CREATE TABLE folders (
    id INTEGER PRIMARY KEY, path TEXT NOT NULL UNIQUE, is_kept INTEGER NOT NULL DEFAULT 0
) STRICT;

INSERT OR IGNORE INTO folders (path) SELECT folder FROM feeds ORDER BY id;

CREATE TRIGGER folders_insert AFTER INSERT ON feeds BEGIN
    INSERT OR IGNORE INTO folders (path) VALUES (new.folder);
END;

CREATE TRIGGER folders_update AFTER UPDATE OF folder ON feeds WHEN new.folder <> old.folder BEGIN
    INSERT OR IGNORE INTO folders (path) VALUES (new.folder);
END;

-- Other programs know stories and events as entries of one sequence: a story's number is 64 times its id, an event of several
-- outlets has one of the numbers between, the next when its second outlet came. So what comes later is greater.
CREATE TABLE shared_events (
    event_id INTEGER PRIMARY KEY REFERENCES events (id) ON DELETE CASCADE, number INTEGER NOT NULL UNIQUE, at TEXT NOT NULL
) STRICT;

INSERT OR IGNORE INTO shared_events
    SELECT e.id, 64 * (SELECT max(s.id) FROM stories s WHERE s.event_id = e.id) + 1, e.changed_at FROM events e WHERE
    e.outlets > 1 AND e.merged_into IS NULL AND EXISTS (SELECT 1 FROM stories s WHERE s.event_id = e.id);

CREATE TRIGGER shared_events_insert AFTER INSERT ON events WHEN new.outlets > 1
    AND NOT EXISTS (SELECT 1 FROM shared_events WHERE event_id = new.id) BEGIN
    INSERT INTO shared_events SELECT new.id, n + (n % 64 = 0), new.changed_at FROM (SELECT 1 + max(
        ifnull((SELECT 64 * max(id) FROM stories), 0), ifnull((SELECT max(number) FROM shared_events), 0)) AS n);
END;

CREATE TRIGGER shared_events_update AFTER UPDATE OF outlets ON events WHEN new.outlets > 1
    AND NOT EXISTS (SELECT 1 FROM shared_events WHERE event_id = new.id) BEGIN
    INSERT INTO shared_events SELECT new.id, n + (n % 64 = 0), new.changed_at FROM (SELECT 1 + max(
        ifnull((SELECT 64 * max(id) FROM stories), 0), ifnull((SELECT max(number) FROM shared_events), 0)) AS n);
END;
