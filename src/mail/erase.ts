import { inPortions } from '../db/asking.ts';
import type { Database, Tx } from '../db/open.ts';
import { type Clock, DAY } from '../time.ts';
import { eraseStore } from './erase-store.ts';

/** Long enough for questions about a mail that did not come, and for a bounce that took its time. */
const KEPT = 90 * DAY;

/** Few at a time: nobody waits behind it. */
const CHUNK = 1000;

/**
 * Mails that ended 90 days ago keep their times, states and counts and lose whom they went to and what was said to him alone.
 * @returns how many.
 */
export async function forgetOldRecipients(db: Database, clock: Clock): Promise<number> {
  const before = clock.now() - KEPT;
  for (let all = 0; ; ) {
    const done = await db.transaction((tx) => eraseStore.before(tx, before, CHUNK));
    all += done;
    if (done < CHUNK) return all;
  }
}

/** Whoever is a customer no more is named in no mail that is over, however young. */
export async function forgetRecipients(tx: Tx, mailIds: string[]): Promise<void> {
  for (const some of inPortions(mailIds, CHUNK)) await eraseStore.some(tx, some);
}
