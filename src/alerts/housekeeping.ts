import type { Database } from '../db/open.ts';
import { forgetTickets, removeMails } from '../mail/outbox.ts';
import { record, SYSTEM } from '../staff/audit.ts';
import { type Clock, DAY } from '../time.ts';
import { addressStore } from './addresses/address-store.ts';
import { outcomeOf } from './deliveries.ts';
import { housekeepingStore } from './housekeeping-store.ts';

interface HousekeepingGround {
  db: Database;
  clock: Clock;
}

/** Long enough to ask for the mail again after a holiday. */
const UNCONFIRMED = 7 * DAY;
/** The owner has seen it by then, or does not come any more. */
const UNREACHABLE = 90 * DAY;
/** Who was mailed what is personal; after this only how many remains. RELIABILITY 5, 14.2.7. */
const DELIVERIES = 90 * DAY;
/** Longer than anything is mailed on a root fault (expand.ts), so that the three stay three, and who wanted no more gets none. */
const TICKETS = 400 * DAY;
const CHUNK = 500;

/** Removes addresses that were never confirmed, and those that mail has not reached for ninety days. A chore. */
export async function forgetAddresses({ db, clock }: HousekeepingGround): Promise<void> {
  const now = clock.now();
  const never = await housekeepingStore.neverConfirmed(db.kysely, now - UNCONFIRMED, now, CHUNK);
  const lost = await housekeepingStore.unreachableSince(db.kysely, now - UNREACHABLE, CHUNK);
  for (const [ids, act] of [
    [never, 'address.expire'],
    [lost, 'address.purge'],
  ] as const) {
    for (const id of ids) {
      await db.transaction(async (tx) => {
        await addressStore.remove(tx, id);
        await record(tx, now, SYSTEM, act, 'address', id);
      });
    }
  }
}

/** Turns deliveries of long ago into counts. A chore. */
export async function forgetDeliveries({ db, clock }: HousekeepingGround): Promise<void> {
  const now = clock.now();
  let found: number;
  do {
    found = await db.transaction(async (tx) => {
      const old = await housekeepingStore.oldDeliveries(tx, now - DELIVERIES, CHUNK);
      const counts = new Map<
        string,
        { notice_id: string; slot: number; phase: string; outcome: string; count: number }
      >();
      for (const { notice_id, slot, phase, ended, state } of old) {
        const outcome = outcomeOf({ ended, state, tried: true });
        const key = [notice_id, slot, phase, outcome].join(' ');
        const row = counts.get(key) ?? { notice_id, slot, phase, outcome, count: 0 };
        counts.set(key, { ...row, count: row.count + 1 });
      }
      for (const row of counts.values()) await housekeepingStore.count(tx, row);
      const ids = old.map(({ id }) => id);
      await housekeepingStore.forgetAlerts(tx, ids);
      await removeMails(tx, ids);
      return old.length;
    });
  } while (found === CHUNK);
  await forgetTickets(db.kysely, now - TICKETS);
  await housekeepingStore.forgetMutes(db.kysely, now - TICKETS);
}
