import type { Tx } from '../../db/open.ts';
import { cancelAlertsOf } from '../cancel.ts';
import { addressStore } from './address-store.ts';

/** Customers who are none any more: their addresses go, and what is queued for these does not. */
export async function forgetCustomers(tx: Tx, customerIds: string[]): Promise<void> {
  for (const customerId of customerIds) {
    for (const address of await addressStore.ofCustomer(tx, customerId)) {
      await cancelAlertsOf(tx, address.id, 'removed');
      await addressStore.remove(tx, address.id);
    }
  }
}
