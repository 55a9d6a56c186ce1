import { expect, test } from 'vitest';
import { expandNext } from '../../src/alerts/expand.ts';
import { correctReport } from '../../src/notices/correct.ts';
import { publishNotice, publishReport } from '../../src/notices/publish.ts';
import { MINUTE } from '../../src/time.ts';
import { subscriber } from '../support/addresses.ts';
import { alertCourier } from '../support/alert-house.ts';
import { alertGround } from '../support/alerts.ts';
import { clockAt } from '../support/clock.ts';
import { freshDatabase } from '../support/database.ts';
import { faultInput, nextReport, noticeGround, publisher, smallCatalogue } from '../support/notices.ts';
import { seeded } from '../support/seed.ts';
import { startFaultyRelay } from '../support/smtp.ts';
import { NOTHING_WRONG, whatBecameOfThem } from './reckoning.ts';

const ADDRESSES = 40;
/** `npm run drill:mail` lives through more of them. */
const STORIES = Number(process.env.DRILL_STORIES ?? 4);

/** Far worse than any relay, so that a few addresses meet what otherwise one in thousands does. */
async function badRelay(random: () => number) {
  return startFaultyRelay(() => {
    const chance = random();
    if (chance < 0.2) return { dot: 'drop', storesAnyway: random() < 0.7 };
    return chance < 0.3 ? { dot: '451 4.3.0 try again' } : {};
  });
}

async function story(random: () => number) {
  const db = await freshDatabase();
  await smallCatalogue(db);
  await db.transaction(async (tx) => {
    for (let n = 0; n < ADDRESSES; n++) await subscriber({ ...db, kysely: tx }, `r${n}`, ['121']);
  });
  const clock = clockAt('2014-03-06T08:00:00+09:00');
  const relay = await badRelay(random);
  const alerts = alertGround(db, clock);
  const courier = alertCourier(alerts, relay.url, {
    before: () => expandNext(alerts, 15),
  });
  const notices = noticeGround(db, clock);
  const told: string[] = [];
  /** Time passes, and perhaps the sender gets to work before the next publication. */
  const meanwhile = async () => {
    clock.advance(Math.round(random() * 6 * MINUTE));
    if (random() < 0.7) await courier.drain();
  };
  const { id } = await publishNotice(notices, publisher, faultInput());
  let number = 1;
  const updates = async (most: number) => {
    for (let n = Math.floor(random() * (most + 1)); n > 0; n--) {
      await meanwhile();
      const mail = random() < 0.6;
      if (random() < 0.25) {
        await correctReport(notices, publisher, id, number, {
          reason: { ja: '誤り' },
          body: { ja: '訂正です。' },
          mail,
        });
      } else {
        await publishReport(notices, publisher, id, nextReport({ phase: 'update', mail }));
        number++;
      }
      told.push(mail ? 'm' : '-');
    }
  };
  await updates(2);
  await meanwhile();
  const recovered = [{ impact: `${id}-1`, at: '2014-03-06T08:00:00+09:00' }];
  await publishReport(notices, publisher, id, nextReport({ phase: 'recovery', recovered, mail: true }));
  const recoveryNumber = ++number;
  told.push('R');
  await updates(3);
  for (let round = 0; round < 20; round++) {
    if (round === 6) relay.script = () => ({});
    clock.advance(5 * MINUTE);
    await courier.drain();
  }
  return { told: told.join(''), ...(await whatBecameOfThem(db, relay, recoveryNumber)) };
}

// Each by itself: what a slow machine needs for one is bounded, whatever their number.
test.each(Array.from({ length: STORIES }, (_, n) => n + 1))(
  'whatever is published over a relay that loses its answers: three at most, and recovery or a visible doubt (%i)',
  async () => {
    const { seed, random } = seeded();
    const counts = await story(random);
    console.log(`relay drill, DRILL_SEED=${seed} ${JSON.stringify(counts)}`);
    expect(counts).toMatchObject(NOTHING_WRONG);
  },
  120_000,
);
