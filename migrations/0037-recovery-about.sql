-- A recovery whose time is not known to the minute (頃), as an onset may be. null: exact.
ALTER TABLE impacts ADD COLUMN recovered_approximate smallint CHECK (recovered_approximate IN (0, 1));
