import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import BetterSqlite3 from 'better-sqlite3';
import { sql } from 'kysely';
import { expect, onTestFinished, test } from 'vitest';
import { packageRoot } from '../../src/config.ts';
import { migrate } from '../../src/db/migrate.ts';
import { type Database, openDatabase } from '../../src/db/open.ts';
import { programOf } from '../support/child.ts';
import { emptyDatabaseUrl, engine } from '../support/database.ts';

const FOLDER = join(packageRoot, 'migrations');

function open(url: string): Database {
  const db = openDatabase(url, () => {});
  onTestFinished(() => db.close());
  return db;
}

async function applied(db: Database): Promise<number[]> {
  const { rows } = await sql<{ number: number }>`SELECT number FROM schema_migrations ORDER BY number`.execute(
    db.kysely,
  );
  return rows.map((row) => row.number);
}

test('makes the schema from nothing, and changes nothing when it comes again', async () => {
  const db = open(await emptyDatabaseUrl());
  const first = await migrate(db, FOLDER);
  expect(first.length).toBeGreaterThanOrEqual(7);
  expect(first[0]).toBe('0001-catalogue');
  expect(await migrate(db, FOLDER)).toEqual([]);
  expect(await applied(db)).toEqual(first.map((_, index) => index + 1));
});

test('eight processes that start at once make it once', async () => {
  const url = await emptyDatabaseUrl();
  const codes = await Promise.all(Array.from({ length: 8 }, () => startMigration(url)));
  expect(codes).toEqual(Array.from({ length: 8 }, () => ({ code: 0, errors: '' })));
  const db = open(url);
  expect(await migrate(db, FOLDER)).toEqual([]);
  const rows = await applied(db);
  expect(rows).toEqual([...new Set(rows)]);
}, 60_000);

/** `shirase migrate` as a process of its own. */
async function startMigration(url: string): Promise<{ code: number | null; errors: string }> {
  const child = spawn(process.execPath, [programOf('src/cli/shirase.ts'), 'migrate'], {
    cwd: packageRoot,
    env: { PATH: process.env.PATH, DATABASE_URL: url },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let errors = '';
  child.stderr.on('data', (chunk: Buffer) => {
    errors += chunk.toString();
  });
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, errors };
}

test('refuses a database that a newer program made, and says what to do', async () => {
  const db = open(await emptyDatabaseUrl());
  await migrate(db, FOLDER);
  await sql`INSERT INTO schema_migrations (number, name) VALUES (9999, '9999-from-the-future')`.execute(db.kysely);
  await expect(migrate(db, FOLDER)).rejects.toThrow(
    'The database has migration 9999 (9999-from-the-future), which this program does not know. Start the newer version of Shirase.',
  );
});

test('a migration that fails leaves the schema as it was', async () => {
  const db = open(await emptyDatabaseUrl());
  await expect(migrate(db, join(packageRoot, 'test/fixtures/broken-migrations'))).rejects.toThrow();
  const fresh = await migrate(db, FOLDER);
  expect(fresh[0]).toBe('0001-catalogue');
});

test.runIf(engine === 'sqlite')(
  'what SQLite acknowledged is on the disk: also when an existing file is opened',
  async () => {
    const url = await emptyDatabaseUrl();
    const first = openDatabase(url, () => {});
    await migrate(first, FOLDER);
    await first.close();
    const again = open(url);
    const synchronous = await sql<{ synchronous: number }>`PRAGMA synchronous`.execute(again.kysely);
    expect(synchronous.rows[0]?.synchronous).toBe(2);
    const mode = await sql<{ journal_mode: string }>`PRAGMA journal_mode`.execute(again.kysely);
    expect(mode.rows[0]?.journal_mode).toBe('wal');
    const keys = await sql<{ foreign_keys: number }>`PRAGMA foreign_keys`.execute(again.kysely);
    expect(keys.rows[0]?.foreign_keys).toBe(1);
  },
);

test.runIf(engine === 'sqlite')('a transaction takes the write lock at its start', async () => {
  const url = await emptyDatabaseUrl();
  const db = open(url);
  await migrate(db, FOLDER);
  const other = new BetterSqlite3(url.replace('sqlite:', ''), { timeout: 0 });
  onTestFinished(() => void other.close());
  await db.transaction(async () => {
    expect(() => other.exec('BEGIN IMMEDIATE')).toThrow(/locked/);
  });
  other.exec('BEGIN IMMEDIATE');
  other.exec('COMMIT');
});
