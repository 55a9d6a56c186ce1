import type { Generated } from 'kysely';
import type { Flag } from './values.ts';

export interface AddressesTable {
  id: string;
  customer_id: string;
  place: number;
  email: string;
  email_key: string;
  language: 'ja' | 'en';
  scope: 'mine' | 'services' | 'all';
  works: Flag;
  created_at: number;
  confirmed_at: number | null;
  stopped_at: number | null;
  quarantined_at: number | null;
  quarantine_reply: string | null;
  /** Bits, see alerts/timing.ts */
  hours: Generated<number>;
  hours_for_all: Generated<Flag>;
  late_final: Generated<Flag>;
}

export interface AddressServicesTable {
  address_id: string;
  service: string;
}

export interface AddressMutesTable {
  address_id: string;
  root_id: string;
  muted_at: number;
}

export interface AddressConfirmationsTable {
  token_hash: string;
  address_id: string;
  created_at: number;
  expires_at: number;
  used_at: number | null;
}

export interface FanoutsTable {
  id: string;
  notice_id: string;
  root_id: string;
  report_number: number;
  revision: number;
  published_at: number;
  mail: Flag;
  /** JSON, see alerts/fanout.ts */
  plan: string;
  stage: 'superseding' | 'expanding' | 'done';
  cursor: string;
  created_at: number;
  finished_at: number | null;
  spread_at: number | null;
}

export interface AlertsTable {
  id: string;
  root_id: string;
  notice_id: string;
  report_number: number;
  revision: number;
  slot: number;
  phase: string;
  address_id: string;
  email_key: string;
  created_at: number;
  ended: 'superseded' | 'unsubscribed' | 'removed' | 'quarantined' | 'expired' | 'no_budget' | null;
  /** The facility that the address lives on, while the alert waits for its recovery. */
  held_for: Generated<string | null>;
}

export interface DeliveryCountsTable {
  notice_id: string;
  slot: number;
  phase: string;
  outcome: string;
  count: number;
}

export interface CanariesTable {
  mail_id: string;
  notice_id: string;
  report_number: number;
  created_at: number;
  arrived_at: number | null;
}

export interface BouncesTable {
  mail_id: string;
  kind: 'dead' | 'hard' | 'soft' | 'complaint';
  address_id: string;
  status: string | null;
  diagnostic: string | null;
  received_at: number;
}
