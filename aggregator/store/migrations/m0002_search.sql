-- A narrow index for searches, and counts of stories and of read ones for each feed.

-- What lists and searches ask of a story, without its text: a story's row fills a page of the file, of these a page holds
-- a hundred.
CREATE INDEX stories_brief ON stories (
    id, published_at, seen_at, event_id, outlet_id, feed_id, copy_of, lang);

CREATE TABLE feed_counts (
    feed_id INTEGER PRIMARY KEY REFERENCES feeds (id) ON DELETE CASCADE, stories INTEGER NOT NULL
) STRICT;

CREATE TABLE read_counts (
    reader_id INTEGER NOT NULL REFERENCES readers (id), feed_id INTEGER NOT NULL REFERENCES feeds (id) ON DELETE CASCADE,
    stories INTEGER NOT NULL, PRIMARY KEY (reader_id, feed_id)
) STRICT, WITHOUT ROWID;

INSERT INTO feed_counts SELECT feed_id, count(*) FROM stories WHERE feed_id IS NOT NULL GROUP BY feed_id;

INSERT INTO read_counts SELECT m.reader_id, s.feed_id, count(*) FROM story_marks m JOIN stories s ON s.id = m.story_id
    WHERE m.read_at IS NOT NULL AND s.feed_id IS NOT NULL GROUP BY m.reader_id, s.feed_id;

CREATE TRIGGER feed_counts_insert AFTER INSERT ON stories WHEN new.feed_id IS NOT NULL BEGIN
    INSERT INTO feed_counts VALUES (new.feed_id, 1) ON CONFLICT DO UPDATE SET stories = stories + 1;
END;

-- Before, for the marks of the story go with it.
CREATE TRIGGER feed_counts_delete BEFORE DELETE ON stories WHEN old.feed_id IS NOT NULL BEGIN
    UPDATE feed_counts SET stories = stories - 1 WHERE feed_id = old.feed_id;
    UPDATE read_counts SET stories = stories - 1 WHERE feed_id = old.feed_id AND reader_id IN
        (SELECT reader_id FROM story_marks WHERE story_id = old.id AND read_at IS NOT NULL);
END;

CREATE TRIGGER feed_counts_move AFTER UPDATE OF feed_id ON stories WHEN new.feed_id IS NOT old.feed_id BEGIN
    UPDATE feed_counts SET stories = stories - 1 WHERE feed_id = old.feed_id;
    UPDATE read_counts SET stories = stories - 1 WHERE feed_id = old.feed_id AND reader_id IN
        (SELECT reader_id FROM story_marks WHERE story_id = old.id AND read_at IS NOT NULL);
    INSERT INTO feed_counts SELECT new.feed_id, 1 WHERE new.feed_id IS NOT NULL
        ON CONFLICT DO UPDATE SET stories = stories + 1;
    INSERT INTO read_counts SELECT reader_id, new.feed_id, 1 FROM story_marks
        WHERE story_id = new.id AND read_at IS NOT NULL AND new.feed_id IS NOT NULL
        ON CONFLICT DO UPDATE SET stories = stories + 1;
END;

CREATE TRIGGER read_counts_insert AFTER INSERT ON story_marks WHEN new.read_at IS NOT NULL BEGIN
    INSERT INTO read_counts SELECT new.reader_id, feed_id, 1 FROM stories WHERE id = new.story_id AND feed_id IS NOT NULL
        ON CONFLICT DO UPDATE SET stories = stories + 1;
END;

CREATE TRIGGER read_counts_update AFTER UPDATE OF read_at ON story_marks
    WHEN (new.read_at IS NULL) <> (old.read_at IS NULL) BEGIN
    INSERT INTO read_counts SELECT new.reader_id, feed_id, iif(new.read_at IS NULL, -1, 1) FROM stories
        WHERE id = new.story_id AND feed_id IS NOT NULL
        ON CONFLICT DO UPDATE SET stories = stories + excluded.stories;
END;

CREATE TRIGGER read_counts_delete AFTER DELETE ON story_marks WHEN old.read_at IS NOT NULL BEGIN
    UPDATE read_counts SET stories = stories - 1 WHERE reader_id = old.reader_id
        AND feed_id = (SELECT feed_id FROM stories WHERE id = old.story_id);
END;
