import type { Reader } from '../db/open.ts';
import type { Instant } from '../time.ts';
import { mailStore } from './store.ts';

/** Milliseconds that the oldest due mail has waited; 0 where nothing waits. Two minutes with a relay that answers is a fault. */
export async function oldestWait(db: Reader, now: Instant): Promise<number> {
  const since = await mailStore.oldestDue(db, now);
  return since === null ? 0 : Math.max(0, now - since);
}
