-- The language in which a reader wants the page and mail.

ALTER TABLE readers ADD COLUMN language TEXT;
