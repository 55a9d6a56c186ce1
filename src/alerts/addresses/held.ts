import type { Reader } from '../../db/open.ts';
import type { Instant } from '../../time.ts';
import { alertStore } from '../alert-store.ts';
import type { Address } from './address.ts';
import { addressStore } from './address-store.ts';
import { muteStore } from './mute-store.ts';

/** Everything that this room keeps of a customer, for who asks what is known of him. */
export async function addressesHeld(
  db: Reader,
  customerId: string,
): Promise<
  { address: Address; muted: string[]; alerts: { notice: string; report: number; at: Instant; state: string }[] }[]
> {
  const addresses = await addressStore.ofCustomer(db, customerId);
  const muted = await muteStore.muted(
    db,
    addresses.map(({ id }) => id),
  );
  return Promise.all(
    addresses.map(async (address) => ({
      address,
      muted: (muted.get(address.id) ?? []).map(({ id }) => id),
      alerts: await alertStore.sentTo(db, address.id),
    })),
  );
}
