-- Where a feed was before it moved, and when that was seen.

ALTER TABLE feeds ADD COLUMN moved_from TEXT;

ALTER TABLE feeds ADD COLUMN moved_at TEXT;
