import { randomBytes } from 'node:crypto';
import type { Tx } from '../db/open.ts';
import type { Instant } from '../time.ts';

/** Who did something. */
export interface Actor {
  kind: 'staff' | 'key' | 'system' | 'customer';
  id: string | null;
  name: string;
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
  await tx
    .insertInto('audit_entries')
    .values({
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
    })
    .execute();
}
