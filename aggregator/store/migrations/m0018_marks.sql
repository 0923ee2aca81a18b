-- Whether a page that is read again says the same.

ALTER TABLE pages ADD COLUMN mark TEXT;
