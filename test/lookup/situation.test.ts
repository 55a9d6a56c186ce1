import { expect, test } from 'vitest';
import { Situations } from '../../src/lookup/situation.ts';
import { DAY, HOUR, MINUTE } from '../../src/time.ts';
import { at, clockAt } from '../support/clock.ts';
import { freshDatabase } from '../support/database.ts';
import { addCatalogue, addCustomer, day, minuteOf, recover, tell, tellTheDay } from './world.ts';

async function world(start = '2014-03-06T12:00:00+09:00') {
  const db = await freshDatabase();
  const clock = clockAt(start);
  await addCatalogue(db);
  return { db, clock, situations: new Situations(db, clock) };
}

test('the twenty vectors hold for customers in a database', async () => {
  const { db, clock, situations } = await world();
  await tellTheDay(db);
  for (const { code } of day.equipment) await addCustomer(db, `c${code}`, [code]);
  for (const vector of day.lookup_vectors) {
    clock.set(vector.at);
    const [status] = await situations.ofCustomer(`c${vector.equipment.slice(-3)}`, clock.now());
    const ids = (wide: boolean) => status?.notices.filter((n) => n.serviceWide === wide).map((n) => n.id);
    expect(ids(false)).toEqual(vector.expected_equipment_notices);
    expect(ids(true)).toEqual(vector.expected_service_wide_notices);
    expect(status?.headline === 'stopped').toBe(vector.expected_mail_stopped);
  }
});

test('what is published next is in the next answer, with a clock that stands still', async () => {
  const { db, clock, situations } = await world();
  await addCustomer(db, 'a', ['051']);
  const state = async () => (await situations.ofCustomer('a', clock.now()))[0]?.state;
  expect(await state()).toBe('normal');
  await tell(db, { id: 'n', impacts: [{ facilities: ['051'], startedAt: minuteOf('07:34') }] });
  expect(await state()).toBe('fault');
  await recover(db, 'n', minuteOf('11:59'));
  expect(await state()).toBe('normal');
});

test('two hundred who ask at the same moment are answered alike', async () => {
  const { db, clock, situations } = await world();
  await addCustomer(db, 'a', ['051']);
  await tell(db, { id: 'n', impacts: [{ facilities: ['051'], startedAt: minuteOf('07:34') }] });
  const answers = await Promise.all(Array.from({ length: 200 }, () => situations.ofCustomer('a', clock.now())));
  expect(new Set(answers.map(([status]) => status?.state))).toEqual(new Set(['fault']));
});

test('a draft is nobody’s business', async () => {
  const { db, clock, situations } = await world();
  await addCustomer(db, 'a', ['051']);
  await tell(db, { id: 'n', published: false, impacts: [{ startedAt: minuteOf('07:34') }] });
  expect((await situations.ofCustomer('a', clock.now()))[0]?.state).toBe('normal');
});

test('the newest report says when recovery is expected, in both languages of the title', async () => {
  const { db, clock, situations } = await world();
  await addCustomer(db, 'a', ['051']);
  await tell(db, {
    id: 'n',
    title: { ja: 'メール障害', en: 'Mail fault' },
    expectedRecoveryAt: minuteOf('15:00'),
    impacts: [{ startedAt: minuteOf('07:34'), approximate: true }],
  });
  expect((await situations.ofCustomer('a', clock.now()))[0]?.notices[0]).toMatchObject({
    title: { ja: 'メール障害', en: 'Mail fault' },
    expectedRecoveryAt: minuteOf('15:00'),
    approximate: true,
    serviceWide: true,
  });
});

test('planned work is told before, then it is work, then it is over', async () => {
  const { db, clock, situations } = await world();
  await addCustomer(db, 'a', ['051']);
  const planned = { from: minuteOf('13:00'), to: minuteOf('14:00') };
  await tell(db, { id: 'w', kind: 'work', planned, impacts: [{ facilities: ['051'], startedAt: planned.from }] });
  const status = async () => (await situations.ofCustomer('a', clock.now()))[0];
  expect(await status()).toMatchObject({ state: 'normal', ahead: [{ id: 'w', ...planned }] });
  clock.set(planned.from);
  expect(await status()).toMatchObject({ state: 'work', ahead: [] });
  clock.set(planned.to);
  expect(await status()).toMatchObject({ state: 'normal', notices: [] });
});

test('what recovered long ago is forgotten and what lasts is not, without another publication', async () => {
  const { db, clock, situations } = await world();
  await addCustomer(db, 'a', ['051']);
  await tell(db, { id: 'old', impacts: [{ startedAt: minuteOf('07:34'), recoveredAt: minuteOf('10:00') }] });
  await tell(db, { id: 'long', impacts: [{ startedAt: minuteOf('09:00'), symptom: 'delayed' }] });
  const status = async () => (await situations.ofCustomer('a', clock.now()))[0];
  expect((await status())?.lately.map((n) => n.id)).toEqual(['old']);
  clock.advance(10 * DAY);
  expect(await status()).toMatchObject({ lately: [], notices: [{ id: 'long' }] });
  clock.set(at('2014-03-06T12:00:00+09:00') - 2 * HOUR - MINUTE);
  expect((await status())?.notices.map((n) => n.id)).toEqual(['old', 'long']);
});

test('nobody sees a mailbox of somebody else', async () => {
  const { db, clock, situations } = await world();
  await addCustomer(db, 'a', ['051', '121']);
  await addCustomer(db, 'b', ['052']);
  await addCustomer(db, 'none', []);
  const facilities = async (id: string) =>
    (await situations.ofCustomer(id, clock.now())).map((status) => status.mailbox.facility);
  expect(await facilities('a')).toEqual(['051', '121']);
  expect(await facilities('b')).toEqual(['052']);
  expect(await facilities('none')).toEqual([]);
  expect(await facilities('nobody')).toEqual([]);
});

test('without the database there is no answer, least of all "normal"', async () => {
  const { db, clock, situations } = await world();
  await addCustomer(db, 'a', ['051']);
  await situations.ofCustomer('a', clock.now());
  await db.kysely.schema.dropTable('edition').execute();
  await expect(situations.ofCustomer('a', clock.now())).rejects.toThrow();
});
