-- What monitoring systems say. Alarms of one group open one draft; they never publish.
CREATE TABLE alarm_groups (
  source text NOT NULL, -- the API key's name
  group_key text NOT NULL,
  notice_id text REFERENCES notices (id), -- null only inside the transaction that opens it
  seen_at bigint NOT NULL,
  -- of the draft as the alarms left it: one that a person has saved since is not touched any more
  draft_version integer NOT NULL DEFAULT 0,
  PRIMARY KEY (source, group_key)
);

CREATE INDEX alarm_groups_by_notice ON alarm_groups (notice_id);

CREATE TABLE alarms (
  source text NOT NULL,
  key text NOT NULL, -- the alarm's own name: Alertmanager's fingerprint
  group_key text NOT NULL,
  notice_id text NOT NULL REFERENCES notices (id),
  title text NOT NULL,
  service text,
  facilities text NOT NULL, -- JSON: codes, or "all"
  symptom text NOT NULL,
  started_at bigint NOT NULL,
  ended_at bigint, -- null: it still fires
  seen_at bigint NOT NULL,
  PRIMARY KEY (source, key)
);

CREATE INDEX alarms_by_notice ON alarms (notice_id);
