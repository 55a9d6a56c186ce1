-- The outbox, in the same database as what causes it. It knows no notice and no customer.
-- Text shared by many mails is kept once; what differs is in mails.fields.
CREATE TABLE letters (
  id text PRIMARY KEY,
  subject text NOT NULL,
  text_body text NOT NULL,
  html_body text NOT NULL,
  headers text NOT NULL, -- JSON, the same for all who get this letter
  created_at bigint NOT NULL
);

CREATE TABLE mails (
  id text PRIMARY KEY,
  -- urgent: sign-in, confirmation, staff warnings; bulk: alerts. Urgent never waits behind bulk.
  class text NOT NULL CHECK (class IN ('urgent', 'bulk')),
  letter_id text NOT NULL REFERENCES letters (id),
  recipient text NOT NULL,
  recipient_domain text NOT NULL,
  fields text NOT NULL,     -- JSON: {name: {text, html}} put into the letter, and headers of this mail alone
  message_id text NOT NULL UNIQUE,
  dated_at bigint NOT NULL, -- the Date header: fixed, so that a repeat is the same mail
  -- budget: at most three tickets for one key; null where no budget is kept (confirmations)
  budget text,
  -- 1: may be sent again under the same Message-ID when its hand-over is in doubt and the budget allows
  repeatable smallint NOT NULL DEFAULT 0 CHECK (repeatable IN (0, 1)),
  -- set with the ticket: how many must be left for others if the answer is lost
  reserve smallint NOT NULL DEFAULT 0,
  state text NOT NULL CHECK (state IN (
    'queued', 'claimed', 'handing', 'sent', 'in_doubt', 'failed', 'cancelled', 'expired', 'no_budget')),
  attempts integer NOT NULL DEFAULT 0,
  next_attempt_at bigint NOT NULL,
  not_after bigint,
  lease_owner text,
  lease_until bigint,
  -- the ticket of the attempt in flight: only this one is given back on a definite refusal
  ticket smallint,
  reply_code integer,
  reply text,
  created_at bigint NOT NULL,
  ended_at bigint
);

CREATE INDEX mails_due ON mails (class, next_attempt_at) WHERE state = 'queued';
CREATE INDEX mails_leased ON mails (lease_until) WHERE state IN ('claimed', 'handing');
CREATE INDEX mails_in_doubt ON mails (created_at) WHERE state = 'in_doubt';
CREATE INDEX mails_by_budget ON mails (budget);

-- A hand-over that was not definitely refused. The database forbids the fourth.
CREATE TABLE tickets (
  budget text NOT NULL,
  number smallint NOT NULL CHECK (number BETWEEN 1 AND 3),
  mail_id text NOT NULL,
  taken_at bigint NOT NULL,
  PRIMARY KEY (budget, number)
);

-- Who may send. After a restore the courier is frozen until somebody releases it.
CREATE TABLE couriers (
  id integer PRIMARY KEY CHECK (id = 1),
  frozen_at bigint,
  frozen_reason text
);

INSERT INTO couriers (id, frozen_at, frozen_reason) VALUES (1, NULL, NULL);
