import { expect, test } from 'vitest';
import { holdMails, listMails, releaseMails, retryMails, senderPause, stopMails } from '../../src/mail/outbox.ts';
import { warnOfSender } from '../../src/notices/warnings/warn-of-sender.ts';
import { SYSTEM } from '../../src/staff/audit.ts';
import { changeSettings } from '../../src/staff/settings.ts';
import { HOUR, MINUTE } from '../../src/time.ts';
import { clockAt } from '../support/clock.ts';
import { freshDatabase } from '../support/database.ts';
import { courierTo, order, queue, saying, states, tickets } from '../support/mail.ts';
import { type Script, startFaultyRelay } from '../support/smtp.ts';

async function ready(script: Script = {}) {
  const db = await freshDatabase();
  const clock = clockAt('2014-03-06T08:00:00+09:00');
  const relay = await startFaultyRelay(script);
  return { db, clock, relay, courier: courierTo(db, clock, relay.url) };
}

test('staff keep mails back, let them go and stop them', async () => {
  const { db, clock, relay, courier } = await ready();
  await queue(db, order('a'), order('b'), order('c'));
  await db.transaction(async (tx) => {
    expect(await holdMails(tx, ['a', 'b', 'nobody'], clock.now())).toEqual(expect.arrayContaining(['a', 'b']));
  });
  await courier.drain();
  clock.advance(48 * HOUR);
  await courier.drain();
  expect(relay.stored).toHaveLength(1);
  expect((await listMails(db.kysely, { which: 'held' })).map(({ id, held }) => [id, held])).toEqual([
    ['a', true],
    ['b', true],
  ]);
  await db.transaction(async (tx) => {
    expect(await stopMails(tx, ['a'])).toEqual(['a']);
    expect(await releaseMails(tx, ['a', 'b'], clock.now())).toEqual(['b']);
  });
  await courier.drain();
  expect(await states(db)).toEqual({ a: 'cancelled', b: 'sent', c: 'sent' });
});

test('what failed or is in doubt is tried once more by hand, and never beyond the three', async () => {
  const { db, clock, relay, courier } = await ready({ dot: 'drop', storesAnyway: true });
  await queue(db, order('m1', { repeatable: false, notAfter: clock.now() + HOUR }));
  await courier.drain();
  expect(await listMails(db.kysely, { which: 'doubtful' })).toMatchObject([{ id: 'm1', state: 'in_doubt', doubts: 1 }]);
  for (let n = 0; n < 3; n++) {
    clock.advance(24 * HOUR);
    await db.transaction((tx) => retryMails(tx, ['m1'], clock.now()));
    await courier.drain();
  }
  expect(relay.stored).toHaveLength(3);
  expect(await tickets(db)).toEqual({ 'root:m1': 3 });
  // it stays in sight: nobody knows whether a copy has arrived
  expect((await listMails(db.kysely, { which: 'doubtful' })).map(({ id }) => id)).toEqual(['m1']);
});

test('a doubtful mail that newer words replace stays listed', async () => {
  const { db, clock, relay, courier } = await ready({ dot: 'drop', storesAnyway: true });
  await queue(db, order('old'));
  await courier.drain();
  relay.script = () => ({});
  clock.advance(5 * MINUTE);
  const owner = courierTo(db, clock, relay.url, { recheck: saying(() => ({ go: false, state: 'cancelled' })) });
  await owner.drain();
  expect((await listMails(db.kysely, { which: 'doubtful', ids: ['old'] })).map(({ id }) => id)).toEqual(['old']);
  await db.transaction((tx) => stopMails(tx, ['old']));
  expect(await listMails(db.kysely, { which: 'doubtful' })).toHaveLength(1);
});

test('three receivers in a row that refuse us pause the sender and are told, and no address is to blame', async () => {
  const { db, clock, relay } = await ready({ rcpt: '554 5.7.1 blocked using zen.spamhaus.org' });
  const dead: string[] = [];
  const courier = courierTo(db, clock, relay.url, {
    settled: async (_tx, endings) =>
      void dead.push(...endings.filter((one) => one.deadAddress).map((one) => one.mail.id)),
  });
  await queue(db, ...['x', 'y', 'z'].map((name) => order(name, { recipient: `a@${name}.example` })));
  await courier.drain();
  await expect.poll(async () => (await senderPause(db.kysely, clock.now()))?.reason ?? '').toContain('spamhaus');
  const staff = {
    operator: { name: { ja: 'OCN', en: 'OCN' }, timeZone: 'Asia/Tokyo' },
    publicUrl: 'http://status.example',
  };
  await changeSettings(db, clock, SYSTEM, { warnMail: ['staff@operator.example'] });
  const warned = [await warnOfSender({ db, clock, ...staff }), await warnOfSender({ db, clock, ...staff })];
  expect(warned).toEqual([true, false]);
  expect(dead).toEqual([]);
  relay.script = () => ({});
  clock.advance(5 * MINUTE);
  await courier.drain();
  // what is urgent goes on, so that staff hear of it
  expect(relay.stored.map((mail) => mail.to[0])).toEqual(['staff@operator.example']);
  clock.advance(10 * MINUTE);
  await courier.drain();
  expect(relay.stored).toHaveLength(4);
});
