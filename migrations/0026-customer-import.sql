-- A file of customers on its way in: nothing of it counts before the one transaction that takes it over.
CREATE TABLE customer_import_rows (
  run text NOT NULL,
  line integer NOT NULL,
  login text NOT NULL,
  customer_id text NOT NULL,   -- for a login that is new
  password_hash text,
  display_name text,
  mailbox text NOT NULL,
  facility text NOT NULL,
  created_at bigint NOT NULL,
  PRIMARY KEY (run, line)
);
CREATE INDEX customer_import_rows_by_login ON customer_import_rows (run, login);
CREATE INDEX customer_import_rows_by_mailbox ON customer_import_rows (run, mailbox);

-- Where a mailbox lived before: a fault that ended there is its history, one that ended at the new place is not.
ALTER TABLE mailboxes ADD COLUMN moved_at bigint;
ALTER TABLE mailboxes ADD COLUMN moved_from text;

-- Customers who came without a password and are to be told how to choose one.
CREATE TABLE customer_invitations (
  customer_id text PRIMARY KEY REFERENCES customers (id) ON DELETE CASCADE,
  created_at bigint NOT NULL,
  sent_at bigint
);
CREATE INDEX customer_invitations_due ON customer_invitations (created_at) WHERE sent_at IS NULL;
