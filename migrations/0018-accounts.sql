-- How a password is reset. A request is written for every login alike, known or not, and is answered afterwards by a mail.
CREATE TABLE password_requests (
  id text PRIMARY KEY,
  login_hash text NOT NULL,                                          -- what was typed is not kept
  customer_id text REFERENCES customers (id) ON DELETE CASCADE,      -- null: there is no such login
  network text NOT NULL,
  language text NOT NULL CHECK (language IN ('ja', 'en')),
  created_at bigint NOT NULL,
  answered_at bigint
);
CREATE INDEX password_requests_by_login ON password_requests (login_hash, created_at);
CREATE INDEX password_requests_by_network ON password_requests (network, created_at);
CREATE INDEX password_requests_open ON password_requests (created_at) WHERE answered_at IS NULL;

-- One link in a mail. Whose password it sets stands here and nowhere else.
CREATE TABLE password_resets (
  id text PRIMARY KEY,
  customer_id text NOT NULL REFERENCES customers (id) ON DELETE CASCADE,
  purpose text NOT NULL CHECK (purpose IN ('reset', 'invitation')),
  token_hash text NOT NULL UNIQUE,
  contacts text NOT NULL,            -- digest of where the account could be reached when the link was made
  created_at bigint NOT NULL,
  expires_at bigint NOT NULL,
  used_at bigint,
  ended_at bigint                    -- another link or another password came in between
);
CREATE INDEX password_resets_by_customer ON password_resets (customer_id);

-- The reset by which the password was set, null for every other way: the trigger of the next migration repeats whose it must be.
ALTER TABLE customers ADD COLUMN password_reset_id text;
-- Closed by its owner, who fears that somebody else knows the password: nobody signs in until it is reset.
ALTER TABLE customers ADD COLUMN frozen_at bigint;

-- What the owner reads in the list of his sessions: browser and system, no more.
ALTER TABLE sessions ADD COLUMN agent text;
CREATE INDEX IF NOT EXISTS sessions_by_subject ON sessions (audience, subject);
