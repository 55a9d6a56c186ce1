import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { packageRoot } from '../../src/config.ts';
import { migrate } from '../../src/db/migrate.ts';
import { type Database, openDatabase } from '../../src/db/open.ts';

const HEAD = `-- What the migrations make, on SQLite. Written by \`npm run schema\`; a test holds it against migrations/.
-- PostgreSQL has the same tables and indexes; only the triggers of the append-only tables are written differently.
`;

/** The text of docs/schema.sql. */
export async function schemaText(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'shirase-schema-'));
  const db = openDatabase(`sqlite:${join(folder, 'shirase.db')}`, () => {});
  try {
    await migrate(db, join(packageRoot, 'migrations'));
    const { rows } = await sql<{ sql: string }>`
      SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%'
      ORDER BY tbl_name, CASE type WHEN 'table' THEN 0 WHEN 'index' THEN 1 ELSE 2 END, name`.execute(db.kysely);
    return `${HEAD}\n${rows.map((row) => `${row.sql};`).join('\n\n')}\n`;
  } finally {
    await db.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The tables of a database. */
export async function tableNames(db: Database): Promise<string[]> {
  const asked =
    db.engine === 'sqlite'
      ? sql<{ name: string }>`SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'`
      : sql<{ name: string }>`SELECT tablename AS name FROM pg_tables WHERE schemaname = current_schema()`;
  return (await asked.execute(db.kysely)).rows.map((row) => row.name);
}
