-- A story that goes takes its marks and tags along, which are found by its number: without an index each cost a scan.

CREATE INDEX story_marks_story ON story_marks (story_id);

CREATE INDEX story_tags_story ON story_tags (story_id);
