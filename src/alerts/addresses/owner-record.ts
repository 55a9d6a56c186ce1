import type { Tx } from '../../db/open.ts';
import { asCustomer, record } from '../../staff/audit.ts';
import type { Instant } from '../../time.ts';
import type { Address } from './address.ts';

/** Writes into the trail what the owner of an address did to it, signed in or by a link in a mail. */
export async function recordByOwner(
  tx: Tx,
  now: Instant,
  { id, customerId }: Pick<Address, 'id' | 'customerId'>,
  act: `address.${string}`,
  before?: object,
  after?: object,
): Promise<void> {
  await record(tx, now, asCustomer(customerId), act, 'address', id, before, after);
}
