import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { sql } from 'kysely';
import { expect, onTestFinished, test } from 'vitest';
import { packageRoot } from '../../src/config.ts';
import { migrate } from '../../src/db/migrate.ts';
import { type Database, openDatabase } from '../../src/db/open.ts';
import { LEASE } from '../../src/mail/courier/claims.ts';
import { smtpRelay } from '../../src/mail/relay/smtp-relay.ts';
import { publishNotice, publishReport } from '../../src/notices/publish.ts';
import { HOUR, MINUTE, SECOND } from '../../src/time.ts';
import { subscriber } from '../support/addresses.ts';
import { alertCourier } from '../support/alert-house.ts';
import { alertGround } from '../support/alerts.ts';
import { type Child, startChild } from '../support/child.ts';
import { clockAt, type TestClock } from '../support/clock.ts';
import { emptyDatabaseUrl, engine } from '../support/database.ts';
import { HASTY } from '../support/mail.ts';
import { faultInput, nextReport, noticeGround, publisher, smallCatalogue } from '../support/notices.ts';
import { seeded } from '../support/seed.ts';
import { type FaultyRelay, type Script, startFaultyRelay } from '../support/smtp.ts';
import type { Orders } from './courier-child.ts';
import { NOTHING_WRONG, whatBecameOfThem } from './reckoning.ts';

/** `npm run drill:mail` takes thousands, for minutes. */
const ADDRESSES = Number(process.env.DRILL_ADDRESSES ?? 200);
const SECONDS = Number(process.env.DRILL_SECONDS ?? 10);
/** At least, of those who send one publication; where that would take more rounds than there are hours for, as many as those have. */
const KILLS = Number(process.env.DRILL_KILLS ?? 4);
/** So slow that one mass mailing lives through all of them. */
const PER_SECOND = Math.ceil((2 * ADDRESSES) / KILLS);
/** Longer than a lease: what a killed process held is free when its successor starts. */
const ROUND = engine === 'postgres' ? LEASE + 3 * SECOND : MINUTE;
/** A first report is worth something for six hours: all three publications are drilled within them, or some would expire, as they should. */
const MOST_ROUNDS = Math.floor((1.9 * HOUR) / ROUND);
const SENDERS = engine === 'postgres' ? Number(process.env.DRILL_SENDERS ?? 2) : 1;
/** As courier-child.ts has them. */
const LANES = 5;
const FULL = ADDRESSES >= 3000;

test(
  'M1: a sender killed again and again in one mass mailing leaves no more in doubt than it has connections, and no mail a third time',
  async () => {
    const { seed, random, between } = seeded();
    const { db, clock, relay, kill, kills } = await house(() =>
      random() < 0.5 ? {} : { dot: 'slow 20', storesAnyway: true },
    );
    await publishNotice(noticeGround(db, clock), publisher, faultInput());
    let mostAtOnce = 0;
    const slow = slowMachine();
    while (kills() < KILLS || (!slow() && (await waiting(db)) > 0)) {
      await kill(startChild('test/drills/courier-child.ts'), between(100, 900));
      const handing = await db.kysely.selectFrom('mails').select('id').where('state', '=', 'handing').execute();
      mostAtOnce = Math.max(mostAtOnce, handing.length);
      clock.advance(ROUND);
    }
    await sendTheRest(db, clock, relay);

    const counts = await whatBecameOfThem(db, relay, 1);
    const told = { kills: kills(), mostAtOnce, ...counts };
    console.log(`one mass mailing on ${engine}, DRILL_SEED=${seed}: ${JSON.stringify(told)}`);
    // Each was given to the relay, as first report, and once more only where a kill left it in doubt.
    expect(counts).toMatchObject({
      ...NOTHING_WRONG,
      addresses: ADDRESSES,
      firstsStored: ADDRESSES,
      firstsReplaced: 0,
    });
    expect(mostAtOnce).toBeLessThanOrEqual(LANES);
    expect(counts.repeated).toBeLessThanOrEqual(LANES * kills());
    expect(counts.mostCopiesOfOne).toBeLessThanOrEqual(2);
  },
  120_000 + KILLS * 10_000,
);

