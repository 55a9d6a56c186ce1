-- Where else each publication is told: signed webhooks, chats, partners' mail addresses.
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

-- One publication to one channel. Its id is the webhook-id of every attempt.
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

CREATE INDEX channel_posts_due ON channel_posts (next_attempt_at) WHERE next_attempt_at IS NOT NULL;
CREATE INDEX channel_posts_by_time ON channel_posts (created_at);
CREATE INDEX channel_posts_by_channel ON channel_posts (channel_id, created_at);

-- When a publication was spread to the channels; what came before them was told to nobody else.
ALTER TABLE fanouts ADD COLUMN spread_at bigint;
UPDATE fanouts SET spread_at = created_at;
CREATE INDEX fanouts_unspread ON fanouts (created_at) WHERE spread_at IS NULL;
