import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Worker } from 'node:worker_threads';
import BetterSqlite3 from 'better-sqlite3';
import { sql } from 'kysely';
import { expect, onTestFinished, test } from 'vitest';
import { packageRoot } from '../../src/config.ts';
import { migrate } from '../../src/db/migrate.ts';
import { type Database, openDatabase } from '../../src/db/open.ts';
import { smtpRelay } from '../../src/mail/relay/smtp-relay.ts';
import { startApp } from '../support/app.ts';
import { clockAt } from '../support/clock.ts';
import { courierTo, order, queue, states, tickets } from '../support/mail.ts';
import { smallCatalogue } from '../support/notices.ts';
import { keyFor } from '../support/people.ts';
import { startReceiver } from '../support/smtp.ts';

const TICKET = { budget: 'root:one', number: 1, mail_id: 'one', taken_at: 0 };
const FAULT = {
  ...{ kind: 'fault', title: { ja: 'メールがご利用いただけません', en: 'Mail is unavailable' }, publish: true },
  occurredAt: '2014-03-06T07:34:00+09:00',
  impacts: [{ service: 'mail', facilities: ['121'], symptom: 'unavailable', startedAt: '2014-03-06T07:34:00+09:00' }],
  report: { phase: 'first', body: { ja: '確認しています。' }, mail: false },
};
const ENDED = 'the thread of the database has ended';

/** A server's database with the thread that writes it, and somebody else who reads what is on the disk. */
async function onThread() {
  const folder = mkdtempSync(join(tmpdir(), 'shirase-death-'));
  const file = join(folder, 'shirase.db');
  const born = once(process, 'worker') as Promise<[Worker]>;
  const db = openDatabase(`sqlite:${file}`, () => {}, { thread: true });
  const [thread] = await born;
  onTestFinished(async () => {
    await db.close();
    rmSync(folder, { recursive: true });
  });
  await migrate(db, join(packageRoot, 'migrations'));
  const disk = new BetterSqlite3(file, { readonly: true });
  onTestFinished(() => void disk.close());
  return { db, thread, disk };
}

/** Goes over to the thread together with the COMMIT before it, so that both are answered when this is done. */
function keepBusy(db: Database): void {
  sql`WITH RECURSIVE many (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM many WHERE n < 1000000) SELECT max(n) FROM many`
    .execute(db.kysely)
    .catch(() => {});
}

/** Asks until a new thread answers; a script is said to it beside whatever transaction is under way. */
async function untilReplaced(db: Database): Promise<void> {
  await expect
    .poll(
      () =>
        db.exec('SELECT 1').then(
          () => true,
          () => false,
        ),
      { interval: 20, timeout: 20_000 },
    )
    .toBe(true);
}

/** Ends the thread when the commit is on the disk, and its answer is not yet said. */
async function endUnanswered(thread: Worker, isOnDisk: () => boolean): Promise<void> {
  await expect.poll(isOnDisk, { interval: 5, timeout: 20_000 }).toBe(true);
  await thread.terminate();
}

test('a commit that the thread dies of answering is rejected as a lost connection, and what comes after it is written by a new thread', async () => {
  const { db, thread, disk } = await onThread();
  const { app, clock } = await startApp({ db });
  await smallCatalogue(db);
  const headers = { ...(await keyFor(db, clock, 'notices:write')), 'idempotency-key': 'one' };
  await app.edition.refresh();
  const written = db
    .transaction((tx) => tx.insertInto('tickets').values(TICKET).execute())
    .catch((error: Error) => error.message);
  keepBusy(db);
  await endUnanswered(thread, () => disk.prepare('SELECT count(*) FROM tickets').pluck().get() === 1);
  expect(await written).toBe(ENDED);

  // On a fast machine it has not lived for a second, and the next one is not started before.
  const readiness = async (): Promise<unknown> => (await app.inject({ url: '/readyz' })).json();
  await expect.poll(readiness, { timeout: 20_000 }).toEqual({ ready: true, reasons: [] });
  const published = await app.inject({ method: 'POST', url: '/api/v1/notices', headers, payload: FAULT });
  expect(published.statusCode).toBe(201);
  expect((await app.inject({ url: '/' })).body).toContain(FAULT.title.ja);
});

