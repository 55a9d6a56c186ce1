import { type Database, type Reader, retryOnCollision, type Tx } from '../db/open.ts';
import type { Instant } from '../time.ts';
import { freezeStore } from './freeze-store.ts';
import { mailStore } from './store.ts';

/**
 * A database that was put back to an earlier state does not know what was sent since. So its sender stands still until somebody
 * decides about what it believes to be unsent: listmonk once sent a whole campaign again after a snapshot was restored.
 */

export interface SendingState {
  /** null while mails go out. */
  frozenAt: Instant | null;
  reason: string | null;
  /** Mails of before the freezing that wait for a decision. */
  unsent: number;
}

export async function sendingState(db: Reader): Promise<SendingState> {
  const { frozenAt, reason } = await freezeStore.state(db);
  return { frozenAt, reason, unsent: frozenAt === null ? 0 : await freezeStore.countUnsent(db, frozenAt) };
}

/** No courier claims a mail from now on, on any node. What is being handed over at this moment still ends. */
export async function freezeSending(tx: Tx, now: Instant, reason: string): Promise<void> {
  await freezeStore.set(tx, now, reason);
}

const AT_ONCE = 200;

/**
 * Holds what was unsent when the sender was frozen: each such mail may have gone out already, so it counts as in doubt and takes a
 * ticket of its budget like any other whose answer was lost. Whatever comes later keeps within three.
 * @returns how many.
 */
export async function holdUnsent(db: Database, now: Instant): Promise<number> {
  const { frozenAt } = await freezeStore.state(db.kysely);
  if (frozenAt === null) return 0;
  for (let held = 0; ; ) {
    const some = await retryOnCollision(() => db.transaction((tx) => holdSome(tx, frozenAt, now)));
    if (some === 0) return held;
    held += some;
  }
}

async function holdSome(tx: Tx, frozenAt: Instant, now: Instant): Promise<number> {
  const mails = await freezeStore.unsent(tx, frozenAt, AT_ONCE);
  for (const mail of mails) {
    const ticket = mail.ticket ?? (mail.budget === null ? null : await takeFree(tx, mail.budget, mail.id, now));
    await freezeStore.putInDoubt(tx, mail.id, ticket, 'held after a restore: it may have been sent before', now);
  }
  return mails.length;
}

async function takeFree(tx: Tx, budget: string, mailId: string, now: Instant): Promise<number | null> {
  const taken = (await mailStore.tickets(tx, [budget])).get(budget) ?? [];
  const free = [1, 2, 3].find((number) => !taken.includes(number));
  if (free === undefined) return null;
  await mailStore.takeTickets(tx, [{ budget, number: free, mailId }], now);
  return free;
}

/** Couriers go on with their next look. */
export async function releaseSending(tx: Tx): Promise<void> {
  await freezeStore.set(tx, null, null);
}
