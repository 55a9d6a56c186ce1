import type { Tx } from '../../db/open.ts';
import { forgetRecipients } from '../../mail/erase.ts';
import { alertStore } from '../alert-store.ts';
import { cancelAlertsOf } from '../cancel.ts';
import { addressStore } from './address-store.ts';

/** Customers who are none any more: their addresses go, what is queued for these does not, and no mail that went names them. */
export async function forgetCustomers(tx: Tx, customerIds: string[]): Promise<void> {
  for (const customerId of customerIds) {
    for (const address of await addressStore.ofCustomer(tx, customerId)) {
      await cancelAlertsOf(tx, address.id, 'removed');
      await forgetRecipients(tx, await alertStore.everyOfAddress(tx, address.id));
      await alertStore.forgetAddress(tx, address.id);
      await addressStore.remove(tx, address.id);
    }
  }
}
