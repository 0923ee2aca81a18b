-- Up to which id the stories of each day are, so that a search of a week looks at eight rows and not at a thousand.

ALTER TABLE days ADD COLUMN high INTEGER NOT NULL DEFAULT 0;

UPDATE days SET high = (SELECT max(high) FROM stretches WHERE stretch >= day AND stretch < day || '~')
    WHERE EXISTS (SELECT 1 FROM stretches WHERE stretch >= day AND stretch < day || '~');

DROP TRIGGER days_insert;

DROP TRIGGER days_update;

CREATE TRIGGER days_insert AFTER INSERT ON stretches BEGIN
    INSERT INTO days VALUES (substr(new.stretch, 1, 10), new.low, new.high) ON CONFLICT DO UPDATE SET
        low = min(low, new.low), high = max(high, new.high);
END;

CREATE TRIGGER days_update AFTER UPDATE OF low, high ON stretches WHEN new.low < old.low OR new.high > old.high BEGIN
    INSERT INTO days VALUES (substr(new.stretch, 1, 10), new.low, new.high) ON CONFLICT DO UPDATE SET
        low = min(low, new.low), high = max(high, new.high);
END;
