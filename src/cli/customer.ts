import { forgetCustomers } from '../alerts/addresses/forget-customers.ts';
import { addressesHeld } from '../alerts/addresses/held.ts';
import { customerHeld, removeCustomer } from '../customers/personal-data.ts';
import { SYSTEM } from '../staff/audit.ts';
import { systemClock } from '../time.ts';
import { UsageError } from './usage.ts';
import { withDatabase } from './with-database.ts';

/** `shirase customer show LOGIN` prints what is known of somebody; `customer remove LOGIN` ends it. */
export async function customerCommand([verb, login, ...more]: string[]): Promise<void> {
  if (!login || more.length > 0 || (verb !== 'show' && verb !== 'remove'))
    throw new UsageError('customer knows: show LOGIN, remove LOGIN.');
  await withDatabase(async (db) => {
    if (verb === 'remove') {
      await removeCustomer({ db, clock: systemClock, forget: forgetCustomers }, SYSTEM, login);
      process.stdout.write(`Removed ${login} and all that was kept of him.\n`);
      return;
    }
    const held = await customerHeld(db, login, systemClock.now());
    const addresses = await addressesHeld(db.kysely, held.id);
    process.stdout.write(`${JSON.stringify({ ...held, addresses }, inDates, 2)}\n`);
  });
}

/** Times as people and programs read them. */
function inDates(name: string, value: unknown): unknown {
  const isTime = typeof value === 'number' && (/At$/.test(name) || name === 'at' || name === 'since');
  return isTime ? new Date(value).toISOString() : value;
}
