import type { Reader } from '../db/open.ts';
import type { Instant } from '../time.ts';
import { overdueStore } from './overdue-store.ts';

/** How many open faults wait for a report that was promised for an earlier time. */
export async function overdueNotices(db: Reader, now: Instant): Promise<number> {
  const newest = await overdueStore.newestPictures(db);
  return newest.filter((picture) => {
    const { nextUpdateAt } = JSON.parse(picture) as { nextUpdateAt?: Instant | null };
    return typeof nextUpdateAt === 'number' && nextUpdateAt < now;
  }).length;
}
