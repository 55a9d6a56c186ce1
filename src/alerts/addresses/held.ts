import type { Reader } from '../../db/open.ts';
import type { Instant } from '../../time.ts';
import { alertStore } from '../alert-store.ts';
import type { Address } from './address.ts';
import { addressStore } from './address-store.ts';

/** Everything that this room keeps of a customer, for who asks what is known of him. */
export async function addressesHeld(
  db: Reader,
  customerId: string,
): Promise<{ address: Address; alerts: { notice: string; report: number; at: Instant; state: string }[] }[]> {
  const addresses = await addressStore.ofCustomer(db, customerId);
  return Promise.all(addresses.map(async (address) => ({ address, alerts: await alertStore.sentTo(db, address.id) })));
}
