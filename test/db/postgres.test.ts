import { createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { sql } from 'kysely';
import { describe, expect, onTestFinished, test } from 'vitest';
import { packageRoot } from '../../src/config.ts';
import { migrate } from '../../src/db/migrate.ts';
import { type Database, openDatabase } from '../../src/db/open.ts';
import { Hosts } from '../../src/db/postgres/hosts.ts';
import { publishNotice } from '../../src/notices/publish.ts';
import { startApp } from '../support/app.ts';
import { emptyDatabaseUrl, engine } from '../support/database.ts';
import { faultInput, noticeGround, publisher, smallCatalogue } from '../support/notices.ts';
import { csrfOf, customerAt, keyFor, PASSWORD, staffAt } from '../support/people.ts';

test('a URL may name several hosts, as libpq reads it', () => {
  const hosts = new Hosts('postgres://u:p@db1,db2:5433/shirase?target_session_attrs=read-write&application_name=x');
  expect(hosts.several).toBe(true);
  const [first, second] = [
    'postgres://u:p@db1/shirase?application_name=x',
    'postgres://u:p@db2:5433/shirase?application_name=x',
  ];
  expect(hosts.current).toBe(first);
  hosts.failed(first);
  hosts.failed(first);
  expect(hosts.current).toBe(second);
  hosts.failed(second);
  expect(hosts.current).toBe(first);
  const one = new Hosts('postgres://postgres@127.0.0.1:5432/test?options=-c%20search_path%3Dx');
  expect([one.several, one.current]).toEqual([
    false,
    'postgres://postgres@127.0.0.1:5432/test?options=-c%20search_path%3Dx',
  ]);
});

/** A server in between that can be cut and come back. */
async function doorTo(
  url: string,
): Promise<{ url: string; cut(): void; open(): Promise<void>; hold(): void; letGo(): void }> {
  const { hostname, port } = new URL(url);
  const sockets = new Set<Socket>();
  let server: Server | undefined;
  let at = 0;
  const { connect } = await import('node:net');
  let held = false;
  const open = async () => {
    server = createServer((inner) => {
      const outer = connect(Number(port || 5432), hostname);
      for (const socket of [inner, outer]) {
        sockets.add(socket);
        socket.on('error', () => {});
        socket.on('close', () => {
          inner.destroy();
          outer.destroy();
          sockets.delete(socket);
        });
      }
      inner.pipe(outer);
      outer.on('data', (bytes: Buffer) => held || inner.write(bytes));
    });
    await new Promise<void>((resolve) => server?.listen(at, '127.0.0.1', resolve));
    at = (server.address() as { port: number }).port;
  };
  const cut = () => {
    server?.close();
    for (const socket of sockets) socket.destroy();
  };
  /** Connections come about, and nothing is ever said on them. */
  const hold = () => {
    held = true;
  };
  const letGo = () => {
    held = false;
  };
  onTestFinished(cut);
  await open();
  return { url: url.replace(`${hostname}:${port}`, `127.0.0.1:${at}`), cut, open, hold, letGo };
}

const postgres = describe.runIf(engine === 'postgres');

postgres('on PostgreSQL', () => {
  const ready = async (url: string, readUrl?: string): Promise<{ db: Database; told: string[] }> => {
    const told: string[] = [];
    const db = openDatabase(url, (_error, message) => told.push(message), { readUrl });
    onTestFinished(() => db.close());
    await migrate(db, join(packageRoot, 'migrations'));
    return { db, told };
  };

  test('a connection that is lost, idle or in the middle of a transaction, ends nothing but its own work', async () => {
    const door = await doorTo(await emptyDatabaseUrl());
    const { db } = await ready(door.url);
    await smallCatalogue(db);
    const cut = db.transaction(async (tx) => {
      await sql`UPDATE edition SET number = 99`.execute(tx);
      door.cut();
      await sql`SELECT 1`.execute(tx);
    });
    await expect(cut).rejects.toThrow();
    await expect(db.check()).rejects.toThrow();
    await door.open();
    await expect.poll(() => db.check().then(() => 'well'), { timeout: 30_000 }).toBe('well');
    const { number } = await db.kysely.selectFrom('edition').select('number').executeTakeFirstOrThrow();
    expect(number).toBe(0);
  });

  test('a portal’s question is answered by the replica, and by the primary where that is gone', async () => {
    const url = await emptyDatabaseUrl();
    const door = await doorTo(url);
    const { db, told } = await ready(url, door.url);
    await smallCatalogue(db);
    const shirase = await startApp({ db });
    await customerAt(shirase, 'taro', ['121']);
    const headers = await keyFor(db, shirase.clock, 'portal:read');
    const url121 = '/api/v1/mailboxes/taro@m121.example/password-change';
    const ask = async () => (await shirase.app.inject({ url: url121, headers })).body;
    expect(await ask()).toBe('{"allowed":true}');
    expect(told).toEqual([]);
    door.cut();
    expect(await ask()).toBe('{"allowed":true}');
    expect(told).toContain('the replica does not answer; the primary does');
    // A fault that this node knows of is told, whatever the replica knows.
    await publishNotice(noticeGround(db, shirase.clock), publisher, faultInput());
    await shirase.app.edition.refresh();
    expect(await ask()).toContain('OCNメールがご利用いただけません');
  });

  test('a database that is silent holds up the first lookup for seconds, the next ones not at all, and is asked again', async () => {
    const door = await doorTo(await emptyDatabaseUrl());
    const { db } = await ready(door.url);
    await smallCatalogue(db);
    const shirase = await startApp({ db });
    const taro = await customerAt(shirase, 'taro', ['121']);
    expect((await taro.get('/my')).statusCode).toBe(200);
    door.hold();
    const first = await taro.get('/my');
    const asked = performance.now();
    const next = await Promise.all(Array.from({ length: 40 }, () => taro.get('/my')));
    expect(performance.now() - asked).toBeLessThan(2000);
    for (const answer of [first, ...next]) {
      expect(answer.statusCode).toBe(503);
      expect(answer.body).toContain('id="public-state"');
    }
    door.letGo();
    await expect.poll(async () => (await taro.get('/my')).statusCode, { timeout: 30_000 }).toBe(200);
  });

  test('while the database is silent no page, form or call of anybody waits without end, and each says what is wrong', async () => {
    const door = await doorTo(await emptyDatabaseUrl());
    const { db } = await ready(door.url);
    await smallCatalogue(db);
    const shirase = await startApp({ db });
    const { app } = shirase;
    const people = {
      customer: await customerAt(shirase, 'taro', ['121']),
      staff: await staffAt(shirase, 'admin'),
    };
    const tokens = {
      customer: csrfOf(await people.customer.get('/my/password/reset')),
      staff: csrfOf(await people.staff.get('/console/account')),
    };
    const key = await keyFor(db, shirase.clock, 'notices:write', 'notices:read', 'portal:read', 'audit:read');
    const askAll = () =>
      Promise.all(
        app.audiences
          .filter(({ method }) => method !== 'HEAD')
          .map(async ({ method, url, audience }) => {
            const own = url.startsWith('/console') ? 'staff' : 'customer';
            const path = url.replace(/:number/g, '1').replace(/:\w+|\*/g, 'x');
            const asked = performance.now();
            const byKey = () =>
              app.inject({
                method: method as 'GET',
                url: path,
                headers: key,
                ...(method === 'GET' ? {} : { payload: {} }),
              });
            const answer = await (audience.who === 'key'
              ? byKey()
              : method === 'GET'
                ? people[own].get(path)
                : people[own].post(path, { _csrf: tokens[own], login: 'taro', password: PASSWORD }));
            return { route: `${method} ${url}`, ms: performance.now() - asked, answer };
          }),
      );
    door.hold();
    for (const longest of [20_000, 15_000]) {
      for (const { route, ms, answer } of await askAll()) {
        expect(ms, route).toBeLessThan(longest);
        expect(answer.statusCode, route).not.toBe(500);
        if (answer.statusCode === 503 && !route.endsWith('/readyz'))
          expect(answer.headers['retry-after'], route).toBeDefined();
      }
    }
    const one = async (url: string) => (await people.customer.get(url)).body;
    expect(await one('/my/account')).toContain('このページを表示できません');
    door.letGo();
    await expect.poll(async () => (await people.customer.get('/my/account')).statusCode, { timeout: 30_000 }).toBe(200);
  });

  test('a statement that takes its time is not cut off by the wait of others', async () => {
    const { db } = await ready(await emptyDatabaseUrl());
    const long = sql<{ done: number }>`SELECT 1 AS done FROM pg_sleep(6)`.execute(db.kysely);
    expect((await long).rows).toEqual([{ done: 1 }]);
  });

  test('who listens hears of a new edition at once, and again after the connection was lost', async () => {
    const url = await emptyDatabaseUrl();
    const { db } = await ready(url);
    await smallCatalogue(db);
    const door = await doorTo(url);
    const { db: other } = await ready(door.url);
    let heard = 0;
    const stop = other.onHint(() => heard++);
    onTestFinished(stop);
    const publishUntilHeard = async () => {
      const before = heard;
      await expect
        .poll(
          async () => {
            await sql`UPDATE edition SET number = number + 1`.execute(db.kysely);
            return heard > before;
          },
          { timeout: 60_000, interval: 200 },
        )
        .toBe(true);
    };
    await publishUntilHeard();
    door.cut();
    await door.open();
    await publishUntilHeard();
  });
});
