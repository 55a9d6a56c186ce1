-- Whoever wants no more mail about one notice, and all others as before: its root fault, for one address.
CREATE TABLE address_mutes (
  address_id text NOT NULL REFERENCES addresses (id) ON DELETE CASCADE,
  root_id text NOT NULL,
  muted_at bigint NOT NULL,
  PRIMARY KEY (address_id, root_id)
);
