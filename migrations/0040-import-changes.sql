-- Which rows of a file differ from what is there: taking over a file of a million reads these, while everybody else who wants to write waits.
ALTER TABLE customer_import_rows ADD COLUMN changes smallint NOT NULL DEFAULT 1 CHECK (changes IN (0, 1));
CREATE INDEX customer_import_rows_that_change ON customer_import_rows (run, login) WHERE changes = 1;
