-- Feeds that want a login, pages read as feeds, and what other readers said of folders.

-- What a feed is asked with, and how a page is read as one: JSON of `Access` and `PageSelectors`.
ALTER TABLE feeds ADD COLUMN access TEXT;

ALTER TABLE feeds ADD COLUMN selectors TEXT;

ALTER TABLE folders ADD COLUMN attributes TEXT NOT NULL DEFAULT '[]';
