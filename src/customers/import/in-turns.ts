import { setTimeout as wait } from 'node:timers/promises';
import type { Database } from '../../db/open.ts';

/** So many in one transaction, and twice or half as many next time, so that it lasts as long as others may wait for it. */
const PIECE = { first: 100, least: 25, most: 800 } as const;
const SHORT = 40;
const LONG = 120;

/** SQLite lets in whoever asks at the right moment; others look every few tens of milliseconds, so there must be such moments. */
const BREATH = { least: 25, most: 100 } as const;

/**
 * Works while there is more, and leaves the database to others for as long as it had it.
 * @param work is told how many to take, and says whether there are more.
 * @param until a moment of the process' own clock.
 * @returns whether there is no more; false where the time was over before.
 */
export async function inTurns(
  db: Database,
  work: (size: number) => Promise<boolean>,
  until = Infinity,
): Promise<boolean> {
  let size: number = PIECE.first;
  for (;;) {
    const began = performance.now();
    if (!(await work(size))) return true;
    const now = performance.now();
    if (now > until) return false;
    const lasted = now - began;
    if (lasted > LONG) size = Math.max(size / 2, PIECE.least);
    if (lasted < SHORT) size = Math.min(size * 2, PIECE.most);
    if (db.engine === 'sqlite') await wait(Math.min(Math.max(lasted, BREATH.least), BREATH.most));
  }
}