/** In small, and with the same rules, what a long run does with thousands of mails and hundreds of kills. */
test(
  'M2: senders killed at any moment send nobody a fourth mail and lose no recovery out of sight',
  async () => {
    const { seed, random, between } = seeded();
    const { db, clock, relay, kill, kills } = await house(faults(random));
    const notices = noticeGround(db, clock);
    /** Its kills, and more until the publication is out but for a few. */
    const sendUnderFire = async () => {
      const slow = slowMachine();
      const before = kills();
      for (
        let round = 0;
        round < MOST_ROUNDS && (kills() - before < KILLS || (!slow() && (await waiting(db)) > 10));
        round++
      ) {
        // One, two, three, and one again. Whoever is still starting takes the machine from those who send for a moment.
        const senders = Array.from({ length: 1 + (round % SENDERS) }, () => startChild('test/drills/courier-child.ts'));
        await Promise.all(senders.map((sender) => sender.hears('ready')));
        await Promise.all(senders.map((sender) => kill(sender, between(100, 900))));
        clock.advance(ROUND);
      }
    };

    const { id } = await publishNotice(notices, publisher, faultInput());
    await sendUnderFire();
    const recovered = [{ impact: `${id}-1`, at: '2014-03-06T08:05:00+09:00' }];
    await publishReport(notices, publisher, id, nextReport({ phase: 'recovery', recovered, mail: true }));
    await sendUnderFire();
    await publishReport(notices, publisher, id, nextReport({ phase: 'update', mail: true }));
    await sendUnderFire();
    await sendTheRest(db, clock, relay);

    const counts = await whatBecameOfThem(db, relay, 2);
    console.log(`kill drill on ${engine}, DRILL_SEED=${seed}: ${JSON.stringify({ kills: kills(), ...counts })}`);
    expect(counts).toMatchObject({ ...NOTHING_WRONG, addresses: ADDRESSES });
    // Later texts take the place of those that still wait, so it may be fewer than three for each.
    expect(counts.stored).toBeGreaterThan(ADDRESSES);
    if (FULL) expect(counts.recoveryInDoubt).toBeLessThanOrEqual(0.002 * ADDRESSES);
    if (engine === 'sqlite') {
      const { rows } = await sql<{ integrity_check: string }>`PRAGMA integrity_check`.execute(db.kysely);
      expect(rows).toEqual([{ integrity_check: 'ok' }]);
    }
  },
  120_000 + SECONDS * 6000 + KILLS * 10_000,
);

/** A slow machine gets no more than its seconds for one publication; whoever comes then sends the rest. */
function slowMachine(): () => boolean {
  const began = performance.now();
  return () => performance.now() - began > SECONDS * 1000;
}

/** Many who registered, a relay, and what kills a sender after some milliseconds of its work. */
async function house(script: () => Script) {
  const url = await emptyDatabaseUrl();
  const db = await readyWithAddresses(url);
  const clock = clockAt('2014-03-06T08:00:00+09:00');
  const relay = await startFaultyRelay(script);
  let kills = 0;
  const kill = async (sender: Child, after: number) => {
    await sender.hears('ready');
    const name = `sender-${++kills}`;
    const orders: Orders = { databaseUrl: url, relayUrl: relay.url, now: clock.now(), name, perSecond: PER_SECOND };
    sender.tell(orders);
    await sender.hears('sending');
    await wait(after);
    sender.process.kill('SIGKILL');
    expect(await sender.ended).toBe('SIGKILL');
  };
  return { db, clock, relay, kill, kills: () => kills };
}

async function readyWithAddresses(url: string): Promise<Database> {
  const db = openDatabase(url, () => {});
  onTestFinished(() => db.close());
  await migrate(db, join(packageRoot, 'migrations'));
  await smallCatalogue(db);
  await db.transaction(async (tx) => {
    for (let n = 0; n < ADDRESSES; n++) await subscriber({ ...db, kysely: tx }, `r${n}`, ['121']);
  });
  return db;
}

/** Mails that have not been handed over; at least one as long as some are still to be written. */
async function waiting(db: Database): Promise<number> {
  const unwritten = await db.kysely.selectFrom('fanouts').select('id').where('finished_at', 'is', null).execute();
  const rows = await db.kysely.selectFrom('mails').select('id').where('state', 'in', ['queued', 'claimed']).execute();
  return unwritten.length * ADDRESSES + rows.length;
}

/**
 * After the final dot the relay drops 3 % and hangs with 1 %, having kept them; 3 % it refuses for now, and 2 % of the recipients. In
 * small it loses half of those: whose first report and recovery are both in doubt has no third try, which is one in hundreds then, too
 * many for the bound of the long run.
 */
function faults(random: () => number): () => Script {
  return () => {
    const chance = random();
    const storesAnyway = FULL || random() < 0.5;
    if (chance < 0.03) return { dot: 'drop', storesAnyway };
    if (chance < 0.04) return { dot: 'hang', storesAnyway };
    if (chance < 0.07) return { dot: '451 4.3.0 try again' };
    return chance < 0.09 ? { rcpt: '450 4.2.0 not now' } : {};
  };
}

/** Nobody is killed any more; at last the relay is well, too. */
async function sendTheRest(db: Database, clock: TestClock, relay: FaultyRelay): Promise<void> {
  const alerts = alertGround(db, clock);
  const courier = alertCourier(alerts, relay.url, {
    relay: smtpRelay(relay.url, HASTY),
    owner: 'the last one',
    alone: engine === 'sqlite',
    lanes: { urgent: 1, bulk: 5 },
  });
  for (let round = 0; round < 24; round++) {
    if (round === 4) relay.script = () => ({});
    clock.advance(5 * MINUTE);
    await courier.drain();
  }
}
