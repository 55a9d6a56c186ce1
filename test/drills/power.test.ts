import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import BetterSqlite3 from 'better-sqlite3';
import { describe, expect, test } from 'vitest';
import { packageRoot } from '../../src/config.ts';
import { migrate } from '../../src/db/migrate.ts';
import { openDatabase } from '../../src/db/open.ts';
import { publishNotice } from '../../src/notices/publish.ts';
import { subscriber } from '../support/addresses.ts';
import { clockAt } from '../support/clock.ts';
import { engine } from '../support/database.ts';
import { freshFolder } from '../support/folder.ts';
import { faultInput, noticeGround, publisher, smallCatalogue } from '../support/notices.ts';
import { type Damage, Disk } from '../support/power-cut.ts';
import { seeded } from '../support/seed.ts';
import { startReceiver } from '../support/smtp.ts';
import { canTrace, type Deed, traced } from '../support/strace.ts';
import type { Orders } from './courier-child.ts';

/** `npm run drill:power` takes a thousand of each. RELIABILITY M3, M4. */
const CUTS = Number(process.env.DRILL_CUTS ?? 24);
const PUBLICATIONS = Number(process.env.DRILL_PUBLICATIONS ?? 8);

const MAILS = 12;

/** All that publishing did to the disk, from a database that is at rest. */
async function recorded(synchronous: 'FULL' | 'NORMAL') {
  const folder = freshFolder();
  const file = join(folder, 'shirase.db');
  const db = openDatabase(`sqlite:${file}`, () => {});
  await migrate(db, join(packageRoot, 'migrations'));
  await smallCatalogue(db);
  await db.close();
  const before = readFileSync(file);
  const acknowledged = join(folder, 'acknowledged');
  writeFileSync(acknowledged, '');
  const words = [`sqlite:${file}`, acknowledged, String(PUBLICATIONS), synchronous];
  const deeds = await traced('test/drills/power-child.ts', words, {
    log: join(folder, 'log'),
    paths: [file, `${file}-wal`, acknowledged],
  });
  return { file, before, deeds, isAcknowledgement: (deed: Deed) => deed.path === acknowledged };
}

type Recording = Awaited<ReturnType<typeof recorded>>;

/** Which notices a database has that was left like this. @throws where it is damaged, or has a publication by halves. */
function foundIn(file: string): string[] {
  const db = new BetterSqlite3(file);
  try {
    expect(db.pragma('integrity_check', { simple: true })).toBe('ok');
    const ids = (query: string) => db.prepare(query).pluck().all() as string[];
    const notices = ids('SELECT id FROM notices ORDER BY id');
    for (const part of ['reports', 'impacts', 'fanouts', 'postings'])
      expect(ids(`SELECT DISTINCT notice_id FROM ${part} ORDER BY notice_id`), part).toEqual(notices);
    expect(ids('SELECT number FROM edition')).toEqual([notices.length]);
    return notices;
  } finally {
    db.close();
  }
}

/** Cuts after each of these deeds, in these ways. @returns at how many cuts something acknowledged was lost. */
function losses(
  { file, before, deeds, isAcknowledgement }: Recording,
  at: number[],
  ways: Damage[],
  random: () => number,
) {
  const folder = freshFolder();
  const disk = new Disk({ [file]: before });
  const place = (path: string) => join(folder, path === file ? 'cut.db' : 'cut.db-wal');
  const cuts = new Set(at);
  const acknowledged: string[] = [];
  let lost = 0;
  for (const [n, deed] of deeds.entries()) {
    if (isAcknowledgement(deed)) {
      if (deed.what === 'write') acknowledged.push(deed.bytes.toString().trim());
    } else disk.take(deed);
    if (!cuts.has(n)) continue;
    for (const damage of ways) {
      disk.leave(damage, random, place);
      const found = foundIn(place(file));
      if (acknowledged.some((id) => !found.includes(id))) lost++;
    }
  }
  expect(acknowledged).toHaveLength(PUBLICATIONS);
  return lost;
}

describe.runIf(engine === 'sqlite' && canTrace())('when the power goes', () => {
  test('no acknowledged publication is lost and none is there by halves; without FULL some would be', async () => {
    const { seed, random, between } = seeded();
    const [full, normal] = await Promise.all([recorded('FULL'), recorded('NORMAL')]);
    const some = (recording: Recording) =>
      Array.from({ length: CUTS }, () => Math.floor(between(0, recording.deeds.length)));
    const ways: Damage[] = ['nothing', 'some writes', 'some sectors'];
    expect(full.deeds.filter(({ what, path }) => what === 'sync' && path === full.file).length).toBeGreaterThan(0);
    expect(losses(full, some(full), ways, random)).toBe(0);
    // Guards the drill itself: where nothing is synced at a commit it must see that.
    const careless = losses(normal, some(normal), ['nothing'], random);
    expect(careless).toBeGreaterThan(0);
    console.log(
      `power drill, DRILL_SEED=${seed}: ${full.deeds.length} writes and syncs, ${3 * CUTS} cuts, 0 lost; NORMAL loses at ${careless} of ${CUTS}`,
    );

    // A process that is killed at any of its writes: what it was acknowledged is there, nothing is there by halves.
    const middle = Math.floor(full.deeds.length / 2);
    const each = Array.from({ length: CUTS }, (_, n) => middle + n);
    expect(losses(full, each, ['killed'], random)).toBe(0);

    // And each answer comes after the sync, not before.
    const disk = new Disk({});
    for (const deed of full.deeds) {
      if (full.isAcknowledgement(deed)) expect(disk.unsynced).toBe(false);
      else if (deed.path === `${full.file}-wal`) disk.take(deed);
    }
  });

  test('each mail got its ticket on the disk before its final dot', async () => {
    const folder = freshFolder();
    const file = join(folder, 'shirase.db');
    const db = openDatabase(`sqlite:${file}`, () => {});
    await migrate(db, join(packageRoot, 'migrations'));
    await smallCatalogue(db);
    const clock = clockAt('2014-03-06T08:00:00+09:00');
    for (let n = 0; n < MAILS; n++) await subscriber(db, `r${n}`, ['121']);
    await publishNotice(noticeGround(db, clock), publisher, faultInput());
    await db.close();
    const receiver = await startReceiver();
    const orders: Orders = { databaseUrl: `sqlite:${file}`, relayUrl: receiver.url, now: clock.now(), name: 'sender' };
    const deeds = await traced('test/drills/courier-child.ts', [], {
      log: join(folder, 'log'),
      input: `${JSON.stringify(orders)}\n`,
      until: receiver.arrived(MAILS),
    });
    const wal = new Disk({});
    /** Whether the log was synced since this connection was told that a mail comes. */
    const synced = new Map<string, boolean>();
    let dots = 0;
    for (const deed of deeds) {
      if (deed.path === `${file}-wal`) {
        wal.take(deed);
        if (deed.what === 'sync') for (const path of synced.keys()) synced.set(path, true);
      } else if (deed.what === 'write' && deed.path.startsWith('socket:')) {
        const said = deed.bytes.toString('latin1');
        if (said.endsWith('DATA\r\n')) synced.set(deed.path, false);
        if (!/(^|\r\n)\.\r\n$/.test(said)) continue;
        dots++;
        expect([synced.get(deed.path), wal.unsynced]).toEqual([true, false]);
      }
    }
    expect(dots).toBeGreaterThanOrEqual(MAILS);
  });
});
