-- Signed links to a customer's state are worth nothing where they were made before this moment.
ALTER TABLE customers ADD COLUMN links_from bigint NOT NULL DEFAULT 0;
