import type { Reader } from '../db/open.ts';
import type { Instant } from '../time.ts';

/** What monitoring reads of the outbox. The partial indexes of `mails` hold what is not finished, so nothing of this walks the rest. */
export const healthStore = {
  /** Mails that are not finished, or whose end nobody knows. */
  async unfinished(db: Reader): Promise<{ class: string; state: string; mails: number }[]> {
    const found = [];
    for (const states of [['queued'], ['claimed', 'handing'], ['in_doubt']] as const) {
      const rows = await db
        .selectFrom('mails')
        .select((eb) => ['class', 'state', eb.fn.countAll<number>().as('mails')] as const)
        .where('state', 'in', [...states])
        .groupBy(['class', 'state'])
        .execute();
      found.push(...rows);
    }
    return found;
  },

  /** Since when the oldest due mail of each class waits. */
  async oldestDue(db: Reader, now: Instant): Promise<{ class: string; at: Instant | null }[]> {
    return db
      .selectFrom('mails')
      .select((eb) => ['class', eb.fn.min('next_attempt_at').as('at')] as const)
      .where('state', '=', 'queued')
      .where('next_attempt_at', '<=', now)
      .groupBy('class')
      .execute();
  },
};
