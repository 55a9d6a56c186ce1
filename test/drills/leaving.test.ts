import { expect, test } from 'vitest';
import { changeChoice, removeAddress, stopAddress, stopOwnAddress } from '../../src/alerts/addresses/addresses.ts';
import { forgetCustomers } from '../../src/alerts/addresses/forget-customers.ts';
import { muteByLink } from '../../src/alerts/addresses/mutes.ts';
import { alertBounced } from '../../src/alerts/bounces/bounced.ts';
import type { Database } from '../../src/db/open.ts';
import { publishNotice } from '../../src/notices/publish.ts';
import { SECOND } from '../../src/time.ts';
import { subscriber } from '../support/addresses.ts';
import { alertCourier } from '../support/alert-house.ts';
import { alertGround } from '../support/alerts.ts';
import { clockAt } from '../support/clock.ts';
import { freshDatabase } from '../support/database.ts';
import { faultInput, noticeGround, publisher, smallCatalogue } from '../support/notices.ts';
import { startFaultyRelay } from '../support/smtp.ts';

const READERS = 70;
/** What was under way when somebody left. RELIABILITY M11. */
const UNDER_WAY = SECOND;
/** So many leave for one mail that is taken, however fast the machine is: half of them would else have their mail before. */
const LEAVE_FOR_ONE = 4;

/** A house whose readers of everything were told of a first fault, so that each has a mail that can come back. */
async function house() {
  const db = await freshDatabase();
  await smallCatalogue(db);
  for (let n = 0; n < READERS; n++) await subscriber(db, `r${n}`, ['062'], { scope: 'all' });
  const clock = clockAt('2014-03-06T08:00:00+09:00');
  const alerts = alertGround(db, clock);
  const notices = noticeGround(db, clock);
  const relay = await startFaultyRelay();
  const courier = alertCourier(alerts, relay.url, {
    lanes: { urgent: 1, bulk: 5 },
  });
  await publishNotice(notices, publisher, faultInput());
  await courier.drain();
  expect(relay.stored).toHaveLength(READERS);
  relay.stored.length = 0;
  return { db, clock, alerts, notices, relay, courier };
}

const mailTo = async (db: Database, reader: string) =>
  (await db.kysely.selectFrom('alerts').select('id').where('address_id', '=', reader).executeTakeFirstOrThrow()).id;

test('M11: whoever leaves in the middle of a mass mailing, in whatever way, gets nothing more', async () => {
  const { db, clock, alerts, notices, relay, courier } = await house();
  const ground = { ...alerts, addressesPerCustomer: 3 };
  const bounced = alertBounced(alerts);
  const back = async (id: string, kind: 'dead' | 'complaint') => {
    const status = kind === 'dead' ? '5.1.1' : null;
    await bounced({ mailId: await mailTo(db, id), kind, status, diagnostic: null });
  };
  const mine = { scope: 'mine', language: 'ja', works: false } as const;
  const ways: ((id: string, customer: string) => Promise<unknown>)[] = [
    (id) => stopAddress(ground, id),
    (id) => muteByLink(ground, id, running),
    (id, customer) => stopOwnAddress(ground, customer, id),
    (id, customer) => removeAddress(ground, customer, id),
    (id, customer) => changeChoice(ground, customer, id, mine),
    (_id, customer) => db.transaction((tx) => forgetCustomers(tx, [customer])),
    (id) => back(id, 'dead'),
    (id) => back(id, 'complaint'),
  ];
  const left = new Map<string, number>();
  const dots = new Map<string, number>();
  let running = '';
  let leaving: Promise<void> | undefined;
  const taken: (() => void)[] = [];
  const leave = async () => {
    const waiting = await db.kysely
      .selectFrom('mails')
      .innerJoin('alerts', 'alerts.id', 'mails.id')
      .select('alerts.address_id')
      .where('mails.state', 'in', ['queued', 'claimed'])
      .orderBy('mails.next_attempt_at')
      .orderBy('mails.id')
      .execute();
    // Each way is gone by the next in line, who may be claimed already, and by some far behind.
    const half = waiting.filter((_row, at) => at < 2 * ways.length || at % 2 === 0);
    for (const [at, { address_id }] of half.entries()) {
      await ways[at % ways.length]?.(address_id, address_id.replace(/^a-/, 'c-'));
      left.set(`${address_id.replace(/^a-/, '')}@elsewhere.example`, performance.now());
      if (left.size % LEAVE_FOR_ONE === 0) taken.shift()?.();
    }
  };
  relay.script = (mail) => {
    dots.set(mail.to[0] ?? '', performance.now());
    if (relay.stored.length === 10) leaving ??= leave();
    if (leaving === undefined) return {};
    const turn = () => new Promise<void>((go) => taken.push(go));
    return { dot: () => Promise.race([turn(), leaving]) };
  };
  clock.advance(60 * SECOND);
  running = (await publishNotice(notices, publisher, faultInput())).id;
  await courier.drain();
  await leaving;

  expect(left.size).toBeGreaterThan(3 * ways.length);
  const got = new Set(relay.stored.map((mail) => mail.to[0] ?? ''));
  const tooLate = [...left].filter(([reader, at]) => got.has(reader) && (dots.get(reader) ?? 0) > at + UNDER_WAY);
  expect(tooLate).toEqual([]);
  const spared = [...left.keys()].filter((reader) => !got.has(reader));
  expect(spared.length).toBeGreaterThan(2 * ways.length);
  // Everybody else has his mail, once.
  expect(relay.stored).toHaveLength(READERS - spared.length);
  expect(got.size).toBe(READERS - spared.length);
});
