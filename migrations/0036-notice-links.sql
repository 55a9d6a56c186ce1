-- How a notice hangs together with others: JSON array of {relation, notice?, url?, name?}. null: it does not.
ALTER TABLE notices ADD COLUMN links text;
