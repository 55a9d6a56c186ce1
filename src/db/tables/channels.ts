export interface ChannelsTable {
  id: string;
  kind: 'webhook' | 'slack' | 'mail';
  name: string;
  target: string;
  about: 'all' | 'prominent';
  language: 'ja' | 'en';
  state: 'active' | 'disabled' | 'quarantined';
  state_since: number;
  sealed_key: string | null;
  sealed_key_before: string | null;
  key_since: number | null;
  created_at: number;
}

export interface ChannelPostsTable {
  id: string;
  channel_id: string;
  fanout_id: string | null;
  title: string;
  body: string | null;
  state: 'waiting' | 'arrived' | 'given_up' | 'stopped';
  attempts: number;
  next_attempt_at: number | null;
  status: number | null;
  answer: string | null;
  created_at: number;
  ended_at: number | null;
}
