import type { Generated } from 'kysely';

export interface StaffTable {
  id: string;
  login: string;
  name: string;
  role: 'author' | 'publisher' | 'admin';
  password_hash: string;
  created_at: number;
  disabled_at: number | null;
  mail: string | null;
  /** At the OpenID Connect provider. */
  oidc_subject: string | null;
}

export interface StaffFactorsTable {
  staff_id: string;
  /** Sealed. */
  secret: string;
  created_at: number;
  confirmed_at: number | null;
  last_step: number;
  failures: number;
  failed_at: number | null;
}

export interface StaffRecoveryCodesTable {
  code_hash: string;
  staff_id: string;
  created_at: number;
  used_at: number | null;
}

export interface StaffSignInsTable {
  token_hash: string;
  staff_id: string;
  created_at: number;
  expires_at: number;
  tries: number;
  id_token: string | null;
  proved_at: number;
}

export interface ApiKeysTable {
  id: string;
  name: string;
  key_hash: string;
  /** JSON array of scopes */
  scopes: string;
  created_at: number;
  revoked_at: number | null;
}

export interface SessionsTable {
  token_hash: string;
  audience: 'staff' | 'customer';
  subject: string;
  created_at: number;
  proved_at: number;
  expires_at: number;
  agent: Generated<string | null>;
  /** Sealed; null where it began by a password. */
  id_token: Generated<string | null>;
}

export interface SetupLinksTable {
  token_hash: string;
  created_at: number;
  expires_at: number;
  used_at: number | null;
  /** null: makes the first administrator. */
  staff_id: string | null;
}

export interface AuditEntriesTable {
  id: string;
  at: number;
  actor_kind: 'staff' | 'key' | 'system' | 'customer';
  actor_id: string | null;
  actor_name: string;
  act: string;
  subject_kind: string;
  subject_id: string;
  before_json: string | null;
  after_json: string | null;
}

export interface IdempotencyKeysTable {
  api_key: string;
  idempotency_key: string;
  request_hash: string;
  status: number;
  answer: string;
  created_at: number;
}

export interface SettingsTable {
  key: string;
  /** JSON */
  value: string;
  changed_at: number;
  changed_by: string;
}
