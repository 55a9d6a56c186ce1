import { expect, test } from 'vitest';
import type { Database } from '../../src/db/open.ts';
import { Claims } from '../../src/mail/courier/claims.ts';
import { Standing } from '../../src/mail/courier/standing.ts';
import type { Recheck } from '../../src/mail/outbox.ts';
import type { MailRow } from '../../src/mail/store.ts';
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

/** Takes changes outside of transactions only from the second one on. */
function refusingTheFirstChange(db: Database): Database {
  let refused = false;
  const kysely = new Proxy(db.kysely, {
    get(target, name) {
      if (name === 'updateTable' && !refused) {
        refused = true;
        throw new Error('Connection terminated unexpectedly');
      }
      const value = Reflect.get(target, name, target) as unknown;
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
  return { ...db, kysely };
}

test('claimed mails that could not be given back are given back with the next search', async () => {
  const db = await freshDatabase();
  const clock = clockAt('2014-03-06T08:00:00+09:00');
  await queue(db, order('one'), order('two'));
  const recheck: Recheck = async (_tx, mails) => new Map(mails.map(({ id }) => [id, { go: true, reserve: 0 }]));
  const standing = new Standing({ db, clock, warn: () => {} });
  const options = { db: refusingTheFirstChange(db), clock, recheck, owner: 'us', perSecond: 100 };
  const claims = new Claims({ ...options, lanes: { urgent: 1, bulk: 3 } }, standing);
  const claimed: MailRow[] = [];
  const yard = { add: (_class: string, mails: MailRow[]) => claimed.push(...mails), roomFor: () => 9, roomOf: () => 9 };
  await claims.fetch('bulk', yard);
  expect(await states(db)).toEqual({ one: 'claimed', two: 'claimed' });
  await expect(claims.letGo(claimed.splice(0))).rejects.toThrow('Connection terminated');
  claims.beginAnew();
  await claims.fetch('bulk', yard);
  expect(claimed.map(({ id }) => id).sort()).toEqual(['one', 'two']);
});
