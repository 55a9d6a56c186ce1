-- What staff were reminded of: each report to the ministry once at each stage, whichever node looks first.
CREATE TABLE report_reminders (
  subject text NOT NULL, -- a notice's number, or a period's key
  kind text NOT NULL CHECK (kind IN ('detailed', 'periodic')),
  due_at bigint NOT NULL,
  stage text NOT NULL CHECK (stage IN ('ahead', 'day', 'over')),
  reminded_at bigint NOT NULL,
  PRIMARY KEY (subject, kind, due_at, stage)
);
