import { closeSync, copyFileSync, existsSync, fsyncSync, openSync, renameSync, rmSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import BetterSqlite3 from 'better-sqlite3';
import { troubleAdvice, troubleOf } from './trouble.ts';

/** Backing up and putting back a SQLite file. PostgreSQL has its own tools, which know more. */

export interface Found {
  /** Migrations that it has. */
  schema: number;
  bytes: number;
}

/**
 * Copies a database while it is written to: one consistent moment of it, checked, and on the disk before it has its name.
 * @throws Error with what to do.
 */
export function backUp(file: string, target: string): Found {
  if (!existsSync(file)) throw new Error(`${file}: there is no database.`);
  if (existsSync(target)) throw new Error(`${target} exists; a backup never overwrites another. Name a new file.`);
  const beside = `${target}.part`;
  rmSync(beside, { force: true });
  try {
    const source = new BetterSqlite3(file, { readonly: true, timeout: 10_000 });
    try {
      // VACUUM INTO reads in one transaction, so nothing that is written meanwhile gets into it by halves; it does not sync.
      source.prepare('VACUUM INTO ?').run(beside);
    } finally {
      source.close();
    }
    const found = looksWhole(beside);
    syncFile(beside);
    renameSync(beside, target);
    syncFile(dirname(target));
    return found;
  } catch (error) {
    rmSync(beside, { force: true });
    throw advised(error, file);
  }
}

/** Reads a backup from end to end. @throws Error saying what is wrong with it. */
export function looksWhole(file: string): Found {
  if (!existsSync(file)) throw new Error(`${file}: there is no such file.`);
  const database = openForReading(file);
  try {
    const problems = database.pragma('integrity_check(3)') as { integrity_check: string }[];
    const text = problems.map((problem) => problem.integrity_check).join('; ');
    if (text !== 'ok') throw new Error(`${file} is damaged or no database: ${text}`);
    const table = database.prepare("SELECT 1 FROM sqlite_master WHERE name = 'schema_migrations'").get();
    if (!table) throw new Error(`${file} is a SQLite database, but not one of Shirase.`);
    const { schema } = database.prepare('SELECT max(number) AS schema FROM schema_migrations').get() as {
      schema: number;
    };
    return { schema, bytes: statSync(file).size };
  } finally {
    database.close();
  }
}

function openForReading(file: string): BetterSqlite3.Database {
  try {
    const database = new BetterSqlite3(file, { readonly: true });
    database.pragma('schema_version');
    return database;
  } catch (error) {
    throw new Error(`${file} is damaged or no database: ${(error as Error).message}`);
  }
}

/**
 * Puts a checked backup in a database's place. The one that was there stays beside it under the name that is returned.
 * @throws Error where something runs on it, or it is there and `force` was not given.
 */
export function putBack(backup: string, file: string, options: { force: boolean; stamp: string }): string | undefined {
  looksWhole(backup);
  const there = existsSync(file);
  if (there && !options.force)
    throw new Error(`${file} exists. --force puts the backup in its place and keeps it beside.`);
  if (there) mustBeAlone(file);
  const beside = `${file}.restoring`;
  copyFileSync(backup, beside);
  syncFile(beside);
  const replaced = there ? `${file}.${options.stamp}.replaced` : undefined;
  for (const end of ['-wal', '-shm', '']) {
    if (!existsSync(file + end)) continue;
    if (replaced) renameSync(file + end, replaced + end);
    else rmSync(file + end);
  }
  renameSync(beside, file);
  syncFile(dirname(file));
  return replaced;
}

/** A running server would go on writing into the file that is being replaced. */
function mustBeAlone(file: string): void {
  let database: BetterSqlite3.Database | undefined;
  try {
    database = new BetterSqlite3(file, { timeout: 0 });
    database.pragma('locking_mode = EXCLUSIVE');
    database.exec('BEGIN EXCLUSIVE; COMMIT');
  } catch (error) {
    if (troubleOf(error) === 'locked') throw new Error(`A server or command is using ${file}. Stop it first.`);
    // Damaged: that is why it is replaced.
  } finally {
    database?.close();
  }
}

function syncFile(path: string): void {
  const handle = openSync(path, 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

function advised(error: unknown, file: string): unknown {
  const trouble = troubleOf(error);
  return trouble ? new Error(troubleAdvice(trouble, file), { cause: error }) : error;
}
