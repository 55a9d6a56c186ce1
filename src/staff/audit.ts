import { randomBytes } from 'node:crypto';
import type { Reader, Tx } from '../db/open.ts';
import type { Instant } from '../time.ts';
import { staffStore } from './store.ts';

/** Who did something. */
export interface Actor {
  kind: 'staff' | 'key' | 'system' | 'customer';
  id: string | null;
  name: string;
}

/** The program itself: first start, housekeeping, the operator at the command line. */
export const SYSTEM: Actor = { kind: 'system', id: null, name: 'shirase' };

/** By his account's number: the trail never has a customer's name. */
export function asCustomer(id: string): Actor {
  return { kind: 'customer', id, name: id };
}

/** One line of the append-only trail, written in the transaction of the act itself. */
export async function record(
  tx: Tx,
  now: Instant,
  actor: Actor,
  act: string,
  subjectKind: string,
  subjectId: string,
  before?: unknown,
  after?: unknown,
): Promise<void> {
  await staffStore.audit(tx, {
    id: randomBytes(12).toString('hex'),
    at: now,
    actor_kind: actor.kind,
    actor_id: actor.id,
    actor_name: actor.name,
    act,
    subject_kind: subjectKind,
    subject_id: subjectId,
    before_json: before === undefined ? null : JSON.stringify(before),
    after_json: after === undefined ? null : JSON.stringify(after),
  });
}

export interface AuditEntry {
  at: Instant;
  who: string;
  act: string;
  subject: string;
  before: string | null;
  after: string | null;
}

/** The newest entries, of one subject where it is given. */
export async function auditTrail(
  db: Reader,
  filter: { subject?: string | undefined; limit: number },
): Promise<AuditEntry[]> {
  const rows = await staffStore.auditTrail(db, filter);
  return rows.map((row) => ({
    at: row.at,
    who: row.actor_name,
    act: row.act,
    subject: `${row.subject_kind} ${row.subject_id}`,
    before: row.before_json,
    after: row.after_json,
  }));
}
