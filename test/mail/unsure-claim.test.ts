import { expect, test } from 'vitest';
import type { Database } from '../../src/db/open.ts';
import { clockAt } from '../support/clock.ts';
import { freshDatabase } from '../support/database.ts';
import { courierTo, order, queue, states } from '../support/mail.ts';
import { startReceiver } from '../support/smtp.ts';

/** Commits the first claim, and then loses the connection before it can say so: what a failover does. */
function losingTheFirstClaim(db: Database): Database {
  let lost = false;
  return {
    ...db,
    transaction: async (work) => {
      const result = await db.transaction(work);
      const claimed = await db.kysely.selectFrom('mails').select('id').where('state', '=', 'claimed').execute();
      if (lost || claimed.length === 0) return result;
      lost = true;
      throw new Error('Connection terminated unexpectedly');
    },
  };
}

test('mails whose claim was committed without an answer are not held for ever, and go out once', async () => {
  const db = await freshDatabase();
  const clock = clockAt('2014-03-06T08:00:00+09:00');
  const receiver = await startReceiver();
  await queue(db, order('one'), order('two'), order('three'));
  const courier = courierTo(losingTheFirstClaim(db), clock, receiver.url);
  await expect(courier.drain()).rejects.toThrow('Connection terminated');
  expect(new Set(Object.values(await states(db)))).toContain('claimed');
  await courier.drain();
  expect(receiver.mails.map((mail) => mail.to[0]).sort()).toEqual(
    ['one', 'three', 'two'].map((name) => `${name}@elsewhere.example`),
  );
  expect(await states(db)).toEqual({ one: 'sent', three: 'sent', two: 'sent' });
});
