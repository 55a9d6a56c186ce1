-- What staff were warned of: once before each limit and once when it has passed, whichever node looks first.
CREATE TABLE warnings (
  notice_id text NOT NULL REFERENCES notices (id),
  kind text NOT NULL,
  due_at bigint NOT NULL,
  stage text NOT NULL CHECK (stage IN ('soon', 'over')),
  warned_at bigint NOT NULL,
  PRIMARY KEY (notice_id, kind, due_at, stage)
);

-- Calls to the address of warnings, written with what they tell of and made afterwards.
CREATE TABLE warning_calls (
  id text PRIMARY KEY,
  body text NOT NULL,
  created_at bigint NOT NULL,
  attempts integer NOT NULL DEFAULT 0,
  next_attempt_at bigint, -- null: it arrived, or was given up
  arrived smallint NOT NULL DEFAULT 0 CHECK (arrived IN (0, 1)),
  answer text -- of the last attempt, for people
);

CREATE INDEX warning_calls_due ON warning_calls (next_attempt_at) WHERE next_attempt_at IS NOT NULL;
CREATE INDEX warning_calls_by_time ON warning_calls (created_at);
