import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { sql } from 'kysely';
import { expect, onTestFinished, test, vi } from 'vitest';
import { packageRoot } from '../../src/config.ts';
import { migrate } from '../../src/db/migrate.ts';
import { openDatabase } from '../../src/db/open.ts';
import { SECOND } from '../../src/time.ts';
import { clockAt } from '../support/clock.ts';
import { emptyDatabaseUrl, engine } from '../support/database.ts';
import { courierTo, order, queue, states, tickets } from '../support/mail.ts';
import { startFaultyRelay } from '../support/smtp.ts';

const MAILS = 200;

async function houseOfMails() {
  const url = await emptyDatabaseUrl();
  const db = openDatabase(url, () => {});
  onTestFinished(() => db.close());
  await migrate(db, join(packageRoot, 'migrations'));
  await queue(db, ...Array.from({ length: MAILS }, (_, n) => order(`m${n}`)));
  const relay = await startFaultyRelay();
  const warned: string[] = [];
  const clock = clockAt('2014-03-06T08:00:00+09:00');
  const courier = courierTo(db, clock, relay.url, {
    warn: (error, message) => warned.push(`${message}: ${String(error)}`),
  });
  const expectEachOnce = async () => {
    // What was put off meanwhile comes again at its time.
    const allSent = async () => {
      clock.advance(20 * SECOND);
      courier.wake();
      expect(new Set(Object.values(await states(db)))).toEqual(new Set(['sent']));
    };
    await vi.waitFor(allSent, { timeout: 60_000, interval: 500 });
    await courier.stop();
    expect(relay.stored).toHaveLength(MAILS);
    expect(new Set(relay.stored.map(({ to }) => to[0])).size).toBe(MAILS);
    expect(Object.values(await tickets(db))).toEqual(Array(MAILS).fill(1));
  };
  return { url, db, relay, courier, warned, expectEachOnce };
}

test.runIf(engine === 'sqlite')(
  'a disk that fills while mails are marked loses none, doubles none, and sending goes on',
  async () => {
    const { db, courier, warned, expectEachOnce } = await houseOfMails();
    // The limit of the file stands for that of the disk: SQLite answers with the same error.
    await db.exec('PRAGMA max_page_count = 1');
    courier.start();
    await vi.waitFor(() => expect(warned.join()).toMatch(/full/), 30_000);
    await db.exec('PRAGMA max_page_count = 1000000');
    await expectEachOnce();
  },
  120_000,
);

test('a database that somebody holds locked while mails are marked loses none and doubles none', async () => {
  const { url, relay, courier, expectEachOnce } = await houseOfMails();
  const other = openDatabase(url, () => {});
  onTestFinished(() => other.close());
  courier.start();
  await vi.waitFor(() => expect(relay.stored.length).toBeGreaterThan(5), 30_000);
  for (let time = 0; time < 3; time++) {
    await other.transaction(async (tx) => {
      // The whole table at once: row after row, PostgreSQL would now and then find a deadlock and give up this one.
      if (engine === 'postgres') await sql`LOCK TABLE mails IN EXCLUSIVE MODE`.execute(tx);
      else await tx.updateTable('mails').set({ reserve: 0 }).execute();
      await wait(SECOND);
    });
    await wait(50);
  }
  await expectEachOnce();
}, 120_000);
