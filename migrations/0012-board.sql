-- What the console's board looks for, without reading every notice.
CREATE INDEX notices_by_change ON notices (updated_at);
CREATE INDEX notices_by_window ON notices (planned_to) WHERE planned_to IS NOT NULL;
CREATE INDEX notices_serious ON notices (id) WHERE serious_at IS NOT NULL;
