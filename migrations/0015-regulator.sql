-- What the ministry reads. Facts that only the regulator is told stand here and not in the notice.
-- How a service counts: its category in the criteria, and its users where its mailboxes do not say.
CREATE TABLE service_criteria (
  service text PRIMARY KEY REFERENCES services (key),
  category text NOT NULL,
  users integer CHECK (users >= 0),
  critical smallint NOT NULL DEFAULT 0 CHECK (critical IN (0, 1)),
  changed_at bigint NOT NULL,
  changed_by text NOT NULL
);

-- Each saving is a row: what was known when. The highest version counts.
CREATE TABLE accident_facts (
  notice_id text NOT NULL REFERENCES notices (id),
  version integer NOT NULL,
  content text NOT NULL, -- JSON, see src/regulator/facts/facts.ts
  saved_at bigint NOT NULL,
  saved_by text NOT NULL,
  PRIMARY KEY (notice_id, version)
);

-- A count of inquiries as it stood at a time. A later one of the same channel, direction and desk takes its place in sums.
CREATE TABLE inquiries (
  id text PRIMARY KEY,
  notice_id text NOT NULL REFERENCES notices (id),
  as_of bigint NOT NULL,
  count integer NOT NULL CHECK (count >= 0),
  channel text NOT NULL CHECK (channel IN ('phone', 'mail', 'web', 'chat', 'shop', 'sns', 'other', 'all')),
  direction text NOT NULL CHECK (direction IN ('in', 'out')),
  desk text NOT NULL, -- '' where it is not split by desk or operator
  voices text NOT NULL, -- JSON: class to count; one inquiry may count in several
  note text,
  recorded_at bigint NOT NULL,
  recorded_by text NOT NULL
);

CREATE INDEX inquiries_by_notice ON inquiries (notice_id, as_of);

-- Which complaints a measure answers. `measure` is the digest of its text: a measure has no other name.
CREATE TABLE measure_answers (
  notice_id text NOT NULL REFERENCES notices (id),
  measure text NOT NULL,
  class text NOT NULL,
  PRIMARY KEY (notice_id, measure, class)
);

-- A person decided whether a fault goes to the top surface.
CREATE TABLE serious_decisions (
  id text PRIMARY KEY,
  notice_id text NOT NULL REFERENCES notices (id),
  decision text NOT NULL CHECK (decision IN ('promote', 'leave')),
  rule_ja text NOT NULL, -- what the criteria said then
  rule_en text NOT NULL,
  reason text,
  decided_at bigint NOT NULL,
  decided_by text NOT NULL
);

CREATE INDEX serious_decisions_by_notice ON serious_decisions (notice_id, decided_at);

-- What was handed in, word for word. `subject` is a notice's number or a period (2015-Q1, 2015).
CREATE TABLE submissions (
  subject text NOT NULL,
  kind text NOT NULL CHECK (kind IN ('prompt', 'detailed', 'periodic')),
  number integer NOT NULL CHECK (number >= 1),
  content text NOT NULL, -- JSON: the sheet in both languages
  digest text NOT NULL, -- SHA-256 of content, in hex
  note text,
  submitted_at bigint NOT NULL,
  submitted_by text NOT NULL,
  PRIMARY KEY (subject, kind, number)
);
