-- Secret addresses of a reader's own feeds.

-- What the addresses of a reader's own feeds are made from; another one ends the old addresses.
ALTER TABLE readers ADD COLUMN address_key TEXT;
