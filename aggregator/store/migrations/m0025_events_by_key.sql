-- Events are found by their key, and their marks by the event: what is decided asks for both, and read them all before.

CREATE INDEX events_key ON events (key) WHERE merged_into IS NULL;

CREATE INDEX event_marks_event ON event_marks (event_id);
