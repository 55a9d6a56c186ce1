import {
  closeSync,
  copyFileSync,
  existsSync,
  mkdtempSync,
  openSync,
  rmSync,
  statSync,
  truncateSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import BetterSqlite3 from 'better-sqlite3';
import { describe, expect, onTestFinished, test } from 'vitest';
import { type Config, packageRoot, readConfig } from '../../src/config.ts';
import { backUp, putBack } from '../../src/db/backup.ts';
import { migrate } from '../../src/db/migrate.ts';
import { type Database, openDatabase } from '../../src/db/open.ts';
import { sendingState } from '../../src/mail/freeze.ts';
import { publishNotice } from '../../src/notices/publish.ts';
import { keptEdition } from '../../src/site/export/last-edition.ts';
import { databaseInTime, freezeWhereOlder } from '../../src/stand-in.ts';
import { carryOut, keptEditionDir } from '../../src/start.ts';
import { type Shirase, startApp } from '../support/app.ts';
import { engine } from '../support/database.ts';
import { canMount, smallDisk } from '../support/disk.ts';
import { faultInput, noticeGround, publisher, smallCatalogue } from '../support/notices.ts';
import { Browser, customerAt, keyFor } from '../support/people.ts';

const configOf = (folder: string): Config =>
  readConfig({ DATA_DIR: folder, PORT: '0', PUBLIC_URL: 'http://status.example' });
const fileOf = (folder: string) => join(folder, 'shirase.db');

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'shirase-faults-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** The server on a database file in this folder. */
async function houseIn(folder: string): Promise<Shirase> {
  const db = openDatabase(`sqlite:${fileOf(folder)}`, () => {}, { patience: 300 });
  onTestFinished(() => db.close());
  await migrate(db, join(packageRoot, 'migrations'));
  await smallCatalogue(db);
  return startApp({ db });
}

/** One published notice, and its edition kept as files; then the server is gone. @returns the notice's id. */
async function publishAndStop(folder: string): Promise<string> {
  const { app, db, clock } = await houseIn(folder);
  const { id } = await publishNotice(noticeGround(db, clock), publisher, faultInput());
  await app.edition.refresh();
  const stop = await carryOut(configOf(folder), app, clock);
  await expect.poll(() => keptEdition(keptEditionDir(configOf(folder))), { timeout: 30_000 }).toBe(1);
  await stop();
  await db.close();
  return id;
}

/** The process as main.ts begins it. */
function begin(folder: string) {
  const said: string[] = [];
  const ready = databaseInTime(
    configOf(folder),
    () => {},
    (line) => said.push(line),
  );
  ready.then(
    (db) => onTestFinished(() => db.close()),
    () => {},
  );
  const address = async () => {
    await expect.poll(() => said.join('\n'), { timeout: 30_000 }).toContain('the last edition is served at');
    return /(http:\/\/[\d.:]+)/.exec(said.join('\n'))?.[1] ?? '';
  };
  return { said, ready, address };
}

async function expectLastEdition(base: string, id: string): Promise<void> {
  for (const path of ['/', '/en', `/notices/${id}`, '/feed.atom', '/banner.json', '/?still']) {
    const answer = await fetch(base + path);
    expect([path, answer.status]).toEqual([path, 200]);
    expect(answer.headers.get('content-security-policy')).toContain("default-src 'none'");
    await answer.arrayBuffer();
  }
  expect(await (await fetch(base)).text()).toContain('OCNメールがご利用いただけません');
  const mine = await fetch(`${base}/my`);
  expect([mine.status, Number(mine.headers.get('retry-after')) > 0]).toEqual([503, true]);
  expect(await mine.text()).toContain('ただいまこの画面をご利用いただけません');
  expect(await (await fetch(`${base}/en/console`)).text()).toContain('not available at the moment');
  expect((await fetch(`${base}/`, { method: 'POST' })).status).toBe(503);
  expect((await fetch(`${base}/healthz`)).status).toBe(200);
  expect((await fetch(`${base}/readyz`)).status).toBe(503);
  for (const path of ['/..%2f..%2fshirase.db', '/%2e%2e/secret', '/../secret', '/_/../../secret']) {
    expect((await fetch(base + path)).status).toBe(503);
  }
}

const sqlite = describe.runIf(engine === 'sqlite');

sqlite('a database that cannot be opened', () => {
  test('because a page of it is damaged: the last edition is served, a backup goes in its place, the server goes on', async () => {
    const folder = newFolder();
    const id = await publishAndStop(folder);
    const backup = join(folder, 'copy.db');
    backUp(fileOf(folder), backup);
    const handle = openSync(fileOf(folder), 'r+');
    for (let at = 8192; at < statSync(fileOf(folder)).size; at += 4096)
      writeSync(handle, Buffer.alloc(64, 0xff), 0, 64, at);
    closeSync(handle);

    const server = begin(folder);
    await expectLastEdition(await server.address(), id);
    expect(server.said.join('\n')).toMatch(/shirase\.db is damaged\..*shirase restore FILE --force/);

    putBack(backup, fileOf(folder), { force: true, stamp: 'x' });
    const db = await server.ready;
    await db.check();
    expect(server.said.at(-1)).toBe('The database is back.');
  });

  test('because it is no database, and nothing was ever published: the process ends and says what to do', async () => {
    const folder = newFolder();
    copyFileSync(join(packageRoot, 'package.json'), fileOf(folder));
    await expect(begin(folder).ready).rejects.toThrow(/shirase\.db is damaged\. .*shirase restore/);
  });

  test.runIf(canMount)('because the disk is read-only: the last edition is served until it is not', async () => {
    const disk = smallDisk(16);
    const id = await publishAndStop(disk.folder);
    disk.readOnly(true);
    const server = begin(disk.folder);
    await expectLastEdition(await server.address(), id);
    expect(server.said.join('\n')).toContain('mounted read-only');
    disk.readOnly(false);
    await (await server.ready).check();
  });
});

sqlite('a database that has gone back in time', () => {
  const olderThan = async (folder: string, db: Database) => {
    const { ground } = await startApp({ db });
    return freezeWhereOlder(configOf(folder), ground);
  };

  test('because its WAL is missing, sends nothing until somebody has looked', async () => {
    const folder = newFolder();
    const { app, db, clock } = await houseIn(folder);
    await publishNotice(noticeGround(db, clock), publisher, faultInput());
    copyFileSync(fileOf(folder), join(folder, 'without-wal.db'));
    await app.edition.refresh();
    const stop = await carryOut(configOf(folder), app, clock);
    await expect.poll(() => keptEdition(keptEditionDir(configOf(folder))), { timeout: 30_000 }).toBe(1);
    await stop();
    await db.close();
    // What kill -9 and a lost WAL leave: the file as it was at its last checkpoint.
    rmSync(fileOf(folder));
    copyFileSync(join(folder, 'without-wal.db'), fileOf(folder));
    expect(existsSync(`${fileOf(folder)}-wal`)).toBe(false);

    const again = openDatabase(`sqlite:${fileOf(folder)}`, () => {});
    onTestFinished(() => again.close());
    await migrate(again, join(packageRoot, 'migrations'));
    expect(await olderThan(folder, again)).toContain('No mail goes out: the database is older than what was published');
    expect((await sendingState(again.kysely)).reason).toContain('edition 0, and edition 1');
  });

  test('says nothing where it is as new as what was published', async () => {
    const folder = newFolder();
    await publishAndStop(folder);
    const again = openDatabase(`sqlite:${fileOf(folder)}`, () => {});
    onTestFinished(() => again.close());
    expect(await olderThan(folder, again)).toBeUndefined();
  });

  test('because its WAL is torn, is whole up to the last publication that is left', async () => {
    const folder = newFolder();
    const { db, clock } = await houseIn(folder);
    for (let n = 0; n < 10; n++) {
      clock.advance(1000);
      await publishNotice(noticeGround(db, clock), publisher, faultInput());
    }
    const torn = newFolder();
    copyFileSync(fileOf(folder), fileOf(torn));
    copyFileSync(`${fileOf(folder)}-wal`, `${fileOf(torn)}-wal`);
    truncateSync(`${fileOf(torn)}-wal`, statSync(`${fileOf(torn)}-wal`).size - 5000);
    const left = await begin(torn).ready;
    await left.inspect();
    const { number } = await left.kysely.selectFrom('edition').select('number').executeTakeFirstOrThrow();
    const notices = await left.kysely.selectFrom('notices').select('id').execute();
    const fanouts = await left.kysely.selectFrom('fanouts').select('id').execute();
    expect([notices.length, fanouts.length]).toEqual([number, number]);
    expect(number).toBe(9);
  });
});

const PUBLISH = { method: 'POST', url: '/api/v1/notices' } as const;

/** What a program would send, and would send again under the same key. */
function publication() {
  return {
    kind: 'fault',
    title: { ja: '試験のお知らせ' },
    occurredAt: '2014-03-06T07:34:00+09:00',
    impacts: [{ service: 'mail', facilities: 'all', symptom: 'unavailable', startedAt: '2014-03-06T07:34:00+09:00' }],
    report: { phase: 'first', body: { ja: 'ご利用いただけません。'.repeat(400) }, mail: true },
    publish: true,
  };
}

sqlite('while it runs', () => {
  test.runIf(canMount)(
    'a full disk publishes nothing by halves, pages stay up, and room is all that is needed',
    async () => {
      const disk = smallDisk(3);
      const shirase = await houseIn(disk.folder);
      const { app, db, clock } = shirase;
      const customer = await customerAt(shirase, 'taro', ['121']);
      const headers = { ...(await keyFor(db, clock, 'notices:write')), 'idempotency-key': 'one' };
      disk.fill();
      const refused = await app.inject({ ...PUBLISH, headers, payload: publication() });
      expect(refused.statusCode).toBe(503);
      expect(refused.json<{ title: string }>().title).toContain('the disk is full. Nothing was changed or published');
      expect(await db.kysely.selectFrom('notices').select('id').execute()).toEqual([]);
      expect(await db.kysely.selectFrom('fanouts').select('id').execute()).toEqual([]);
      for (const url of ['/', '/feed.atom', '/healthz']) expect((await app.inject({ url })).statusCode).toBe(200);
      expect((await customer.get('/my')).statusCode).toBe(200);

      disk.free();
      const first = await app.inject({ ...PUBLISH, headers, payload: publication() });
      const again = await app.inject({ ...PUBLISH, headers, payload: publication() });
      expect([first.statusCode, again.json<{ id: string }>().id]).toEqual([201, first.json<{ id: string }>().id]);
      expect(await db.kysely.selectFrom('notices').select('id').execute()).toHaveLength(1);
      await db.inspect();
    },
  );

  test('a database that somebody else has locked is said to be locked; nobody who only reads waits for it', async () => {
    const folder = newFolder();
    const shirase = await houseIn(folder);
    const { app, db, clock } = shirase;
    const customer = await customerAt(shirase, 'taro', ['121']);
    const headers = await keyFor(db, clock, 'notices:write');
    const other = new BetterSqlite3(fileOf(folder));
    onTestFinished(() => void other.close());
    other.exec('BEGIN IMMEDIATE');
    const publishing = app.inject({ ...PUBLISH, headers, payload: publication() });
    expect((await app.inject({ url: '/' })).statusCode).toBe(200);
    expect((await customer.get('/my')).statusCode).toBe(200);
    const answer = await publishing;
    expect([answer.statusCode, Number(answer.headers['retry-after']) >= 10]).toEqual([503, true]);
    expect(answer.json<{ title: string }>().title).toContain('locked by something else. Nothing was changed');
    const page = await new Browser(app).submit('/my/sign-in', '/my/sign-in', { login: 'taro', password: 'wrong' });
    expect(page.statusCode).toBe(422);
    other.exec('ROLLBACK');
    expect((await app.inject({ ...PUBLISH, headers, payload: publication() })).statusCode).toBe(201);
  });
});
