-- Stories that a rule hides, or keeps out of digests.

ALTER TABLE story_marks ADD COLUMN hidden_at TEXT;

ALTER TABLE story_marks ADD COLUMN quiet_at TEXT;

CREATE INDEX story_marks_hidden ON story_marks (reader_id, story_id) WHERE hidden_at IS NOT NULL;

CREATE INDEX story_marks_quiet ON story_marks (reader_id, story_id) WHERE quiet_at IS NOT NULL;
