-- Who posts, how anybody is recognised, and what was done.
CREATE TABLE staff (
  id text PRIMARY KEY,
  login text NOT NULL UNIQUE,
  name text NOT NULL,
  role text NOT NULL CHECK (role IN ('author', 'publisher', 'admin')),
  password_hash text NOT NULL,
  created_at bigint NOT NULL,
  disabled_at bigint
);

-- Programs. The key itself is shown once and only its SHA-256 is kept.
CREATE TABLE api_keys (
  id text PRIMARY KEY,
  name text NOT NULL,
  key_hash text NOT NULL UNIQUE,
  scopes text NOT NULL, -- JSON array
  created_at bigint NOT NULL,
  revoked_at bigint
);

-- Signed-in people, staff and customers. The cookie's token is kept as its SHA-256 only.
CREATE TABLE sessions (
  token_hash text PRIMARY KEY,
  audience text NOT NULL CHECK (audience IN ('staff', 'customer')),
  subject text NOT NULL, -- staff.id or customers.id
  created_at bigint NOT NULL,
  -- when the person last proved who he is: what changes something asks for a recent one
  proved_at bigint NOT NULL,
  expires_at bigint NOT NULL
);

CREATE INDEX sessions_by_subject ON sessions (audience, subject);
CREATE INDEX sessions_by_expiry ON sessions (expires_at);

-- The one-time link with which the first administrator of an empty installation is made.
CREATE TABLE setup_links (
  token_hash text PRIMARY KEY,
  created_at bigint NOT NULL,
  expires_at bigint NOT NULL,
  used_at bigint
);

-- Append-only: the triggers of 0007 refuse UPDATE and DELETE.
CREATE TABLE audit_entries (
  id text PRIMARY KEY,
  at bigint NOT NULL,
  actor_kind text NOT NULL CHECK (actor_kind IN ('staff', 'key', 'system', 'customer')),
  actor_id text,
  actor_name text NOT NULL,
  act text NOT NULL,
  subject_kind text NOT NULL,
  subject_id text NOT NULL,
  before_json text,
  after_json text
);

CREATE INDEX audit_entries_by_time ON audit_entries (at);
CREATE INDEX audit_entries_by_subject ON audit_entries (subject_kind, subject_id, at);

-- A key and a body seen before get the same answer again; the same key with another body is refused.
CREATE TABLE idempotency_keys (
  api_key text NOT NULL,
  idempotency_key text NOT NULL,
  request_hash text NOT NULL,
  status integer NOT NULL,
  answer text NOT NULL,
  created_at bigint NOT NULL,
  PRIMARY KEY (api_key, idempotency_key)
);