test('a transaction whose thread has died writes nothing through the new one', async () => {
  const { db, thread, disk } = await onThread();
  const halfWay = db.transaction(async (tx) => {
    await tx.insertInto('tickets').values(TICKET).execute();
    await thread.terminate();
    await untilReplaced(db);
    await tx
      .insertInto('tickets')
      .values({ ...TICKET, mail_id: 'two', number: 2 })
      .execute();
  });
  await expect(halfWay).rejects.toThrow(ENDED);
  expect(disk.prepare('SELECT count(*) FROM tickets').pluck().get()).toBe(0);
  await db.transaction((tx) => tx.insertInto('tickets').values(TICKET).execute());
  expect(disk.prepare('SELECT count(*) FROM tickets').pluck().get()).toBe(1);
});

test('a thread that dies at once is not started again without a pause, and whoever writes meanwhile reads that the connection is lost', async () => {
  const { db, thread } = await onThread();
  const { app, clock } = await startApp({ db });
  const headers = await keyFor(db, clock, 'notices:write');
  await app.edition.refresh();
  await thread.terminate();
  const born = once(process, 'worker') as Promise<[Worker]>;
  await untilReplaced(db);
  const [second] = await born;
  await second.terminate();
  await expect(sql`SELECT 1`.execute(db.kysely)).rejects.toThrow(ENDED);
  const ready = await app.inject({ url: '/readyz' });
  expect([ready.statusCode, ready.json<{ reasons: string[] }>().reasons]).toEqual([
    503,
    expect.arrayContaining(['the database does not answer']),
  ]);
  const published = await app.inject({ method: 'POST', url: '/api/v1/notices', headers, payload: FAULT });
  expect(published.statusCode).toBe(503);
  expect(published.json<{ title: string }>().title).toContain('The connection to the database was lost');
  await untilReplaced(db);
  await app.edition.refresh();
  expect((await app.inject({ url: '/readyz' })).json()).toEqual({ ready: true, reasons: [] });
});

test('mails that stood at the gate when the thread died go by the new one, each once', async () => {
  const { db, thread, disk } = await onThread();
  const clock = clockAt('2014-03-06T08:00:00+09:00');
  const receiver = await startReceiver();
  const once = { repeatable: false };
  await queue(db, order('sent', once));
  await courierTo(db, clock, receiver.url).drain();
  await queue(db, order('one', once), order('two', once), order('three', once), order('four', once));

  const smtp = smtpRelay(receiver.url);
  const gate = { crowded: false };
  /** From the first who stands at the gate on, the answer to each commit comes late. */
  const crowded: Database = {
    ...db,
    transaction: (work) => {
      const done = db.transaction(work);
      if (gate.crowded) keepBusy(db);
      return done;
    },
  };
  const relay = {
    send: (mail: Parameters<typeof smtp.send>[0], beforeFinalDot: () => Promise<void>) =>
      smtp.send(mail, () => {
        gate.crowded = true;
        return beforeFinalDot();
      }),
    close: () => smtp.close(),
  };
  const courier = courierTo(crowded, clock, receiver.url, { relay, owner: 'one' });
  courier.start();
  const handing = disk.prepare("SELECT count(*) FROM mails WHERE state = 'handing'").pluck();
  await endUnanswered(thread, () => Number(handing.get()) > 0);
  gate.crowded = false;
  await expect
    .poll(
      async () => {
        clock.advance(30_000);
        courier.wake();
        return new Set(Object.values(await states(db)));
      },
      { interval: 50, timeout: 60_000 },
    )
    .toEqual(new Set(['sent']));
  await courier.stop();
  const found = await states(db);
  const arrived = receiver.mails.map((mail) => mail.to[0]?.split('@')[0] ?? '');
  expect(arrived.sort()).toEqual(Object.keys(found));
  expect(await tickets(db)).toEqual(Object.fromEntries(Object.keys(found).map((id) => [`root:${id}`, 1])));
});
