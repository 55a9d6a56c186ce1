-- How often an answer was lost: a copy may have arrived, whatever became of the mail since.
ALTER TABLE mails ADD COLUMN doubts smallint NOT NULL DEFAULT 0;
UPDATE mails SET doubts = 1 WHERE state = 'in_doubt' OR (state = 'queued' AND ticket IS NOT NULL);
-- Kept back by staff; next_attempt_at is out of reach meanwhile.
ALTER TABLE mails ADD COLUMN held_at bigint;

-- Claims go through what is due in order, and by domain where one has to wait for its lanes.
DROP INDEX mails_due;
CREATE INDEX mails_due ON mails (class, next_attempt_at, id) WHERE state = 'queued';
CREATE INDEX mails_due_to ON mails (recipient_domain, class, next_attempt_at) WHERE state = 'queued';

-- Receivers or the relay refuse us: nothing is tried until then.
ALTER TABLE couriers ADD COLUMN paused_until bigint;
ALTER TABLE couriers ADD COLUMN paused_reason text;
