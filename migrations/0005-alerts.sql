-- Who is mailed. The limits of three are constraints here and not habits of the code.
CREATE TABLE addresses (
  id text PRIMARY KEY,
  customer_id text NOT NULL REFERENCES customers (id),
  place smallint NOT NULL CHECK (place BETWEEN 1 AND 3),
  email text NOT NULL,      -- as typed, domain in lower-case ASCII: what mail is sent to
  email_key text NOT NULL,  -- local part case-folded too: what makes two addresses the same
  language text NOT NULL CHECK (language IN ('ja', 'en')),
  scope text NOT NULL CHECK (scope IN ('mine', 'services', 'all')),
  works smallint NOT NULL DEFAULT 0 CHECK (works IN (0, 1)),
  created_at bigint NOT NULL,
  confirmed_at bigint,
  stopped_at bigint,        -- left by one click; the owner sees it and can start it again
  quarantined_at bigint,    -- the receiver says there is no such address
  quarantine_reply text,
  UNIQUE (customer_id, place),
  UNIQUE (customer_id, email_key)
);

-- One mailbox is confirmed for one customer only, so that two registrations cannot make six mails.
CREATE UNIQUE INDEX addresses_confirmed_once ON addresses (email_key) WHERE confirmed_at IS NOT NULL;

CREATE TABLE address_services (
  address_id text NOT NULL REFERENCES addresses (id) ON DELETE CASCADE,
  service text NOT NULL REFERENCES services (key),
  PRIMARY KEY (address_id, service)
);

CREATE TABLE address_confirmations (
  token_hash text PRIMARY KEY,
  address_id text NOT NULL REFERENCES addresses (id) ON DELETE CASCADE,
  created_at bigint NOT NULL,
  expires_at bigint NOT NULL,
  used_at bigint
);

CREATE INDEX address_confirmations_by_address ON address_confirmations (address_id);

-- A publication's work for the courier, written in the same transaction as the report. It is expanded into alerts
-- in chunks: cursor is the last address seen.
CREATE TABLE fanouts (
  id text PRIMARY KEY,
  notice_id text NOT NULL,
  root_id text NOT NULL,
  report_number integer NOT NULL,
  revision integer NOT NULL,
  published_at bigint NOT NULL,
  mail smallint NOT NULL CHECK (mail IN (0, 1)),
  plan text NOT NULL, -- JSON: purpose, scopes and the letters in each language
  stage text NOT NULL CHECK (stage IN ('superseding', 'expanding', 'done')),
  cursor text NOT NULL DEFAULT '',
  created_at bigint NOT NULL,
  finished_at bigint,
  UNIQUE (notice_id, report_number, revision)
);

CREATE INDEX fanouts_unfinished ON fanouts (created_at) WHERE finished_at IS NULL;
CREATE INDEX fanouts_by_root ON fanouts (root_id);

-- One mail on one notice to one address, in one of three slots.
CREATE TABLE alerts (
  id text PRIMARY KEY, -- also the id of its row in mails
  root_id text NOT NULL,
  notice_id text NOT NULL,
  report_number integer NOT NULL,
  revision integer NOT NULL,
  slot smallint NOT NULL CHECK (slot BETWEEN 1 AND 3),
  phase text NOT NULL,
  address_id text NOT NULL,
  email_key text NOT NULL,
  created_at bigint NOT NULL,
  -- why it did not or will not go: superseded, unsubscribed, removed, quarantined, expired
  ended text CHECK (ended IN ('superseded', 'unsubscribed', 'removed', 'quarantined', 'expired', 'no_budget'))
);

-- The slot is taken once: only an alert that ended without leaving gives it back.
CREATE UNIQUE INDEX alerts_slot ON alerts (root_id, email_key, slot) WHERE ended IS NULL;
CREATE INDEX alerts_by_notice ON alerts (notice_id, slot);
CREATE INDEX alerts_by_address ON alerts (address_id);
