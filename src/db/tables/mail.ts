import type { Generated } from 'kysely';
import type { Flag } from './values.ts';

export interface LettersTable {
  id: string;
  subject: string;
  text_body: string;
  html_body: string;
  /** JSON object */
  headers: string;
  created_at: number;
}

export type MailState =
  | 'queued'
  | 'claimed'
  | 'handing'
  | 'sent'
  | 'in_doubt'
  | 'failed'
  | 'cancelled'
  | 'expired'
  | 'no_budget';

export interface MailsTable {
  id: string;
  class: 'urgent' | 'bulk';
  letter_id: string;
  recipient: string;
  recipient_domain: string;
  message_id: string;
  dated_at: number;
  budget: string | null;
  repeatable: Flag;
  reserve: number;
  state: MailState;
  attempts: number;
  next_attempt_at: number;
  not_after: number | null;
  lease_owner: string | null;
  lease_until: number | null;
  ticket: number | null;
  reply_code: number | null;
  reply: string | null;
  /** Attempts whose answer was lost. */
  doubts: Generated<number>;
  /** Staff keep it back. */
  held_at: Generated<number | null>;
  created_at: number;
  ended_at: number | null;
}

/** Gone once the mail names nobody any more. */
export interface MailWordsTable {
  mail_id: string;
  /** JSON, see mail/outbox.ts */
  fields: string;
}

export interface TicketsTable {
  budget: string;
  number: number;
  mail_id: string;
  taken_at: number;
}

export interface CouriersTable {
  id: number;
  frozen_at: number | null;
  frozen_reason: string | null;
  paused_until: number | null;
  paused_reason: string | null;
}
