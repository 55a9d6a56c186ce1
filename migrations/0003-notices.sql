-- What is told. States are derived from these rows and never stored.
CREATE TABLE notices (
  id text PRIMARY KEY, -- YYYYMMDD-N in the operator's zone, read out on the telephone
  kind text NOT NULL CHECK (kind IN ('fault', 'work')),
  title_ja text NOT NULL,
  title_en text,
  -- notices of one root fault share their three mails; a notice without others is its own root
  root_id text NOT NULL,
  occurred_at bigint NOT NULL,
  occurred_approximate smallint NOT NULL DEFAULT 0 CHECK (occurred_approximate IN (0, 1)),
  recognised_at bigint,
  -- declared serious: shown on the top surface, runs the 30-minute clock
  serious_at bigint,
  planned_from bigint,
  planned_to bigint,
  actual_from bigint,
  actual_to bigint,
  created_at bigint NOT NULL,
  created_by text NOT NULL,
  -- null while it is only a draft
  first_published_at bigint,
  updated_at bigint NOT NULL,
  -- grows with every change; taking it is the lock under which a report gets its number
  version integer NOT NULL DEFAULT 0
);

CREATE INDEX notices_by_publication ON notices (first_published_at);
CREATE INDEX notices_by_root ON notices (root_id);

CREATE TABLE impacts (
  id text PRIMARY KEY,
  notice_id text NOT NULL REFERENCES notices (id),
  service text NOT NULL REFERENCES services (key),
  -- 1: every facility of the service; 0: those in impact_facilities
  all_facilities smallint NOT NULL CHECK (all_facilities IN (0, 1)),
  area_ja text,
  area_en text,
  symptom text NOT NULL CHECK (symptom IN ('unavailable', 'degraded', 'delayed', 'login')),
  started_at bigint NOT NULL,
  started_approximate smallint NOT NULL DEFAULT 0 CHECK (started_approximate IN (0, 1)),
  recovered_at bigint,
  position integer NOT NULL,
  added_by_report integer NOT NULL,
  CHECK (recovered_at IS NULL OR recovered_at >= started_at)
);

CREATE INDEX impacts_by_notice ON impacts (notice_id);
CREATE INDEX impacts_open ON impacts (notice_id) WHERE recovered_at IS NULL;

CREATE TABLE impact_facilities (
  impact_id text NOT NULL REFERENCES impacts (id),
  facility text NOT NULL REFERENCES facilities (code),
  PRIMARY KEY (impact_id, facility)
);

-- Immutable once written (triggers of 0007). A correction is a new revision of the same number.
CREATE TABLE reports (
  notice_id text NOT NULL REFERENCES notices (id),
  number integer NOT NULL CHECK (number >= 1),
  revision integer NOT NULL DEFAULT 0 CHECK (revision >= 0),
  phase text NOT NULL CHECK (phase IN (
    'first', 'update', 'partial_recovery', 'recovery', 'delay_recovery', 'final',
    'plan', 'start', 'extend', 'complete', 'cancel')),
  -- 1: this report also tells that everything recovered (first and recovery in one)
  tells_recovery smallint NOT NULL CHECK (tells_recovery IN (0, 1)),
  published_at bigint NOT NULL,
  published_by text NOT NULL,
  body_ja text NOT NULL,
  body_en text,
  -- the whole picture as it stood: title, impacts, cause, workaround, expectations, causes, measures (JSON)
  picture text NOT NULL,
  mail smallint NOT NULL CHECK (mail IN (0, 1)),
  -- 1: history moved in with a past time; nobody is mailed and it is not counted as timely publication of ours
  backfilled smallint NOT NULL DEFAULT 0 CHECK (backfilled IN (0, 1)),
  reason_ja text,
  reason_en text,
  PRIMARY KEY (notice_id, number, revision)
);

CREATE INDEX reports_by_time ON reports (published_at);

-- What is being written and not yet published: one for each notice, kept word for word.
CREATE TABLE drafts (
  notice_id text PRIMARY KEY REFERENCES notices (id),
  content text NOT NULL, -- JSON of the whole form
  saved_at bigint NOT NULL,
  saved_by text NOT NULL,
  version integer NOT NULL
);

-- When a report appeared where. Our own surfaces are written by publishing, others are recorded by hand.
CREATE TABLE postings (
  notice_id text NOT NULL REFERENCES notices (id),
  report_number integer NOT NULL,
  surface text NOT NULL,
  posted_at bigint NOT NULL,
  recorded_by text NOT NULL,
  note text,
  PRIMARY KEY (notice_id, report_number, surface)
);

-- One row. Every publication takes the next number; every node follows it.
CREATE TABLE edition (
  id integer PRIMARY KEY CHECK (id = 1),
  number bigint NOT NULL,
  changed_at bigint NOT NULL
);

INSERT INTO edition (id, number, changed_at) VALUES (1, 0, 0);
