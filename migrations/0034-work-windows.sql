-- A work of several windows, three nights for instance: JSON array of {from, to}, the earliest first. null: the one of planned_from and planned_to.
ALTER TABLE notices ADD COLUMN planned_windows text;
