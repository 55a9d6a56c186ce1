import type { Database, Tx } from '../db/open.ts';
import type { Message } from '../errors.ts';
import type { Operator } from '../http/views.ts';
import type { Clock, Instant } from '../time.ts';
import type { Notice } from './notice.ts';

/** What the acts of this room stand on. */
export interface NoticeGround {
  db: Database;
  clock: Clock;
  operator: Operator;
  publicUrl: string;
  /** Rung after a publication is committed, so that this process need not wait for its next look at the edition's number. */
  announce: () => void;
}

/** Runs in the transaction of the act, for instance to remember the answer under its idempotency key. */
export type AlsoInTransaction = (tx: Tx, notice: Notice) => Promise<void>;

/** The notice's page; the same for ever. */
export function noticeUrl(publicUrl: string, id: string): string {
  return `${publicUrl}/notices/${id}`;
}

/** How near an open fault is to being serious by the criteria in force, and what a person decided about that. */
export interface Seriousness {
  says: Message;
  /** By the users that are known it is serious already. */
  now: boolean;
  decided: { decision: 'promote' | 'leave'; by: string; at: Instant } | null;
}

/** What the console of notices is handed from rooms above, by app.ts. */
export interface ConsoleGround extends NoticeGround {
  seriousness: (notices: Notice[]) => Promise<Map<string, Seriousness>>;
}
