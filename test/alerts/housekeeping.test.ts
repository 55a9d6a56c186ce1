import { expect, test } from 'vitest';
import { deliveriesOf } from '../../src/alerts/deliveries.ts';
import { forgetAddresses, forgetDeliveries } from '../../src/alerts/housekeeping.ts';
import { publishNotice } from '../../src/notices/publish.ts';
import { DAY } from '../../src/time.ts';
import { subscriber } from '../support/addresses.ts';
import { alertHouse } from '../support/alert-house.ts';
import { faultInput, publisher } from '../support/notices.ts';

test('addresses that nobody confirmed go after a week, those that mail does not reach after ninety days, others stay', async () => {
  const { db, clock, alerts } = await alertHouse();
  const now = clock.now();
  const set = {
    'new': [now - 6 * DAY, null],
    old: [now - 8 * DAY, null],
    lost: [0, now - 91 * DAY],
    lately: [0, now - 89 * DAY],
  };
  for (const [name, [created_at, quarantined_at]] of Object.entries(set)) {
    const { address } = await subscriber(db, name, []);
    const confirmed_at = quarantined_at === null ? null : 1;
    await db.kysely
      .updateTable('addresses')
      .set({ created_at: created_at ?? 0, quarantined_at, confirmed_at })
      .where('id', '=', address)
      .execute();
  }
  await subscriber(db, 'well', []);
  const link = { token_hash: 'h', address_id: 'a-old', created_at: 0, used_at: null };
  await db.kysely
    .insertInto('address_confirmations')
    .values({ ...link, expires_at: now + 1 })
    .execute();
  await forgetAddresses(alerts);
  const left = () => db.kysely.selectFrom('addresses').select('id').orderBy('id').execute();
  expect((await left()).map(({ id }) => id)).toEqual(['a-lately', 'a-new', 'a-old', 'a-well']);
  clock.advance(1);
  await forgetAddresses(alerts);
  expect((await left()).map(({ id }) => id)).toEqual(['a-lately', 'a-new', 'a-well']);
  const trail = await db.kysely.selectFrom('audit_entries').select(['act', 'subject_id']).orderBy('act').execute();
  expect(trail).toContainEqual({ act: 'address.purge', subject_id: 'a-lost' });
  expect(trail).toContainEqual({ act: 'address.expire', subject_id: 'a-old' });
});

test('after ninety days who was mailed what is gone, how many is not, and nobody can get a fourth mail', async () => {
  const { db, clock, alerts, notices, mailed } = await alertHouse();
  await subscriber(db, 'taro', ['121']);
  await subscriber(db, 'hanako', ['121']);
  const { id } = await publishNotice(notices, publisher, faultInput());
  await mailed('taro');
  const before = await deliveriesOf(db.kysely, id);
  await db.kysely
    .insertInto('address_mutes')
    .values({ address_id: 'a-taro', root_id: id, muted_at: clock.now() })
    .execute();
  clock.advance(89 * DAY);
  await forgetDeliveries(alerts);
  expect(await db.kysely.selectFrom('alerts').select('id').execute()).toHaveLength(2);
  clock.advance(2 * DAY);
  await forgetDeliveries(alerts);
  await forgetDeliveries(alerts);
  expect(await db.kysely.selectFrom('alerts').select('id').execute()).toEqual([]);
  expect(await db.kysely.selectFrom('mails').select('id').execute()).toEqual([]);
  expect(await deliveriesOf(db.kysely, id)).toEqual(before);
  expect(before[0]?.sent).toBe(2);
  expect(await db.kysely.selectFrom('tickets').select('number').execute()).toHaveLength(2);
  // Nor does anybody get mail again about what he has had enough of, as long as there could be some.
  expect(await db.kysely.selectFrom('address_mutes').select('root_id').execute()).toHaveLength(1);
  clock.advance(310 * DAY);
  await forgetDeliveries(alerts);
  expect(await db.kysely.selectFrom('address_mutes').select('root_id').execute()).toEqual([]);
});
