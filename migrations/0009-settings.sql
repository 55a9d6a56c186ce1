-- What staff may change while the service runs. A key that is not here has its default (src/staff/settings.ts).
CREATE TABLE settings (
  key text PRIMARY KEY,
  value text NOT NULL, -- JSON
  changed_at bigint NOT NULL,
  changed_by text NOT NULL
);
