-- Views for people and programs that ask the file itself.
-- What people may build on: version 1. Columns are only added, at the end; otherwise the version in v_meta goes up.

CREATE VIEW v_meta AS SELECT 1 AS version, (SELECT count(*) FROM stories) AS stories,
    (SELECT count(*) FROM events WHERE merged_into IS NULL AND stories > 0) AS events;

CREATE VIEW v_stories AS SELECT s.id, s.url, s.title, o.name AS outlet, f.title AS feed, f.folder, s.authors,
    s.published_at, s.seen_at, s.lang, s.words, s.event_id, s.copy_of, s.copy_kind, s.copy_score, s.credit, s.text
    FROM stories s JOIN outlets o ON o.id = s.outlet_id LEFT JOIN feeds f ON f.id = s.feed_id;

CREATE VIEW v_events AS SELECT e.id, e.headline, e.first_at, e.last_at, e.outlets, e.reports, e.stories, e.thread_id
    FROM events e WHERE e.merged_into IS NULL AND e.stories > 0;

CREATE VIEW v_event_outlets AS SELECT s.event_id, o.name AS outlet, count(*) AS stories,
    sum(s.copy_of IS NULL) AS originals, min(s.published_at) AS first_at,
    min(s.published_at) = e.first_at AS is_first
    FROM stories s JOIN outlets o ON o.id = s.outlet_id JOIN events e ON e.id = s.event_id
    GROUP BY s.event_id, o.id;

CREATE VIEW v_feeds AS SELECT f.id, f.url, f.title, f.folder, f.state, f.last_polled_at, f.last_ok_at, f.failures,
    f.last_error, ifnull(c.stories, 0) AS stories FROM feeds f LEFT JOIN feed_counts c ON c.feed_id = f.id
    WHERE f.state <> 'removed';
