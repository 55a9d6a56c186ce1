-- People of the console in full: a mail address, a second factor, sign-in by another system.
ALTER TABLE staff ADD COLUMN mail text;
-- the subject at the OpenID Connect provider, where somebody signs in there
ALTER TABLE staff ADD COLUMN oidc_subject text;

CREATE UNIQUE INDEX staff_by_oidc_subject ON staff (oidc_subject) WHERE oidc_subject IS NOT NULL;

-- null: the link of an empty installation; else it lets this person set his password
ALTER TABLE setup_links ADD COLUMN staff_id text REFERENCES staff (id);

-- The authenticator of a person. Until it is confirmed by a code it counts for nothing.
CREATE TABLE staff_factors (
  staff_id text PRIMARY KEY REFERENCES staff (id),
  secret text NOT NULL, -- sealed with SHIRASE_SECRET
  created_at bigint NOT NULL,
  confirmed_at bigint,
  -- the 30-second step of the last code that was taken: no code works twice
  last_step bigint NOT NULL DEFAULT 0,
  -- wrong codes in a row, on all nodes together
  failures integer NOT NULL DEFAULT 0,
  failed_at bigint
);

CREATE TABLE staff_recovery_codes (
  code_hash text PRIMARY KEY,
  staff_id text NOT NULL REFERENCES staff (id),
  created_at bigint NOT NULL,
  used_at bigint
);

CREATE INDEX staff_recovery_codes_by_staff ON staff_recovery_codes (staff_id);

-- The password was right and the code is still to come: no session yet.
CREATE TABLE staff_sign_ins (
  token_hash text PRIMARY KEY,
  staff_id text NOT NULL REFERENCES staff (id),
  created_at bigint NOT NULL,
  expires_at bigint NOT NULL,
  tries integer NOT NULL DEFAULT 0
);
