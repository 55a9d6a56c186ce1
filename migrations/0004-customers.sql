-- Who asks.
CREATE TABLE customers (
  id text PRIMARY KEY,
  login text NOT NULL UNIQUE,
  display_name text,
  password_hash text,
  created_at bigint NOT NULL
);

CREATE TABLE mailboxes (
  address text PRIMARY KEY, -- domain in lower-case ASCII
  customer_id text NOT NULL REFERENCES customers (id),
  facility text NOT NULL REFERENCES facilities (code),
  created_at bigint NOT NULL
);

CREATE INDEX mailboxes_by_customer ON mailboxes (customer_id);
CREATE INDEX mailboxes_by_facility ON mailboxes (facility);
