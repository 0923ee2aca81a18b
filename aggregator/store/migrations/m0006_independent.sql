-- How many voices an event has: an outlet's second report, and an agency's second text, is no other voice.

ALTER TABLE events ADD COLUMN independent INTEGER NOT NULL DEFAULT 1;

UPDATE events SET independent = (SELECT max(1, count(DISTINCT CASE WHEN s.copy_of IS NULL
    THEN ifnull(s.credit, 'outlet ' || s.outlet_id) END)) FROM stories s WHERE s.event_id = events.id);

DROP VIEW v_events;

CREATE VIEW v_events AS SELECT e.id, e.headline, e.first_at, e.last_at, e.outlets, e.reports, e.independent, e.stories,
    e.thread_id FROM events e WHERE e.merged_into IS NULL AND e.stories > 0;
