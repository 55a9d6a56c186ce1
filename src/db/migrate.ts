import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { sql } from 'kysely';
import type { Database, Tx } from './open.ts';

interface Migration {
  number: number;
  name: string;
  sql: string;
}

/** Any number nobody else uses: one database, one migrator at a time. */
const ADVISORY_LOCK = 7_204_2014;

/**
 * Brings the schema up to this program's. Any number of processes may start at once: check and change happen under one lock.
 * @returns the names that were applied.
 * @throws when the database was made by a newer program.
 */
export async function migrate(db: Database, folder: string): Promise<string[]> {
  const known = readMigrations(folder, db.engine);
  return db.transaction(async (tx) => {
    if (db.engine === 'postgres') await sql`SELECT pg_advisory_xact_lock(${sql.lit(ADVISORY_LOCK)})`.execute(tx);
    await sql`CREATE TABLE IF NOT EXISTS schema_migrations (number integer PRIMARY KEY, name text NOT NULL)`.execute(
      tx,
    );
    const done = await sql<{ number: number; name: string }>`SELECT number, name FROM schema_migrations`.execute(tx);
    const newest = Math.max(0, ...done.rows.map((row) => row.number));
    if (newest > known.length) {
      const unknown = done.rows.find((row) => row.number === newest);
      throw new Error(
        `The database has migration ${newest} (${unknown?.name}), which this program does not know. Start the newer version of Shirase.`,
      );
    }
    const missing = known.filter((migration) => migration.number > newest);
    for (const migration of missing) {
      await sql`INSERT INTO schema_migrations (number, name) VALUES (${migration.number}, ${migration.name})`.execute(
        tx,
      );
      await runScript(db, tx, migration.sql);
    }
    return missing.map((migration) => migration.name);
  });
}

/** The newest migration that the database has (0: none), and the newest that this program knows. Changes nothing. */
export async function schemaOf(db: Database, folder: string): Promise<{ there: number; known: number }> {
  const known = readMigrations(folder, db.engine).length;
  try {
    const newest = sql<{ newest: number | null }>`SELECT max(number) AS newest FROM schema_migrations`;
    return { there: (await newest.execute(db.kysely)).rows[0]?.newest ?? 0, known };
  } catch (error) {
    const { code, message } = error as { code?: string; message: string };
    if (code === '42P01' || message.startsWith('no such table')) return { there: 0, known };
    throw error;
  }
}

/** PostgreSQL takes the whole script in one simple query; better-sqlite3 prepares one statement at a time. */
async function runScript(db: Database, tx: Tx, script: string): Promise<void> {
  const parts = db.engine === 'postgres' ? [script] : statements(script);
  for (const part of parts) await sql.raw(part).execute(tx);
}

/** Splits at the semicolon that ends a line; a trigger's own semicolons stand inside its one line. */
function statements(script: string): string[] {
  return script
    .split(/;[ \t]*(?:--[^\n]*)?\n/)
    .map((part) => part.replace(/^\s*--[^\n]*$/gm, '').trim())
    .filter((part) => part !== '');
}

function readMigrations(folder: string, engine: Database['engine']): Migration[] {
  const files = readdirSync(folder)
    .filter((file) => file.endsWith('.sql'))
    .filter((file) => !/\.(sqlite|postgres)\.sql$/.test(file) || file.endsWith(`.${engine}.sql`))
    .sort();
  return files.map((file, index) => {
    const number = Number(file.slice(0, 4));
    if (number !== index + 1) throw new Error(`migrations/${file}: number ${index + 1} was expected here`);
    return {
      number,
      name: file.replace(/(\.(sqlite|postgres))?\.sql$/, ''),
      sql: readFileSync(join(folder, file), 'utf8'),
    };
  });
}
