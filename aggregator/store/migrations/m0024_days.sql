-- From which id on the stories of each day are, so that a search of many days need not look at each ten minutes.

-- The lowest id of each day's stories: of a long time it is quickly found here. Little is written, for a new story's id is
-- the highest.
CREATE TABLE days (day TEXT PRIMARY KEY, low INTEGER NOT NULL) STRICT, WITHOUT ROWID;

INSERT INTO days SELECT substr(stretch, 1, 10), min(low) FROM stretches GROUP BY 1;

CREATE TRIGGER days_insert AFTER INSERT ON stretches BEGIN
    INSERT INTO days VALUES (substr(new.stretch, 1, 10), new.low) ON CONFLICT DO UPDATE SET low = min(low, new.low);
END;

CREATE TRIGGER days_update AFTER UPDATE OF low ON stretches WHEN new.low < old.low BEGIN
    INSERT INTO days VALUES (substr(new.stretch, 1, 10), new.low) ON CONFLICT DO UPDATE SET low = min(low, new.low);
END;
