import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import BetterSqlite3 from 'better-sqlite3';
import { sql } from 'kysely';
import { expect, onTestFinished, test } from 'vitest';
import { atOnce } from '../../src/db/asking.ts';
import { type Database, isUniqueViolation, openDatabase } from '../../src/db/open.ts';

/** As a server opens it: writing goes on beside everything else. */
async function onThread(): Promise<Database> {
  const folder = mkdtempSync(join(tmpdir(), 'shirase-thread-'));
  const db = openDatabase(`sqlite:${join(folder, 'one.db')}`, () => {}, { thread: true });
  onTestFinished(async () => {
    await db.close();
    rmSync(folder, { recursive: true });
  });
  await db.exec(
    'CREATE TABLE notes (id integer PRIMARY KEY, words text, bytes blob); CREATE TABLE schema_migrations (number)',
  );
  return db;
}

test('while a long statement runs, the process does other things', async () => {
  const db = await onThread();
  let turns = 0;
  const turning = setInterval(() => turns++, 1);
  const counted = await sql<{ n: number }>`
    WITH RECURSIVE many (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM many WHERE n < 1000000) SELECT max(n) AS n FROM many
  `.execute(db.kysely);
  clearInterval(turning);
  expect(counted.rows).toEqual([{ n: 1_000_000 }]);
  expect(turns).toBeGreaterThan(1);
});

test('a transaction that fails leaves nothing, and the next one does not notice', async () => {
  const db = await onThread();
  const add = (id: number) => sql`INSERT INTO notes (id, words) VALUES (${id}, ${'a'})`;
  const failed = db.transaction(async (tx) => {
    await add(1).execute(tx);
    await add(1).execute(tx);
  });
  const error: unknown = await failed.catch((reason: unknown) => reason);
  expect(isUniqueViolation(error)).toBe(true);
  const added = await db.transaction((tx) => add(2).execute(tx));
  expect(added.numAffectedRows).toBe(1n);
  expect((await sql`SELECT id FROM notes`.execute(db.kysely)).rows).toEqual([{ id: 2 }]);
});

test('what it commits is on the disk, for other connections to read, and bytes are bytes', async () => {
  const db = await onThread();
  await sql`INSERT INTO notes (bytes) VALUES (${Buffer.from('知らせ')})`.execute(db.kysely);
  await db.check();
  const [read] = await db.prepare<{ bytes: Buffer }>('bytes', 'SELECT bytes FROM notes').all();
  expect(read?.bytes.toString()).toBe('知らせ');
  const { rows } = await sql<{ bytes: Buffer }>`SELECT bytes FROM notes`.execute(db.kysely);
  expect(rows[0]?.bytes.toString()).toBe('知らせ');
});

test('a statement that cannot be understood is refused by its own words, and closed it says so', async () => {
  const db = await onThread();
  await expect(sql`SELEKT 1`.execute(db.kysely)).rejects.toThrow('syntax error');
  await db.close();
  await expect(sql`SELECT 1`.execute(db.kysely)).rejects.toThrow();
});

test('several are asked at once; where one of them fails, none has done anything and nothing is said after it', async () => {
  const db = await onThread();
  const add = (id: number) => sql`INSERT INTO notes (id, words) VALUES (${id}, ${'a'})`;
  const later = async (tx: Parameters<Parameters<Database['transaction']>[0]>[0]) => {
    await add(2).execute(tx);
    await add(3).execute(tx);
    return add(4).execute(tx);
  };
  const failed = db.transaction((tx) => atOnce(add(1).execute(tx), add(1).execute(tx), later(tx)));
  expect(isUniqueViolation(await failed.catch((reason: unknown) => reason))).toBe(true);
  expect((await sql`SELECT id FROM notes`.execute(db.kysely)).rows).toEqual([]);
  const [one, two] = await db.transaction((tx) =>
    atOnce(add(5).execute(tx), sql<{ id: number }>`SELECT id FROM notes`.execute(tx)),
  );
  expect([one.numAffectedRows, two.rows]).toEqual([1n, [{ id: 5 }]]);
});

test('what is written last is committed with everything before it, or nothing is', async () => {
  const db = await onThread();
  const add = (id: number) => sql`INSERT INTO notes (id, words) VALUES (${id}, ${'a'})`;
  const failed = db.transaction(async (tx, last) => {
    await add(1).execute(tx);
    last(atOnce(add(2).execute(tx), add(1).execute(tx)));
    return 'answered';
  });
  expect(isUniqueViolation(await failed.catch((reason: unknown) => reason))).toBe(true);
  const answered = await db.transaction(async (tx, last) => {
    last(add(3).execute(tx));
    return 'answered';
  });
  expect(answered).toBe('answered');
  expect((await sql`SELECT id FROM notes`.execute(db.kysely)).rows).toEqual([{ id: 3 }]);
});

test('while another connection writes, what was said at once is done in its order as soon as that has ended', async () => {
  const db = await onThread();
  const add = (id: number) => sql`INSERT INTO notes (id, words) VALUES (${id}, ${'a'})`;
  const [{ file } = { file: '' }] = (await sql<{ file: string }>`PRAGMA database_list`.execute(db.kysely)).rows;
  const other = new BetterSqlite3(file);
  onTestFinished(() => void other.close());
  other.exec('BEGIN IMMEDIATE');
  const written = db.transaction(async (tx, last) => {
    const [, read] = await atOnce(
      add(1).execute(tx),
      sql<{ id: number }>`SELECT id FROM notes`.execute(tx),
      add(2).execute(tx),
    );
    last(add(3).execute(tx));
    return read.rows;
  });
  // Who only reads is not held up by who waits.
  expect((await sql`SELECT id FROM notes`.execute(db.kysely)).rows).toEqual([]);
  other.exec('COMMIT');
  expect(await written).toEqual([{ id: 1 }]);
  expect((await sql`SELECT id FROM notes`.execute(db.kysely)).rows).toEqual([{ id: 1 }, { id: 2 }, { id: 3 }]);
});

test('where the disk is full in the middle, nothing that was said with it is done outside of the transaction', async () => {
  const db = await onThread();
  const add = (id: number, bytes = 1) => sql`INSERT INTO notes (id, bytes) VALUES (${id}, ${Buffer.alloc(bytes)})`;
  await sql`PRAGMA max_page_count = 20`.execute(db.kysely);
  const failed = db.transaction((tx, last) => {
    last(atOnce(add(1).execute(tx), add(2, 1_000_000).execute(tx), add(3).execute(tx)));
    return Promise.resolve();
  });
  await expect(failed).rejects.toThrow('database or disk is full');
  expect((await sql`SELECT id FROM notes`.execute(db.kysely)).rows).toEqual([]);
  await db.transaction((tx) => add(4).execute(tx));
  expect((await sql`SELECT id FROM notes`.execute(db.kysely)).rows).toEqual([{ id: 4 }]);
});

test('a value that cannot be handed to a thread is refused, and what comes after it is answered', async () => {
  const db = await onThread();
  await expect(sql`SELECT ${sql.val(Symbol('none'))}`.execute(db.kysely)).rejects.toThrow('could not be cloned');
  expect((await sql`SELECT 1 AS one`.execute(db.kysely)).rows).toEqual([{ one: 1 }]);
});
