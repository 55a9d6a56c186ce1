-- What the migrations make, on SQLite. Written by `npm run schema`; a test holds it against migrations/.
-- PostgreSQL has the same tables and indexes; only the triggers of the append-only tables are written differently.

CREATE TABLE accident_facts (
  notice_id text NOT NULL REFERENCES notices (id),
  version integer NOT NULL,
  content text NOT NULL, -- JSON, see src/regulator/facts/facts.ts
  saved_at bigint NOT NULL,
  saved_by text NOT NULL,
  PRIMARY KEY (notice_id, version)
);

CREATE TRIGGER facts_immutable BEFORE UPDATE ON accident_facts BEGIN SELECT RAISE(ABORT, 'accident_facts is append-only'); END;

CREATE TRIGGER facts_kept BEFORE DELETE ON accident_facts BEGIN SELECT RAISE(ABORT, 'accident_facts is append-only'); END;

CREATE TABLE address_confirmations (
  token_hash text PRIMARY KEY,
  address_id text NOT NULL REFERENCES addresses (id) ON DELETE CASCADE,
  created_at bigint NOT NULL,
  expires_at bigint NOT NULL,
  used_at bigint
);

CREATE INDEX address_confirmations_by_address ON address_confirmations (address_id);

CREATE TABLE address_mutes (
  address_id text NOT NULL REFERENCES addresses (id) ON DELETE CASCADE,
  root_id text NOT NULL,
  muted_at bigint NOT NULL,
  PRIMARY KEY (address_id, root_id)
);

CREATE TABLE address_services (
  address_id text NOT NULL REFERENCES addresses (id) ON DELETE CASCADE,
  service text NOT NULL REFERENCES services (key),
  PRIMARY KEY (address_id, service)
);

CREATE TABLE addresses (
  id text PRIMARY KEY,
  customer_id text NOT NULL REFERENCES customers (id),
  place smallint NOT NULL CHECK (place BETWEEN 1 AND 3),
  email text NOT NULL,      -- as typed, domain in lower-case ASCII: what mail is sent to
  email_key text NOT NULL,  -- local part case-folded too: what makes two addresses the same
  language text NOT NULL CHECK (language IN ('ja', 'en')),
  scope text NOT NULL CHECK (scope IN ('mine', 'services', 'all')),
  works smallint NOT NULL DEFAULT 0 CHECK (works IN (0, 1)),
  created_at bigint NOT NULL,
  confirmed_at bigint,
  stopped_at bigint,        -- left by one click; the owner sees it and can start it again
  quarantined_at bigint,    -- the receiver says there is no such address
  quarantine_reply text, hours smallint NOT NULL DEFAULT 7 CHECK (hours BETWEEN 1 AND 7), hours_for_all smallint NOT NULL DEFAULT 0 CHECK (hours_for_all IN (0, 1)), late_final smallint NOT NULL DEFAULT 0 CHECK (late_final IN (0, 1)),
  UNIQUE (customer_id, place),
  UNIQUE (customer_id, email_key)
);

CREATE UNIQUE INDEX addresses_confirmed_once ON addresses (email_key) WHERE confirmed_at IS NOT NULL;

CREATE INDEX addresses_quarantined ON addresses (quarantined_at) WHERE quarantined_at IS NOT NULL;

CREATE INDEX addresses_unconfirmed ON addresses (created_at) WHERE confirmed_at IS NULL;

