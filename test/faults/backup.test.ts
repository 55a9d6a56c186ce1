import { mkdtempSync, readdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { backupCommand, courierCommand, restoreCommand } from '../../src/cli/backup.ts';
import { packageRoot } from '../../src/config.ts';
import { migrate } from '../../src/db/migrate.ts';
import { type Database, openDatabase } from '../../src/db/open.ts';
import { publishNotice, publishReport } from '../../src/notices/publish.ts';
import { subscriber } from '../support/addresses.ts';
import { alertCourier } from '../support/alert-house.ts';
import { alertGround } from '../support/alerts.ts';
import { clockAt } from '../support/clock.ts';
import { engine } from '../support/database.ts';
import { states, tickets } from '../support/mail.ts';
import { faultInput, nextReport, noticeGround, publisher, smallCatalogue } from '../support/notices.ts';
import { startReceiver } from '../support/smtp.ts';

const COMMANDS: Record<string, (words: string[]) => Promise<void>> = {
  backup: backupCommand,
  restore: restoreCommand,
  courier: courierCommand,
};

/** A command as an operator types it, on the database in this folder. */
async function shirase(folder: string, ...words: string[]): Promise<string> {
  const before = process.env.DATA_DIR;
  process.env.DATA_DIR = folder;
  const [name = '', ...rest] = words;
  const said: string[] = [];
  const out = vi.spyOn(process.stdout, 'write').mockImplementation((text) => said.push(String(text)) > 0);
  try {
    await COMMANDS[name]?.(rest);
  } catch (error) {
    said.push((error as Error).message);
  } finally {
    out.mockRestore();
    if (before === undefined) delete process.env.DATA_DIR;
    else process.env.DATA_DIR = before;
  }
  return said.join('');
}

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'shirase-backup-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

async function openIn(folder: string): Promise<Database> {
  const db = openDatabase(`sqlite:${join(folder, 'shirase.db')}`, () => {});
  onTestFinished(() => db.close());
  await migrate(db, join(packageRoot, 'migrations'));
  return db;
}

async function houseIn(folder: string) {
  const db = await openIn(folder);
  await smallCatalogue(db);
  // The commands have the system's clock: what was told a year ago would mail nobody any more.
  const clock = clockAt(new Date().toISOString());
  return { db, clock, notices: noticeGround(db, clock) };
}

describe.runIf(engine === 'sqlite')('a backup', () => {
  test('made while publications go on is one whole moment of them, and never overwrites another', async () => {
    const folder = newFolder();
    const { db, clock, notices } = await houseIn(folder);
    for (let n = 0; n < 20; n++) await subscriber(db, `r${n}`, ['121']);
    let publishing = true;
    const written = (async () => {
      let published = 0;
      for (; publishing; published++) {
        clock.advance(1000);
        await publishNotice(notices, publisher, faultInput());
        await new Promise((resolve) => setImmediate(resolve));
      }
      return published;
    })();
    const file = join(folder, 'copy.db');
    const made = await shirase(folder, 'backup', file);
    publishing = false;
    const published = await written;
    expect(made).toMatch(/copy\.db: [\d.]+ MB, schema \d+, checked/);
    expect(readdirSync(folder).filter((name) => name.includes('.part'))).toEqual([]);

    const copy = openDatabase(`sqlite:${file}`, () => {});
    onTestFinished(() => copy.close());
    await copy.inspect();
    const rows = async (table: 'notices' | 'fanouts' | 'audit_entries') =>
      (await copy.kysely.selectFrom(table).select('id').execute()).length;
    const edition = await copy.kysely.selectFrom('edition').select('number').executeTakeFirstOrThrow();
    expect([await rows('fanouts'), edition.number]).toEqual([await rows('notices'), await rows('notices')]);
    expect(edition.number).toBeLessThanOrEqual(published);

    const again = await shirase(folder, 'backup', file);
    expect(again).toBe(`${file} exists; a backup never overwrites another. Name a new file.`);
  });

  test('is put back with the sender frozen: what may have gone out since counts, and nobody gets a fourth mail', async () => {
    const folder = newFolder();
    const { db, clock, notices } = await houseIn(folder);
    await subscriber(db, 'taro', ['121']);
    const receiver = await startReceiver();
    const { id } = await publishNotice(notices, publisher, faultInput());
    const file = join(folder, 'copy.db');
    expect(await shirase(folder, 'backup', file)).toContain('checked');

    // After the backup the first report goes out, and so does recovery: the restored database knows of neither.
    const courierOf = (on: Database) => {
      const alerts = alertGround(on, clock);
      return alertCourier(alerts, receiver.url);
    };
    await courierOf(db).drain();
    expect(receiver.mails).toHaveLength(1);

    expect(await shirase(folder, 'restore', file)).toContain('exists. --force puts the backup in its place');
    const busy = await shirase(folder, 'restore', file, '--force');
    expect(busy).toBe(`A server or command is using ${join(folder, 'shirase.db')}. Stop it first.`);
    await db.close();
    const restored = await shirase(folder, 'restore', file, '--force');
    expect(restored).toMatch(/What was there is .*\.replaced\.[\s\S]*No mail goes out[\s\S]*1 mails of before wait/);

    const back = await openIn(folder);
    await courierOf(back).drain();
    expect(receiver.mails).toHaveLength(1);
    const undecided = await shirase(folder, 'courier', 'release');
    expect(undecided).toContain('--unsent hold');
    expect(await shirase(folder, 'courier', 'release', '--unsent', 'hold')).toContain(
      '1 mails are in doubt and not sent.\nMails go out.',
    );
    expect(Object.values(await states(back))).toEqual(['in_doubt']);
    expect(Object.values(await tickets(back))).toEqual([1]);

    // What is published now goes out, within what is left of the three.
    const recovered = [{ impact: `${id}-1`, at: '2014-03-06T08:05:00+09:00' }];
    const again = noticeGround(back, clock);
    await publishReport(again, publisher, id, nextReport({ phase: 'recovery', recovered, mail: true }));
    await courierOf(back).drain();
    await publishReport(again, publisher, id, nextReport({ phase: 'update', mail: true }));
    await courierOf(back).drain();
    await publishReport(again, publisher, id, nextReport({ phase: 'update', mail: true }));
    await courierOf(back).drain();
    expect(receiver.mails).toHaveLength(3);
  });

  test('that is damaged, cut, or of something else is refused by name', async () => {
    const folder = newFolder();
    const { db } = await houseIn(folder);
    await db.close();
    const file = join(folder, 'copy.db');
    await shirase(folder, 'backup', file);
    truncateSync(file, 40_000);
    expect(await shirase(folder, 'restore', file, '--force')).toContain('copy.db is damaged or no database');
    writeFileSync(join(folder, 'text.db'), 'no database at all, but long enough to be looked at'.repeat(100));
    expect(await shirase(folder, 'restore', join(folder, 'text.db'), '--force')).toContain(
      'text.db is damaged or no database',
    );
    expect(await shirase(folder, 'restore', join(folder, 'none.db'))).toContain('there is no such file');
    await (await openIn(folder)).inspect();
  });
});
