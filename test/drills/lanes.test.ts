import { expect, test } from 'vitest';
import { smtpRelay } from '../../src/mail/relay/smtp-relay.ts';
import { HOUR, MINUTE, SECOND } from '../../src/time.ts';
import { clockAt } from '../support/clock.ts';
import { freshDatabase } from '../support/database.ts';
import { courierTo, order, queue, states, tickets } from '../support/mail.ts';
import { startFaultyRelay } from '../support/smtp.ts';

const START = '2014-03-06T08:00:00+09:00';
const to = (domain: string, count: number) =>
  Array.from({ length: count }, (_, n) => order(`${domain}-${n}`, { recipient: `r${n}@${domain}` }));

test('M7: a domain that hangs takes its own lanes; the others are out before it has answered once', async () => {
  const db = await freshDatabase();
  const relay = await startFaultyRelay((mail) => (mail.to[0]?.endsWith('@slow.example') ? { data: 'hang' } : {}));
  // A machine that is busy with other things must not look like a relay that is down.
  const patient = smtpRelay(relay.url, { connectionTimeout: 10_000, greetingTimeout: 10_000, socketTimeout: 2000 });
  const options = { lanes: { urgent: 1, bulk: 12 }, relay: patient };
  const courier = courierTo(db, clockAt(START), relay.url, options);
  await queue(db, ...to('slow.example', 60), ...to('one.example', 100), ...to('two.example', 100));
  await queue(db, order('sign-in', { class: 'urgent', budget: null, recipient: 'r@slow.example' }));
  await courier.drain();
  expect(relay.stored).toHaveLength(200);
  expect(relay.heard.filter((verb) => verb === 'DATA').length).toBeLessThan(200 + 60);
  // after five that were put off it rests; they keep waiting, nothing is charged or lost
  const found = Object.values(await states(db));
  expect(found.filter((state) => state === 'queued')).toHaveLength(61);
}, 120_000);

test('M8: a relay that is down for an hour is probed twice a minute at most, then takes all, each once', async () => {
  const db = await freshDatabase();
  const clock = clockAt(START);
  const relay = await startFaultyRelay({ connect: '421 down' });
  let probes = 0;
  relay.script = () => {
    probes++;
    return { connect: '421 down' };
  };
  const courier = courierTo(db, clock, relay.url, { lanes: { urgent: 1, bulk: 5 } });
  await queue(db, ...to('a.example', 150), ...to('b.example', 150));
  await courier.drain();
  const first = probes;
  for (let passed = 0; passed < HOUR; passed += 15 * SECOND) {
    clock.advance(15 * SECOND);
    await courier.drain();
  }
  expect(probes - first).toBeGreaterThan(60);
  expect(probes - first).toBeLessThanOrEqual(122);
  relay.script = () => ({});
  for (let round = 0; round < 6; round++) {
    clock.advance(MINUTE);
    await courier.drain();
  }
  expect(relay.stored).toHaveLength(300);
  expect(new Set(relay.stored.map((mail) => mail.to[0])).size).toBe(300);
  expect(Object.values(await tickets(db))).toEqual(Array(300).fill(1));
}, 120_000);

test('M10: while the clock jumps two hours ahead and back, and to 2038, each mail goes once', async () => {
  const db = await freshDatabase();
  const clock = clockAt(START);
  const relay = await startFaultyRelay();
  const courier = courierTo(db, clock, relay.url);
  const leaps = [2 * HOUR, -2 * HOUR, 72 * HOUR, -72 * HOUR, Date.parse('2038-01-19T03:14:08Z') - clock.now()];
  for (const [n, leap] of leaps.entries()) {
    await queue(db, ...to(`leap${n}.example`, 20).map((one) => ({ ...one, notBefore: clock.now() })));
    const sending = courier.drain();
    clock.advance(leap);
    await sending;
    await courier.drain();
  }
  expect(relay.stored).toHaveLength(100);
  expect(new Set(relay.stored.map((mail) => mail.to[0])).size).toBe(100);
  expect(Object.values(await tickets(db)).every((count) => count === 1)).toBe(true);
});
