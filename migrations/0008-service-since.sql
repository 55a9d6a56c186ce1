-- Since when a service is in the catalogue: programs that read the page ask for it. What was there before is as old as it is known.
ALTER TABLE services ADD COLUMN created_at bigint NOT NULL DEFAULT 0;
UPDATE services SET created_at = COALESCE(
  (SELECT MIN(started_at) FROM impacts WHERE impacts.service = services.key),
  (SELECT changed_at FROM edition WHERE id = 1)
);