CREATE TABLE alarm_groups (
  source text NOT NULL, -- the API key's name
  group_key text NOT NULL,
  notice_id text REFERENCES notices (id), -- null only inside the transaction that opens it
  seen_at bigint NOT NULL,

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

CREATE TABLE alerts (
  id text PRIMARY KEY, -- also the id of its row in mails
  root_id text NOT NULL,
  notice_id text NOT NULL,
  report_number integer NOT NULL,
  revision integer NOT NULL,
  slot smallint NOT NULL CHECK (slot BETWEEN 1 AND 3),
  phase text NOT NULL,
  address_id text NOT NULL,
  email_key text NOT NULL,
  created_at bigint NOT NULL,

  ended text CHECK (ended IN ('superseded', 'unsubscribed', 'removed', 'quarantined', 'expired', 'no_budget'))
, held_for text);

CREATE INDEX alerts_by_address ON alerts (address_id);

CREATE INDEX alerts_by_age ON alerts (created_at);

CREATE INDEX alerts_by_notice ON alerts (notice_id, slot);

CREATE INDEX alerts_held ON alerts (held_for) WHERE held_for IS NOT NULL;

CREATE UNIQUE INDEX alerts_slot ON alerts (root_id, email_key, slot) WHERE ended IS NULL;

CREATE TABLE api_keys (
  id text PRIMARY KEY,
  name text NOT NULL,
  key_hash text NOT NULL UNIQUE,
  scopes text NOT NULL, -- JSON array
  created_at bigint NOT NULL,
  revoked_at bigint
);

CREATE TABLE attachment_bytes (
  attachment_id text PRIMARY KEY REFERENCES attachments (id),
  bytes blob NOT NULL
);

CREATE TABLE attachments (
  id text PRIMARY KEY,
  notice_id text NOT NULL REFERENCES notices (id),
  kind text NOT NULL CHECK (kind IN ('outline_diagram', 'configuration_diagram', 'photo', 'document')),
  extension text NOT NULL CHECK (extension IN ('png', 'jpg', 'svg', 'pdf')),
  alternative_ja text NOT NULL, -- what it shows, for who cannot see it
  alternative_en text,
  size integer NOT NULL,        -- bytes
  sha256 text NOT NULL,
  width integer,
  height integer,
  series_id text NOT NULL,      -- the first version of the same thing
  version integer NOT NULL CHECK (version >= 1),
  internal smallint NOT NULL CHECK (internal IN (0, 1)),
  added_at bigint NOT NULL,
  added_by text NOT NULL,
  published_at bigint,
  removed_at bigint,
  UNIQUE (series_id, version)
);

CREATE INDEX attachments_by_notice ON attachments (notice_id);

CREATE TABLE audit_entries (
  id text PRIMARY KEY,
  at bigint NOT NULL,
  actor_kind text NOT NULL CHECK (actor_kind IN ('staff', 'key', 'system', 'customer')),
  actor_id text,
  actor_name text NOT NULL,
  act text NOT NULL,
  subject_kind text NOT NULL,
  subject_id text NOT NULL,
  before_json text,
  after_json text
);

CREATE INDEX audit_entries_by_act ON audit_entries (act, at, id);

CREATE INDEX audit_entries_by_actor ON audit_entries (actor_name, at, id);

CREATE INDEX audit_entries_by_subject ON audit_entries (subject_id, at, id);

CREATE INDEX audit_entries_by_time ON audit_entries (at, id);

CREATE TRIGGER audit_immutable BEFORE UPDATE ON audit_entries BEGIN SELECT RAISE(ABORT, 'the audit trail is append-only'); END;

CREATE TRIGGER audit_kept BEFORE DELETE ON audit_entries BEGIN SELECT RAISE(ABORT, 'the audit trail is append-only'); END;

CREATE TABLE bounces (
  mail_id text NOT NULL,
  kind text NOT NULL CHECK (kind IN ('dead', 'hard', 'soft', 'complaint')),
  address_id text NOT NULL,
  status text,
  diagnostic text,
  received_at bigint NOT NULL,
  PRIMARY KEY (mail_id, kind)
);

CREATE INDEX bounces_by_address ON bounces (address_id, received_at);

CREATE TABLE canaries (
  mail_id text PRIMARY KEY NOT NULL,
  notice_id text NOT NULL,
  report_number integer NOT NULL,
  created_at bigint NOT NULL,
  arrived_at bigint
);

CREATE INDEX canaries_created ON canaries (created_at);

CREATE TABLE channel_posts (
  id text PRIMARY KEY,
  channel_id text NOT NULL REFERENCES channels (id),
  fanout_id text, -- null: a test
  title text NOT NULL,
  body text, -- as it is posted; null: a mail, which the outbox has
  state text NOT NULL CHECK (state IN ('waiting', 'arrived', 'given_up', 'stopped')),
  attempts integer NOT NULL DEFAULT 0,
  next_attempt_at bigint, -- null: not called
  status integer, -- of the last attempt
  answer text,
  created_at bigint NOT NULL,
  ended_at bigint,
  UNIQUE (channel_id, fanout_id)
);

CREATE INDEX channel_posts_by_channel ON channel_posts (channel_id, created_at);

CREATE INDEX channel_posts_by_time ON channel_posts (created_at);

CREATE INDEX channel_posts_due ON channel_posts (next_attempt_at) WHERE next_attempt_at IS NOT NULL;

CREATE TABLE channels (
  id text PRIMARY KEY,
  kind text NOT NULL CHECK (kind IN ('webhook', 'slack', 'mail')),
  name text NOT NULL,
  target text NOT NULL, -- URL or mail address
  about text NOT NULL CHECK (about IN ('all', 'prominent')),
  language text NOT NULL CHECK (language IN ('ja', 'en')),
  state text NOT NULL CHECK (state IN ('active', 'disabled', 'quarantined')),
  state_since bigint NOT NULL,
  sealed_key text, -- of webhooks: what signs, hidden by SHIRASE_SECRET
  sealed_key_before text, -- signs beside it for a day after a change
  key_since bigint,
  created_at bigint NOT NULL
);

CREATE TABLE couriers (
  id integer PRIMARY KEY CHECK (id = 1),
  frozen_at bigint,
  frozen_reason text
, paused_until bigint, paused_reason text);

CREATE TABLE customer_feeds (
  customer_id text PRIMARY KEY REFERENCES customers (id) ON DELETE CASCADE,
  nonce text NOT NULL UNIQUE, -- the link is this and a signature: the table alone opens no feed
  created_at bigint NOT NULL
);

CREATE TABLE customer_import_decision (
  id smallint PRIMARY KEY CHECK (id = 1),
  run text NOT NULL,
  decided_at bigint NOT NULL,
  everyone smallint NOT NULL CHECK (everyone IN (0, 1)), -- not only those of whom a row was found to differ
  removes smallint NOT NULL CHECK (removes IN (0, 1)),
  invites smallint NOT NULL CHECK (invites IN (0, 1)),
  reached text NOT NULL, -- the last login that is taken over
  worked_at bigint NOT NULL
);

CREATE TABLE customer_import_rows (
  run text NOT NULL,
  line integer NOT NULL,
  login text NOT NULL,
  customer_id text NOT NULL,   -- for a login that is new
  password_hash text,
  display_name text,
  mailbox text NOT NULL,
  facility text NOT NULL,
  created_at bigint NOT NULL, oidc_subject text, changes smallint NOT NULL DEFAULT 1 CHECK (changes IN (0, 1)),
  PRIMARY KEY (run, line)
);

CREATE INDEX customer_import_rows_by_login ON customer_import_rows (run, login);

CREATE INDEX customer_import_rows_by_mailbox ON customer_import_rows (run, mailbox);

CREATE INDEX customer_import_rows_that_change ON customer_import_rows (run, login) WHERE changes = 1;

CREATE TABLE customer_invitations (
  customer_id text PRIMARY KEY REFERENCES customers (id) ON DELETE CASCADE,
  created_at bigint NOT NULL,
  sent_at bigint
);

CREATE INDEX customer_invitations_due ON customer_invitations (created_at) WHERE sent_at IS NULL;

CREATE TABLE customer_services (
  customer_id text NOT NULL REFERENCES customers (id) ON DELETE CASCADE,
  service text NOT NULL REFERENCES services (key),
  PRIMARY KEY (customer_id, service)
);

CREATE TABLE customers (
  id text PRIMARY KEY,
  login text NOT NULL UNIQUE,
  display_name text,
  password_hash text,
  created_at bigint NOT NULL
, links_from bigint NOT NULL DEFAULT 0, password_reset_id text, frozen_at bigint, oidc_subject text);

CREATE UNIQUE INDEX customers_by_oidc_subject ON customers (oidc_subject) WHERE oidc_subject IS NOT NULL;

CREATE TRIGGER customers_password_owner BEFORE UPDATE OF password_hash, password_reset_id ON customers
WHEN NEW.password_reset_id IS NOT NULL
  AND (NEW.password_hash IS NOT OLD.password_hash OR NEW.password_reset_id IS NOT OLD.password_reset_id)
  AND NOT EXISTS (
    SELECT 1 FROM password_resets r
    WHERE r.id = NEW.password_reset_id AND r.customer_id = NEW.id AND r.used_at IS NOT NULL
      AND NEW.password_reset_id IS NOT OLD.password_reset_id)
BEGIN SELECT RAISE(ABORT, 'this reset belongs to another account'); END;

CREATE TABLE delivery_counts (
  notice_id text NOT NULL,
  slot smallint NOT NULL,
  phase text NOT NULL,
  outcome text NOT NULL, -- as in the answer of /deliveries
  count bigint NOT NULL,
  PRIMARY KEY (notice_id, slot, phase, outcome)
);

CREATE TABLE desks (
  key text PRIMARY KEY,
  name_ja text NOT NULL,
  name_en text,
  phone text,
  url text,
  hours_ja text,
  hours_en text,
  position integer NOT NULL
);

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

CREATE TABLE draft_readers (
  notice_id text NOT NULL REFERENCES notices (id),
  staff_id text NOT NULL REFERENCES staff (id),
  name text NOT NULL,
  since bigint NOT NULL,
  seen_at bigint NOT NULL,
  PRIMARY KEY (notice_id, staff_id)
);

CREATE TABLE drafts (
  notice_id text PRIMARY KEY REFERENCES notices (id),
  content text NOT NULL, -- JSON of the whole form
  saved_at bigint NOT NULL,
  saved_by text NOT NULL,
  version integer NOT NULL
, saved_by_id text);

CREATE TABLE edition (
  id integer PRIMARY KEY CHECK (id = 1),
  number bigint NOT NULL,
  changed_at bigint NOT NULL
);

CREATE TABLE facilities (
  code text PRIMARY KEY,
  name_ja text NOT NULL,
  name_en text,
  service text NOT NULL REFERENCES services (key),
  position integer NOT NULL,
  retired_at bigint
);

CREATE INDEX facilities_by_service ON facilities (service);

CREATE TABLE facility_domains (
  domain text NOT NULL,
  facility text NOT NULL REFERENCES facilities (code),
  PRIMARY KEY (domain, facility)
);

CREATE TABLE fanouts (
  id text PRIMARY KEY,
  notice_id text NOT NULL,
  root_id text NOT NULL,
  report_number integer NOT NULL,
  revision integer NOT NULL,
  published_at bigint NOT NULL,
  mail smallint NOT NULL CHECK (mail IN (0, 1)),
  plan text NOT NULL, -- JSON: purpose, scopes and the letters in each language
  stage text NOT NULL CHECK (stage IN ('superseding', 'expanding', 'done')),
  cursor text NOT NULL DEFAULT '',
  created_at bigint NOT NULL,
  finished_at bigint, spread_at bigint,
  UNIQUE (notice_id, report_number, revision)
);

CREATE INDEX fanouts_by_root ON fanouts (root_id);

CREATE INDEX fanouts_unfinished ON fanouts (created_at) WHERE finished_at IS NULL;

CREATE INDEX fanouts_unspread ON fanouts (created_at) WHERE spread_at IS NULL;

CREATE TABLE idempotency_keys (
  api_key text NOT NULL,
  idempotency_key text NOT NULL,
  request_hash text NOT NULL,
  status integer NOT NULL,
  answer text NOT NULL,
  created_at bigint NOT NULL,
  PRIMARY KEY (api_key, idempotency_key)
);

CREATE TABLE impact_facilities (
  impact_id text NOT NULL REFERENCES impacts (id),
  facility text NOT NULL REFERENCES facilities (code),
  PRIMARY KEY (impact_id, facility)
);

CREATE TABLE impacts (
  id text PRIMARY KEY,
  notice_id text NOT NULL REFERENCES notices (id),
  service text NOT NULL REFERENCES services (key),

  all_facilities smallint NOT NULL CHECK (all_facilities IN (0, 1)),
  area_ja text,
  area_en text,
  symptom text NOT NULL CHECK (symptom IN ('unavailable', 'degraded', 'delayed', 'login')),
  started_at bigint NOT NULL,
  started_approximate smallint NOT NULL DEFAULT 0 CHECK (started_approximate IN (0, 1)),
  recovered_at bigint,
  position integer NOT NULL,
  added_by_report integer NOT NULL, detail_ja text, detail_en text, users text, recovered_approximate smallint CHECK (recovered_approximate IN (0, 1)),
  CHECK (recovered_at IS NULL OR recovered_at >= started_at)
);

CREATE INDEX impacts_by_notice ON impacts (notice_id);

CREATE INDEX impacts_open ON impacts (notice_id) WHERE recovered_at IS NULL;

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

CREATE TRIGGER inquiries_immutable BEFORE UPDATE ON inquiries BEGIN SELECT RAISE(ABORT, 'inquiries is append-only'); END;

CREATE TRIGGER inquiries_kept BEFORE DELETE ON inquiries BEGIN SELECT RAISE(ABORT, 'inquiries is append-only'); END;

CREATE TABLE letters (
  id text PRIMARY KEY,
  subject text NOT NULL,
  text_body text NOT NULL,
  html_body text NOT NULL,
  headers text NOT NULL, -- JSON, the same for all who get this letter
  created_at bigint NOT NULL
);

CREATE TABLE mail_words (
  mail_id text PRIMARY KEY NOT NULL REFERENCES mails (id) ON DELETE CASCADE,
  fields text NOT NULL -- JSON: {name: {text, html}} put into the letter, and headers of this mail alone
);

CREATE TABLE mailboxes (
  address text PRIMARY KEY, -- domain in lower-case ASCII
  customer_id text NOT NULL REFERENCES customers (id),
  facility text NOT NULL REFERENCES facilities (code),
  created_at bigint NOT NULL
, moved_at bigint, moved_from text);

CREATE INDEX mailboxes_by_customer ON mailboxes (customer_id);

CREATE INDEX mailboxes_by_facility ON mailboxes (facility);

CREATE TABLE mails (
  id text PRIMARY KEY,

  class text NOT NULL CHECK (class IN ('urgent', 'bulk')),
  letter_id text NOT NULL REFERENCES letters (id),
  recipient text NOT NULL,
  recipient_domain text NOT NULL,
  message_id text NOT NULL UNIQUE,
  dated_at bigint NOT NULL, -- the Date header: fixed, so that a repeat is the same mail

  budget text,

  repeatable smallint NOT NULL DEFAULT 0 CHECK (repeatable IN (0, 1)),

  reserve smallint NOT NULL DEFAULT 0,
  state text NOT NULL CHECK (state IN (
    'queued', 'claimed', 'handing', 'sent', 'in_doubt', 'failed', 'cancelled', 'expired', 'no_budget')),
  attempts integer NOT NULL DEFAULT 0,
  next_attempt_at bigint NOT NULL,
  not_after bigint,
  lease_owner text,
  lease_until bigint,

  ticket smallint,
  reply_code integer,
  reply text,
  created_at bigint NOT NULL,
  ended_at bigint
, doubts smallint NOT NULL DEFAULT 0, held_at bigint);

CREATE INDEX mails_by_budget ON mails (budget);

CREATE INDEX mails_doubtful ON mails (created_at) WHERE doubts > 0;

CREATE INDEX mails_due ON mails (class, next_attempt_at, id) WHERE state = 'queued';

CREATE INDEX mails_due_to ON mails (recipient_domain, class, next_attempt_at) WHERE state = 'queued';

CREATE INDEX mails_in_doubt ON mails (created_at) WHERE state = 'in_doubt';

CREATE INDEX mails_leased ON mails (lease_until) WHERE state IN ('claimed', 'handing');

CREATE TABLE measure_answers (
  notice_id text NOT NULL REFERENCES notices (id),
  measure text NOT NULL,
  class text NOT NULL,
  PRIMARY KEY (notice_id, measure, class)
);

CREATE TABLE measure_progress (
  notice_id text NOT NULL REFERENCES notices (id),
  measure text NOT NULL, -- m1, m2, …, as in the reports' pictures
  number integer NOT NULL CHECK (number >= 1),
  status text NOT NULL CHECK (status IN ('done', 'in_progress', 'planned')),
  date text, -- YYYY-MM-DD or YYYY-MM: done on, or planned for
  text_ja text,
  text_en text,
  published_at bigint NOT NULL,
  recorded_by text NOT NULL,
  PRIMARY KEY (notice_id, measure, number)
);

CREATE TABLE notices (
  id text PRIMARY KEY, -- YYYYMMDD-N in the operator's zone, read out on the telephone
  kind text NOT NULL CHECK (kind IN ('fault', 'work')),
  title_ja text NOT NULL,
  title_en text,

  root_id text NOT NULL,
  occurred_at bigint NOT NULL,
  occurred_approximate smallint NOT NULL DEFAULT 0 CHECK (occurred_approximate IN (0, 1)),
  recognised_at bigint,

  serious_at bigint,
  planned_from bigint,
  planned_to bigint,
  actual_from bigint,
  actual_to bigint,
  created_at bigint NOT NULL,
  created_by text NOT NULL,

  first_published_at bigint,
  updated_at bigint NOT NULL,

  version integer NOT NULL DEFAULT 0
, planned_windows text, links text);

CREATE INDEX notices_by_change ON notices (updated_at);

CREATE INDEX notices_by_publication ON notices (first_published_at);

CREATE INDEX notices_by_root ON notices (root_id);

CREATE INDEX notices_by_window ON notices (planned_to) WHERE planned_to IS NOT NULL;

CREATE INDEX notices_serious ON notices (id) WHERE serious_at IS NOT NULL;

CREATE TABLE password_requests (
  id text PRIMARY KEY,
  login_hash text NOT NULL,                                          -- what was typed is not kept
  customer_id text REFERENCES customers (id) ON DELETE CASCADE,      -- null: there is no such login
  network text NOT NULL,
  language text NOT NULL CHECK (language IN ('ja', 'en')),
  created_at bigint NOT NULL,
  answered_at bigint
);

CREATE INDEX password_requests_by_login ON password_requests (login_hash, created_at);

CREATE INDEX password_requests_by_network ON password_requests (network, created_at);

CREATE INDEX password_requests_open ON password_requests (created_at) WHERE answered_at IS NULL;

CREATE TABLE password_resets (
  id text PRIMARY KEY,
  customer_id text NOT NULL REFERENCES customers (id) ON DELETE CASCADE,
  purpose text NOT NULL CHECK (purpose IN ('reset', 'invitation')),
  token_hash text NOT NULL UNIQUE,
  contacts text NOT NULL,            -- digest of where the account could be reached when the link was made
  created_at bigint NOT NULL,
  expires_at bigint NOT NULL,
  used_at bigint,
  ended_at bigint                    -- another link or another password came in between
);

CREATE INDEX password_resets_by_customer ON password_resets (customer_id);

CREATE TABLE postings (
  notice_id text NOT NULL REFERENCES notices (id),
  report_number integer NOT NULL,
  surface text NOT NULL,
  posted_at bigint NOT NULL,
  recorded_by text NOT NULL,
  note text, known text NOT NULL DEFAULT 'minute' CHECK (known IN ('minute', 'day', 'nothing')), approximate smallint NOT NULL DEFAULT 0 CHECK (approximate IN (0, 1)),
  PRIMARY KEY (notice_id, report_number, surface)
);

CREATE TABLE report_reminders (
  subject text NOT NULL, -- a notice's number, or a period's key
  kind text NOT NULL CHECK (kind IN ('detailed', 'periodic')),
  due_at bigint NOT NULL,
  stage text NOT NULL CHECK (stage IN ('ahead', 'day', 'over')),
  reminded_at bigint NOT NULL,
  PRIMARY KEY (subject, kind, due_at, stage)
);

CREATE TABLE reports (
  notice_id text NOT NULL REFERENCES notices (id),
  number integer NOT NULL CHECK (number >= 1),
  revision integer NOT NULL DEFAULT 0 CHECK (revision >= 0),
  phase text NOT NULL CHECK (phase IN (
    'first', 'update', 'partial_recovery', 'recovery', 'delay_recovery', 'final',
    'plan', 'start', 'extend', 'complete', 'cancel')),

  tells_recovery smallint NOT NULL CHECK (tells_recovery IN (0, 1)),
  published_at bigint NOT NULL,
  published_by text NOT NULL,
  body_ja text NOT NULL,
  body_en text,

  picture text NOT NULL,
  mail smallint NOT NULL CHECK (mail IN (0, 1)),

  backfilled smallint NOT NULL DEFAULT 0 CHECK (backfilled IN (0, 1)),
  reason_ja text,
  reason_en text,
  PRIMARY KEY (notice_id, number, revision)
);

CREATE INDEX reports_by_time ON reports (published_at);

CREATE TRIGGER reports_immutable BEFORE UPDATE ON reports BEGIN SELECT RAISE(ABORT, 'a published report is immutable'); END;

CREATE TRIGGER reports_kept BEFORE DELETE ON reports BEGIN SELECT RAISE(ABORT, 'a published report is kept'); END;

CREATE TABLE scheduled_reports (
  notice_id text PRIMARY KEY REFERENCES notices (id),
  publish_at bigint NOT NULL,

  draft_version integer NOT NULL,
  set_at bigint NOT NULL,
  set_by_kind text NOT NULL CHECK (set_by_kind IN ('staff', 'key')),
  set_by text NOT NULL,
  set_by_name text NOT NULL,

  failed_at bigint,
  failure text
);

CREATE INDEX scheduled_reports_due ON scheduled_reports (publish_at) WHERE failed_at IS NULL;

CREATE TABLE schema_migrations (number integer PRIMARY KEY, name text NOT NULL);

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

CREATE TRIGGER decisions_immutable BEFORE UPDATE ON serious_decisions BEGIN SELECT RAISE(ABORT, 'serious_decisions is append-only'); END;

CREATE TRIGGER decisions_kept BEFORE DELETE ON serious_decisions BEGIN SELECT RAISE(ABORT, 'serious_decisions is append-only'); END;

CREATE TABLE service_criteria (
  service text PRIMARY KEY REFERENCES services (key),
  category text NOT NULL,
  users integer CHECK (users >= 0),
  critical smallint NOT NULL DEFAULT 0 CHECK (critical IN (0, 1)),
  changed_at bigint NOT NULL,
  changed_by text NOT NULL
);

CREATE TABLE service_dependencies (
  service text NOT NULL REFERENCES services (key),
  depends_on text NOT NULL REFERENCES services (key),
  PRIMARY KEY (service, depends_on)
);

CREATE TABLE services (
  key text PRIMARY KEY,
  name_ja text NOT NULL,
  name_en text,
  group_name text,

  part_of text,
  position integer NOT NULL,
  retired_at bigint
, created_at bigint NOT NULL DEFAULT 0);

CREATE TABLE sessions (
  token_hash text PRIMARY KEY,
  audience text NOT NULL CHECK (audience IN ('staff', 'customer')),
  subject text NOT NULL, -- staff.id or customers.id
  created_at bigint NOT NULL,

  proved_at bigint NOT NULL,
  expires_at bigint NOT NULL
, agent text, id_token text);

CREATE INDEX sessions_by_expiry ON sessions (expires_at);

CREATE INDEX sessions_by_subject ON sessions (audience, subject);

CREATE TABLE settings (
  key text PRIMARY KEY,
  value text NOT NULL, -- JSON
  changed_at bigint NOT NULL,
  changed_by text NOT NULL
);

CREATE TABLE setup_links (
  token_hash text PRIMARY KEY,
  created_at bigint NOT NULL,
  expires_at bigint NOT NULL,
  used_at bigint
, staff_id text REFERENCES staff (id));

CREATE TABLE staff (
  id text PRIMARY KEY,
  login text NOT NULL UNIQUE,
  name text NOT NULL,
  role text NOT NULL CHECK (role IN ('author', 'publisher', 'admin')),
  password_hash text NOT NULL,
  created_at bigint NOT NULL,
  disabled_at bigint
, mail text, oidc_subject text);

CREATE UNIQUE INDEX staff_by_oidc_subject ON staff (oidc_subject) WHERE oidc_subject IS NOT NULL;

CREATE TABLE staff_factors (
  staff_id text PRIMARY KEY REFERENCES staff (id),
  secret text NOT NULL, -- sealed with SHIRASE_SECRET
  created_at bigint NOT NULL,
  confirmed_at bigint,

  last_step bigint NOT NULL DEFAULT 0,

  failures integer NOT NULL DEFAULT 0,
  failed_at bigint
);

CREATE TABLE staff_recovery_codes (
  code_hash text PRIMARY KEY,
  staff_id text NOT NULL REFERENCES staff (id),
  created_at bigint NOT NULL,
  used_at bigint
);

CREATE INDEX staff_recovery_codes_by_staff ON staff_recovery_codes (staff_id);

CREATE TABLE staff_sign_ins (
  token_hash text PRIMARY KEY,
  staff_id text NOT NULL REFERENCES staff (id),
  created_at bigint NOT NULL,
  expires_at bigint NOT NULL,
  tries integer NOT NULL DEFAULT 0
, id_token text, proved_at bigint NOT NULL DEFAULT 0);

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

CREATE TRIGGER submissions_immutable BEFORE UPDATE ON submissions BEGIN SELECT RAISE(ABORT, 'submissions is append-only'); END;

CREATE TRIGGER submissions_kept BEFORE DELETE ON submissions BEGIN SELECT RAISE(ABORT, 'submissions is append-only'); END;

CREATE TABLE templates (
  id text PRIMARY KEY,
  name_ja text NOT NULL,
  name_en text,
  phase text NOT NULL,
  service text REFERENCES services (key), -- null: of every service
  symptom text CHECK (symptom IN ('unavailable', 'degraded', 'delayed', 'login')), -- null: of every symptom
  title_ja text,
  title_en text,
  body_ja text NOT NULL,
  body_en text,
  changed_at bigint NOT NULL,
  changed_by text NOT NULL,
  removed_at bigint
);

CREATE TABLE tickets (
  budget text NOT NULL,
  number smallint NOT NULL CHECK (number BETWEEN 1 AND 3),
  mail_id text NOT NULL,
  taken_at bigint NOT NULL,
  PRIMARY KEY (budget, number)
);

CREATE TABLE warning_calls (
  id text PRIMARY KEY,
  body text NOT NULL,
  created_at bigint NOT NULL,
  attempts integer NOT NULL DEFAULT 0,
  next_attempt_at bigint, -- null: it arrived, or was given up
  arrived smallint NOT NULL DEFAULT 0 CHECK (arrived IN (0, 1)),
  answer text -- of the last attempt, for people
);

CREATE INDEX warning_calls_by_time ON warning_calls (created_at);

CREATE INDEX warning_calls_due ON warning_calls (next_attempt_at) WHERE next_attempt_at IS NOT NULL;

CREATE TABLE warnings (
  notice_id text NOT NULL REFERENCES notices (id),
  kind text NOT NULL,
  due_at bigint NOT NULL,
  stage text NOT NULL CHECK (stage IN ('soon', 'over')),
  warned_at bigint NOT NULL,
  PRIMARY KEY (notice_id, kind, due_at, stage)
);
