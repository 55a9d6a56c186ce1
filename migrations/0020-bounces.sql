-- Mails that came back, or were refused for good. The same report counts once.
CREATE TABLE bounces (
  mail_id text NOT NULL,
  kind text NOT NULL CHECK (kind IN ('dead', 'hard', 'soft', 'complaint')),
  address_id text NOT NULL,
  status text,
  diagnostic text,
  received_at bigint NOT NULL,
  PRIMARY KEY (mail_id, kind)
);

CREATE INDEX bounces_by_address ON bounces (address_id, received_at);
CREATE INDEX mails_doubtful ON mails (created_at) WHERE doubts > 0;
