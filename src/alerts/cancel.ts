import type { Tx } from '../db/open.ts';
import { cancelQueued } from '../mail/outbox.ts';
import { alertStore } from './alert-store.ts';

/** Whoever leaves, leaves at once: what is queued for him does not go. */
export async function cancelAlertsOf(tx: Tx, addressId: string, reason: 'unsubscribed' | 'removed'): Promise<void> {
  const cancelled = await cancelQueued(tx, await alertStore.ofAddress(tx, addressId), 'cancelled');
  await alertStore.end(tx, cancelled, reason);
}
