import type { Generated } from 'kysely';

export interface CustomersTable {
  id: string;
  login: string;
  display_name: string | null;
  password_hash: string | null;
  created_at: number;
  links_from: Generated<number>;
  password_reset_id: Generated<string | null>;
  frozen_at: Generated<number | null>;
  /** At the OpenID Connect provider. */
  oidc_subject: Generated<string | null>;
}

export interface MailboxesTable {
  address: string;
  customer_id: string;
  facility: string;
  created_at: number;
  moved_at: Generated<number | null>;
  moved_from: Generated<string | null>;
}

export interface PasswordRequestsTable {
  id: string;
  login_hash: string;
  customer_id: string | null;
  network: string;
  language: 'ja' | 'en';
  created_at: number;
  answered_at: number | null;
}

export interface PasswordResetsTable {
  id: string;
  customer_id: string;
  purpose: 'reset' | 'invitation';
  token_hash: string;
  contacts: string;
  created_at: number;
  expires_at: number;
  used_at: number | null;
  ended_at: number | null;
}

export interface CustomerServicesTable {
  customer_id: string;
  service: string;
}

export interface CustomerFeedsTable {
  customer_id: string;
  nonce: string;
  created_at: number;
}

export interface CustomerImportRowsTable {
  run: string;
  line: number;
  login: string;
  customer_id: string;
  password_hash: string | null;
  display_name: string | null;
  mailbox: string;
  facility: string;
  created_at: number;
  oidc_subject: string | null;
  changes: Generated<0 | 1>;
}

/** At most one row: the file that is being taken over. */
export interface CustomerImportDecisionTable {
  id: 1;
  run: string;
  decided_at: number;
  everyone: 0 | 1;
  removes: 0 | 1;
  invites: 0 | 1;
  reached: string;
  worked_at: number;
}

export interface CustomerInvitationsTable {
  customer_id: string;
  created_at: number;
  sent_at: number | null;
}
