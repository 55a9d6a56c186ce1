import type { Tx } from '../db/open.ts';
import { cancelQueued } from '../mail/outbox.ts';
import { alertStore } from './alert-store.ts';
import type { FanoutPlan } from './enqueue.ts';
import { recipients } from './recipients.ts';
import { concerns } from './slot.ts';

/** Whoever leaves, or wants no more of one root fault, leaves at once: what is queued for him does not go. */
export async function cancelAlertsOf(
  tx: Tx,
  addressId: string,
  reason: 'unsubscribed' | 'removed',
  rootId?: string,
): Promise<void> {
  const cancelled = await cancelQueued(tx, await alertStore.ofAddress(tx, addressId, rootId), 'cancelled');
  await alertStore.end(tx, cancelled, reason);
}

/**
 * A narrower choice holds at once, too: what waits of notices that it leaves out does not go, and what is under way is stopped before
 * its final dot (recheck.ts).
 */
export async function cancelUnchosen(tx: Tx, addressId: string): Promise<void> {
  const waiting = await alertStore.notHandedOver(tx, addressId);
  for (const noticeId of new Set(waiting.map((alert) => alert.noticeId))) {
    if (await isWanted(tx, noticeId, addressId)) continue;
    const ids = waiting.filter((alert) => alert.noticeId === noticeId).map(({ id }) => id);
    await cancelQueued(tx, ids, 'cancelled');
    await alertStore.end(tx, ids, 'unsubscribed');
  }
}

async function isWanted(tx: Tx, noticeId: string, addressId: string): Promise<boolean> {
  const newest = await alertStore.newestFanout(tx, noticeId);
  if (!newest) return true;
  const plan = JSON.parse(newest.plan) as FanoutPlan;
  const [recipient] = await recipients(tx, { kind: plan.kind, rootId: newest.root_id }, { id: addressId });
  return recipient !== undefined && concerns(recipient, plan.all);
}
