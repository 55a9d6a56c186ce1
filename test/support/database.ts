import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { packageRoot } from '../../src/config.ts';
import { migrate } from '../../src/db/migrate.ts';
import { type Database, openDatabase } from '../../src/db/open.ts';

/** The suite runs once on each engine: vitest.config.ts sets TEST_ENGINE for its projects. */
export const engine = process.env.TEST_ENGINE === 'postgres' ? 'postgres' : 'sqlite';

const POSTGRES = process.env.TEST_DATABASE_URL ?? 'postgres://postgres@127.0.0.1:5432/test';

/** The URL of a database that nobody else has, removed when the test ends. */
export async function emptyDatabaseUrl(): Promise<string> {
  if (engine === 'sqlite') {
    const folder = mkdtempSync(join(tmpdir(), 'shirase-'));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    return `sqlite:${join(folder, 'shirase.db')}`;
  }
  const schema = `t_${randomBytes(8).toString('hex')}`;
  const admin = openDatabase(POSTGRES, () => {});
  await admin.exec(`CREATE SCHEMA ${schema}`);
  onTestFinished(async () => {
    await admin.exec(`DROP SCHEMA ${schema} CASCADE`);
    await admin.close();
  });
  return `${POSTGRES}?options=${encodeURIComponent(`-c search_path=${schema}`)}`;
}

/** A migrated, empty database of its own for this test. */
export async function freshDatabase(): Promise<Database> {
  const url = await emptyDatabaseUrl();
  const db = openDatabase(url, () => {});
  onTestFinished(() => db.close());
  await migrate(db, join(packageRoot, 'migrations'));
  return db;
}
