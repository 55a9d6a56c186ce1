import { copyFileSync, mkdtempSync, rmSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inject, onTestFinished } from 'vitest';
import { type Database, openDatabase } from '../../src/db/open.ts';
import { dropSoon, newPostgresDatabase } from './postgres-stock.ts';
import { postgresNamed } from './template.ts';

/** The suite runs once on each engine: vitest.config.ts sets TEST_ENGINE for its projects. */
export const engine = process.env.TEST_ENGINE === 'postgres' ? 'postgres' : 'sqlite';

/** What statfs calls a file system in memory. */
const TMPFS = 0x01021994;

/** Processes die in these tests and no machine does: what was committed is there in memory, too, and each commit waits for a disk elsewhere. */
const shelf = roomInMemory() ? '/dev/shm' : tmpdir();

/** The URL of a database that nobody else has, without a table, removed when the test ends. */
export const emptyDatabaseUrl = (): Promise<string> => newDatabaseUrl();

/** A migrated, empty database of its own for this test. */
export async function freshDatabase(): Promise<Database> {
  const url = await newDatabaseUrl(inject('template'));
  const db = openDatabase(engine === 'postgres' ? unhurried(url) : url, () => {});
  onTestFinished(() => db.close());
  return db;
}

async function newDatabaseUrl(template?: string): Promise<string> {
  if (engine === 'sqlite') {
    const folder = mkdtempSync(join(shelf, 'shirase-'));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    const file = join(folder, 'shirase.db');
    if (template) copyFileSync(template, file);
    return `sqlite:${file}`;
  }
  const name = await newPostgresDatabase(template);
  onTestFinished(() => dropSoon(name));
  return postgresNamed(name);
}

/** The same database; its server does not die either, so that no commit waits for the disk. */
function unhurried(url: string): string {
  return `${url}?options=${encodeURIComponent('-c synchronous_commit=off')}`;
}

/** A container's is often of 64 MB. */
function roomInMemory(): boolean {
  try {
    const { type, bavail, bsize } = statfsSync('/dev/shm');
    return type === TMPFS && bavail * bsize > 1024 ** 3;
  } catch {
    return false;
  }
}
