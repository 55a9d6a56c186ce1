import type { Reader } from '../db/open.ts';
import { type Instant, SECOND } from '../time.ts';
import { healthStore } from './health-store.ts';
import { mailStore } from './store.ts';

/** Milliseconds that the oldest due mail has waited; 0 where nothing waits. Two minutes with a relay that answers is a fault. */
export async function oldestWait(db: Reader, now: Instant): Promise<number> {
  const since = await mailStore.oldestDue(db, now);
  return since === null ? 0 : Math.max(0, now - since);
}

/** Why no mail goes out, or no alert, though the relay may answer; empty where they do. */
export async function whyNoneGoes(db: Reader, now: Instant): Promise<string[]> {
  const { frozen_at, paused_until } = await mailStore.sender(db);
  if (frozen_at !== null) return ['no mail goes out: the sender is frozen'];
  return (paused_until ?? 0) > now ? ['no alert goes out: the sender pauses because receivers refuse us'] : [];
}

/** What monitoring shows of the outbox. */
export async function outboxHealth(db: Reader, now: Instant) {
  const [outbox, oldest, frozen] = [
    await healthStore.unfinished(db),
    await healthStore.oldestDue(db, now),
    (await mailStore.sender(db)).frozen_at !== null,
  ];
  const oldestDueSeconds: Record<string, number> = { urgent: 0, bulk: 0 };
  for (const { class: name, at } of oldest) {
    if (at !== null) oldestDueSeconds[name] = Math.max(0, now - at) / SECOND;
  }
  return { outbox, oldestDueSeconds, frozen };
}
