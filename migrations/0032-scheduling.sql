-- Nothing was kept in these two yet. Who sets a time or asks for a second person may be a program, too.
DROP TABLE scheduled_reports;
DROP TABLE draft_approvals;

-- A draft that is published at a later time, by a chore, unless it is taken back before.
CREATE TABLE scheduled_reports (
  notice_id text PRIMARY KEY REFERENCES notices (id),
  publish_at bigint NOT NULL,
  -- the text that was decided on: another version needs another decision
  draft_version integer NOT NULL,
  set_at bigint NOT NULL,
  set_by_kind text NOT NULL CHECK (set_by_kind IN ('staff', 'key')),
  set_by text NOT NULL,
  set_by_name text NOT NULL,
  -- it could not be published, and why (JSON: ja, en); the draft is still there
  failed_at bigint,
  failure text
);

CREATE INDEX scheduled_reports_due ON scheduled_reports (publish_at) WHERE failed_at IS NULL;

-- A second person's yes to a text, where the setting asks for it. Another text is another fingerprint.
CREATE TABLE draft_approvals (
  notice_id text PRIMARY KEY REFERENCES notices (id),
  fingerprint text NOT NULL,
  asked_at bigint NOT NULL,
  asked_by text NOT NULL,
  asked_by_name text NOT NULL,
  approved_at bigint,
  approved_by text REFERENCES staff (id),
  approved_by_name text
);

-- Whoever wrote a text may not approve it.
ALTER TABLE drafts ADD COLUMN saved_by_id text;
