-- What is said in one mail alone is large and never changes; its row changes three times on its way, and is written whole each time.
CREATE TABLE mail_words (
  mail_id text PRIMARY KEY NOT NULL REFERENCES mails (id) ON DELETE CASCADE,
  fields text NOT NULL -- JSON: {name: {text, html}} put into the letter, and headers of this mail alone
);

INSERT INTO mail_words (mail_id, fields) SELECT id, fields FROM mails WHERE fields <> '{}';

ALTER TABLE mails DROP COLUMN fields;
