import type { Tx } from '../../db/open.ts';
import type { Instant } from '../../time.ts';
import { cancelAlertsOf } from '../cancel.ts';
import { addressState } from './address.ts';
import { addressStore } from './address-store.ts';
import { recordByOwner } from './owner-record.ts';

/**
 * No more mail to this address, asked for by its signed-in owner, the link in a mail or a complaint; what waits does not go. An unknown
 * address and a repeat leave nothing in the trail: mail programs press the same link again and again.
 */
export async function stopMails(tx: Tx, now: Instant, id: string, by?: 'link' | 'complaint'): Promise<void> {
  const address = await addressStore.stop(tx, id, now);
  await cancelAlertsOf(tx, id, 'unsubscribed');
  if (!address) return;
  const before = { state: addressState({ ...address, stoppedAt: null }) };
  const after = { state: 'stopped', by };
  await recordByOwner(tx, now, address, 'address.stop', before, after);
}
