import type { Database, Tx } from '../db/open.ts';
import type { Operator } from '../http/views.ts';
import type { Clock } from '../time.ts';
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
