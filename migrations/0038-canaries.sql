-- A mail of each mailed publication to an address of our own: whether what the relay takes arrives, only its arrival tells.
CREATE TABLE canaries (
  mail_id text PRIMARY KEY NOT NULL,
  notice_id text NOT NULL,
  report_number integer NOT NULL,
  created_at bigint NOT NULL,
  arrived_at bigint
);

CREATE INDEX canaries_created ON canaries (created_at);
