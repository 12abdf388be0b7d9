ALTER TABLE notes ADD title text;
ALTER TABLE notes DROP COLUMN old;
