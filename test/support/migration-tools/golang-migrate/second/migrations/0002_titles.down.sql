ALTER TABLE notes ADD old text;
ALTER TABLE notes DROP title;
