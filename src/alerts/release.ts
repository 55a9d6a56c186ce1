import { rescheduleQueued } from '../mail/outbox.ts';
import { alertStore } from './alert-store.ts';
import type { AlertGround } from './expand.ts';
import { reachStore } from './reach-store.ts';
import type { Slot } from './slot.ts';
import { windowAfterHold } from './timing.ts';

const CHUNK = 500;

/**
 * Lets go what was held back for addresses whose own server works again. What each then gets is the newest word: the courier asks
 * before it claims. A chore.
 */
export async function releaseHeld(ground: Pick<AlertGround, 'db' | 'clock'>): Promise<void> {
  const { db, clock } = ground;
  const waitedFor = await alertStore.heldFor(db.kysely);
  if (waitedFor.length === 0) return;
  const broken = await reachStore.broken(db.kysely);
  for (const facility of waitedFor.filter((code) => !broken.has(code))) {
    let released: number;
    do {
      released = await db.transaction(async (tx) => {
        const held = await alertStore.held(tx, facility, CHUNK);
        for (const slot of [1, 2, 3] as Slot[]) {
          const ids = held.filter((alert) => alert.slot === slot).map(({ id }) => id);
          await rescheduleQueued(tx, ids, windowAfterHold(slot, clock.now()));
        }
        await alertStore.letGo(
          tx,
          held.map(({ id }) => id),
        );
        return held.length;
      });
    } while (released === CHUNK);
  }
}
