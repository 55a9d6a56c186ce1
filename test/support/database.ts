import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inject, onTestFinished } from 'vitest';
import { type Database, openDatabase } from '../../src/db/open.ts';
import { dropSoon, newPostgresDatabase } from './postgres-stock.ts';
import { postgresNamed } from './template.ts';

/** The suite runs once on each engine: vitest.config.ts sets TEST_ENGINE for its projects. */
export const engine = process.env.TEST_ENGINE === 'postgres' ? 'postgres' : 'sqlite';

/** The URL of a database that nobody else has, without a table, removed when the test ends. */
export const emptyDatabaseUrl = (): Promise<string> => newDatabaseUrl();

/** A migrated, empty database of its own for this test. */
export async function freshDatabase(): Promise<Database> {
  const db = openDatabase(await newDatabaseUrl(inject('template')), () => {});
  onTestFinished(() => db.close());
  return db;
}

async function newDatabaseUrl(template?: string): Promise<string> {
  if (engine === 'sqlite') {
    const folder = mkdtempSync(join(tmpdir(), 'shirase-'));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    const file = join(folder, 'shirase.db');
    if (template) copyFileSync(template, file);
    return `sqlite:${file}`;
  }
  const name = await newPostgresDatabase(template);
  onTestFinished(() => dropSoon(name));
  return postgresNamed(name);
}
