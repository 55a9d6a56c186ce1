-- A file that was decided on is taken over a few hundred customers at a time, so that nobody else who wants to write waits long.
-- Whoever finds the row goes on where it was left, after a crash, too.
CREATE TABLE customer_import_decision (
  id smallint PRIMARY KEY CHECK (id = 1),
  run text NOT NULL,
  decided_at bigint NOT NULL,
  everyone smallint NOT NULL CHECK (everyone IN (0, 1)), -- not only those of whom a row was found to differ
  removes smallint NOT NULL CHECK (removes IN (0, 1)),
  invites smallint NOT NULL CHECK (invites IN (0, 1)),
  reached text NOT NULL, -- the last login that is taken over
  worked_at bigint NOT NULL
);
