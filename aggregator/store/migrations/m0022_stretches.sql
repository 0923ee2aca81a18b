-- Between which ids the stories of each ten minutes are, so that a search of a time need not look at each of them.

-- Of each ten minutes in which anything was published: how many stories, and between which ids they are. Searches know from
-- it where in the full-text index the stories of a time are. Stories that go leave the ids as they are.
CREATE TABLE stretches (
    stretch TEXT PRIMARY KEY, stories INTEGER NOT NULL, low INTEGER NOT NULL, high INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

INSERT INTO stretches SELECT substr(published_at, 1, 15), count(*), min(id), max(id) FROM stories GROUP BY 1;

CREATE TRIGGER stretches_insert AFTER INSERT ON stories BEGIN
    INSERT INTO stretches VALUES (substr(new.published_at, 1, 15), 1, new.id, new.id) ON CONFLICT DO UPDATE SET
        stories = stories + 1, low = min(low, new.id), high = max(high, new.id);
END;

CREATE TRIGGER stretches_delete AFTER DELETE ON stories BEGIN
    UPDATE stretches SET stories = stories - 1 WHERE stretch = substr(old.published_at, 1, 15);
    DELETE FROM stretches WHERE stretch = substr(old.published_at, 1, 15) AND stories = 0;
END;

CREATE TRIGGER stretches_update AFTER UPDATE OF published_at ON stories WHEN new.published_at <> old.published_at BEGIN
    INSERT INTO stretches VALUES (substr(new.published_at, 1, 15), 1, new.id, new.id) ON CONFLICT DO UPDATE SET
        stories = stories + 1, low = min(low, new.id), high = max(high, new.id);
    UPDATE stretches SET stories = stories - 1 WHERE stretch = substr(old.published_at, 1, 15);
    DELETE FROM stretches WHERE stretch = substr(old.published_at, 1, 15) AND stories = 0;
END;
