-- Authors by name, and the stories of each.

CREATE TABLE authors (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;

CREATE TABLE bylines (
    author_id INTEGER NOT NULL REFERENCES authors (id),
    story_id INTEGER NOT NULL REFERENCES stories (id) ON DELETE CASCADE, PRIMARY KEY (author_id, story_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX bylines_story ON bylines (story_id);

CREATE VIRTUAL TABLE authors_fts USING fts5(
    name, content = 'authors', content_rowid = 'id', tokenize = 'unicode61 remove_diacritics 2');

CREATE TRIGGER authors_fts_insert AFTER INSERT ON authors BEGIN
    INSERT INTO authors_fts (rowid, name) VALUES (new.id, new.name);
END;

CREATE TRIGGER bylines_insert AFTER INSERT ON stories WHEN new.authors <> '[]' BEGIN
    INSERT OR IGNORE INTO authors (name) SELECT value FROM json_each(new.authors);
    INSERT OR IGNORE INTO bylines SELECT a.id, new.id FROM json_each(new.authors) j JOIN authors a ON a.name = j.value;
END;

CREATE TRIGGER bylines_update AFTER UPDATE OF authors ON stories WHEN new.authors <> old.authors BEGIN
    DELETE FROM bylines WHERE story_id = new.id;
    INSERT OR IGNORE INTO authors (name) SELECT value FROM json_each(new.authors);
    INSERT OR IGNORE INTO bylines SELECT a.id, new.id FROM json_each(new.authors) j JOIN authors a ON a.name = j.value;
END;

INSERT OR IGNORE INTO authors (name) SELECT DISTINCT j.value FROM stories s, json_each(s.authors) j
    WHERE s.authors <> '[]';

INSERT OR IGNORE INTO bylines SELECT a.id, s.id FROM stories s, json_each(s.authors) j JOIN authors a ON a.name = j.value
    WHERE s.authors <> '[]';
