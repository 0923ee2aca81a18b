INSERT INTO readers (id, name, created_at) VALUES (1, 'reader', '2026-01-05T08:00:00Z');
INSERT INTO outlets (id, key, name) VALUES (1, 'courier.example', 'The Courier'), (2, 'post.example', 'The Post');
INSERT INTO feeds (id, url, title, folder, outlet_id, state, added_at, etag, failures, last_error)
VALUES (1, 'https://courier.example/feed', 'The Courier', 'World', 1, 'active', '2026-01-05T08:00:00Z', '"7"', 0, NULL),
    (2, 'https://post.example/feed', 'The Post', 'World/North', 2, 'active', '2026-01-05T08:00:00Z', NULL, 3, 'It answered 500.');
INSERT INTO events (id, key, headline, headline_story_id, first_at, last_at, seen_at, changed_at, outlets, reports, stories)
VALUES (1, 'https://courier.example/1', 'Harbour closed after a crane fell', 1, '2026-01-05T07:00:00Z', '2026-01-05T09:00:00Z',
    '2026-01-05T09:01:00Z', '2026-01-05T09:01:00Z', 2, 1, 2);
INSERT INTO stories (id, key, url, title, outlet_id, feed_id, authors, published_at, seen_at, lang, words, event_id, probability,
    reason, copy_of, copy_kind, copy_score, copy_reason, page, is_stale, feed_text, text)
VALUES (1, 'https://courier.example/1', 'https://courier.example/1', 'Harbour closed after a crane fell', 1, 1, '["Ada Lind"]',
        '2026-01-05T07:00:00Z', '2026-01-05T07:10:00Z', 'en', 9, 1, 1.0, 'its first story', NULL, NULL, NULL, NULL, 'done', 0,
        'The harbour is closed.', 'The harbour is closed. A crane fell at dawn.'),
    (2, 'https://post.example/1', 'https://post.example/1', 'Crane falls, harbour closed', 2, 2, '[]',
        '2026-01-05T09:00:00Z', '2026-01-05T09:01:00Z', 'en', 9, 1, 0.9, 'the same harbour', 1, 'near', 0.95, 'the same text',
        'done', 0, 'The harbour is closed.', 'The harbour is closed. A crane fell at dawn.');
INSERT INTO entries (id, feed_id, guid, url, story_id, published_at, seen_at, content_hash)
VALUES (1, 1, 'c-1', 'https://courier.example/1', 1, '2026-01-05T07:00:00Z', '2026-01-05T07:10:00Z', 'aa'),
    (2, 2, 'p-1', 'https://post.example/1', 2, '2026-01-05T09:00:00Z', '2026-01-05T09:01:00Z', 'bb');
INSERT INTO story_marks (reader_id, story_id, read_at, starred_at) VALUES (1, 1, '2026-01-05T10:00:00Z', '2026-01-05T10:00:00Z');
INSERT INTO story_tags (reader_id, story_id, tag) VALUES (1, 1, 'ports');
INSERT INTO topics (id, reader_id, name, query, created_at) VALUES (1, 1, 'Harbours', 'harbour OR port', '2026-01-05T10:00:00Z');
INSERT INTO editions (id, reader_id, name, made_at, since, until, digest)
VALUES (1, 1, 'morning', '2026-01-05T07:30:00Z', '2026-01-04T07:30:00Z', '2026-01-05T07:30:00Z', '{}');
