import { expect, test } from 'vitest';
import { smtpRelay } from '../../src/mail/relay/smtp-relay.ts';
import { HOUR, MINUTE, SECOND } from '../../src/time.ts';
import { clockAt } from '../support/clock.ts';
import { freshDatabase } from '../support/database.ts';
import { courierTo, order, queue, states, tickets } from '../support/mail.ts';
import { startFaultyRelay } from '../support/smtp.ts';

/** Mails a second. */
const PACE = 100;
const START = '2014-03-06T08:00:00+09:00';
const to = (domain: string, count: number) =>
  Array.from({ length: count }, (_, n) => order(`${domain}-${n}`, { recipient: `r${n}@${domain}` }));

/** `npm run drill:mail` has ten thousand: only then do times say something. */
const MAILS = Number(process.env.DRILL_LANES ?? 200);

test(
  'M7: a domain that hangs takes its own lanes; the others are out before it has answered once, as soon as without it',
  async () => {
    /** When the mails to the others arrived, with so many to the domain that hangs before them. */
    const arrivals = async (slow: number) => {
      const db = await freshDatabase();
      const times: number[] = [];
      const relay = await startFaultyRelay((mail) => {
        if (relay.stored.length > times.length) times.push(performance.now() - began);
        return mail.to[0]?.endsWith('@slow.example') ? { data: 'hang' } : {};
      });
      // A machine that is busy with other things must not look like a relay that is down.
      const patient = smtpRelay(relay.url, { connectionTimeout: 10_000, greetingTimeout: 10_000, socketTimeout: 2000 });
      const courier = courierTo(db, clockAt(START), relay.url, { lanes: { urgent: 1, bulk: 12 }, relay: patient });
      const others = [...to('one.example', MAILS / 2), ...to('two.example', MAILS / 2)];
      const all = [...to('slow.example', slow), ...others];
      for (let n = 0; n < all.length; n += 1000) await queue(db, ...all.slice(n, n + 1000));
      if (slow > 0) await queue(db, order('sign-in', { class: 'urgent', budget: null, recipient: 'r@slow.example' }));
      const began = performance.now();
      // As it runs: what a command sends and ends, waits for each round of claims.
      courier.start();
      await expect.poll(() => relay.stored.length, { timeout: 30_000 + MAILS * 10 }).toBe(MAILS);
      await courier.stop();
      return { db, relay, late: times[Math.floor(times.length * 0.95)] ?? 0 };
    };
    const alone = await arrivals(0);
    const slow = Math.max(60, MAILS / 10);
    const { db, relay, late } = await arrivals(slow);
    const told = `${Math.round(late)} ms beside a domain that hangs, ${Math.round(alone.late)} ms without it`;
    console.log(`95 of 100 of ${MAILS} mails to other domains were out after ${told}`);
    if (MAILS >= 5000) expect(late).toBeLessThan(2 * alone.late);
    expect(relay.stored).toHaveLength(MAILS);
    expect(relay.heard.filter((verb) => verb === 'DATA').length).toBeLessThan(MAILS + 60);
    // after five that were put off it rests; they keep waiting, nothing is charged or lost
    const found = Object.values(await states(db));
    expect(found.filter((state) => state === 'queued')).toHaveLength(slow + 1);
  },
  120_000 + MAILS * 20,
);

test('a domain whose lanes are all taken gets its next mails when one is free, and not at the next look a second later', async () => {
  const db = await freshDatabase();
  const relay = await startFaultyRelay();
  const courier = courierTo(db, clockAt(START), relay.url, { lanes: { urgent: 1, bulk: 12 } });
  await queue(db, ...to('one.example', 400));
  const began = performance.now();
  courier.start();
  await expect.poll(() => relay.stored.length, { timeout: 60_000 }).toBe(400);
  await courier.stop();
  // Forty are claimed at a time: ten looks, with a second between each and the next.
  expect(performance.now() - began).toBeLessThan(9 * SECOND);
});

test('M8: a relay that is down for an hour is probed twice a minute at most, then takes all, each once and at the pace set', async () => {
  const db = await freshDatabase();
  const clock = clockAt(START);
  const relay = await startFaultyRelay({ connect: '421 down' });
  let probes = 0;
  relay.script = () => {
    probes++;
    return { connect: '421 down' };
  };
  const courier = courierTo(db, clock, relay.url, { lanes: { urgent: 1, bulk: 5 }, perSecond: PACE });
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
  const resumed = performance.now();
  for (let round = 0; round < 6; round++) {
    clock.advance(MINUTE);
    await courier.drain();
  }
  // What had piled up does not come at once: a burst of one second, and then the pace.
  expect(performance.now() - resumed).toBeGreaterThan((300 / PACE - 1) * SECOND);
  expect(relay.stored).toHaveLength(300);
  expect(new Set(relay.stored.map((mail) => mail.to[0])).size).toBe(300);
  expect(Object.values(await tickets(db))).toEqual(Array(300).fill(1));
}, 120_000);

test('M10: while the clock jumps two hours ahead and back, by three days and to 2038, each mail goes once and at the pace set', async () => {
  const db = await freshDatabase();
  const clock = clockAt(START);
  const relay = await startFaultyRelay();
  const courier = courierTo(db, clock, relay.url, { perSecond: 40 });
  const began = performance.now();
  const leaps = [2 * HOUR, -2 * HOUR, 72 * HOUR, -72 * HOUR, Date.parse('2038-01-19T03:14:08Z') - clock.now()];
  for (const [n, leap] of leaps.entries()) {
    await queue(db, ...to(`leap${n}.example`, 20).map((one) => ({ ...one, notBefore: clock.now() })));
    const sending = courier.drain();
    clock.advance(leap);
    await sending;
    await courier.drain();
  }
  // Two hours later by the wall are no two hours' worth of mails: a burst of one second, and then the pace.
  expect(performance.now() - began).toBeGreaterThan((100 / 40 - 1) * SECOND);
  expect(relay.stored).toHaveLength(100);
  expect(new Set(relay.stored.map((mail) => mail.to[0])).size).toBe(100);
  expect(Object.values(await tickets(db)).every((count) => count === 1)).toBe(true);
});
