-- What each address may choose beside its scope.
ALTER TABLE addresses ADD COLUMN hours smallint NOT NULL DEFAULT 7 CHECK (hours BETWEEN 1 AND 7); -- bits: 1 8-19, 2 19-23, 4 23-8
ALTER TABLE addresses ADD COLUMN hours_for_all smallint NOT NULL DEFAULT 0 CHECK (hours_for_all IN (0, 1)); -- first report and recovery too
ALTER TABLE addresses ADD COLUMN late_final smallint NOT NULL DEFAULT 0 CHECK (late_final IN (0, 1)); -- final reports of weeks later

-- The facility that the address itself lives on, while an alert waits for its recovery.
ALTER TABLE alerts ADD COLUMN held_for text;
CREATE INDEX alerts_held ON alerts (held_for) WHERE held_for IS NOT NULL;

-- What is left of deliveries after 90 days.
CREATE TABLE delivery_counts (
  notice_id text NOT NULL,
  slot smallint NOT NULL,
  phase text NOT NULL,
  outcome text NOT NULL, -- as in the answer of /deliveries
  count bigint NOT NULL,
  PRIMARY KEY (notice_id, slot, phase, outcome)
);
CREATE INDEX alerts_by_age ON alerts (created_at);
