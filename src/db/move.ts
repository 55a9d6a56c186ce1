import { createHash } from 'node:crypto';
import BetterSqlite3 from 'better-sqlite3';
import { sql } from 'kysely';
import type { Database, Reader } from './open.ts';

/** Carrying a SQLite installation over to PostgreSQL. Both have the same tables, made by the same migrations. */

/** Is told after each batch. */
export type Progress = (table: string, done: number, all: number) => void;

type Value = string | number | bigint | Buffer | null;
type Row = Record<string, Value>;

interface Table {
  name: string;
  columns: string[];
  /** What names a row: its primary key. */
  key: string[];
}

/** PostgreSQL takes 65,535 parameters in one statement; a few hundred rows are as fast as thousands. */
const PARAMETERS = 20_000;

/**
 * Copies every row into the database at `to`, which the same program has migrated, and compares every row afterwards. What is there
 * already is left, so it may be stopped and started again. The source cannot be written to meanwhile.
 * @returns how many rows each table has.
 * @throws Error where a server runs on the source, or a row is not the same on both sides.
 */
export async function moveTo(file: string, to: Database, progress: Progress): Promise<Record<string, number>> {
  const from = new BetterSqlite3(file, { timeout: 1000, fileMustExist: true });
  try {
    from.exec('BEGIN IMMEDIATE');
    const tables = inOrder(from);
    await sameSchema(from, to);
    const counts: Record<string, number> = {};
    for (const table of tables) counts[table.name] = await copy(from, to, table, progress);
    for (const table of tables) await compare(from, to, table);
    return counts;
  } catch (error) {
    if (String((error as { code?: string }).code).startsWith('SQLITE_BUSY'))
      throw new Error(`A server or command is writing to ${file}. Stop it first.`);
    throw error;
  } finally {
    from.close();
  }
}

async function sameSchema(from: BetterSqlite3.Database, to: Database): Promise<void> {
  const ask = 'SELECT max(number) AS number FROM schema_migrations';
  const here = (from.prepare(ask).get() as { number: number }).number;
  const there = (await sql.raw<{ number: number }>(ask).execute(to.kysely)).rows[0]?.number;
  if (here !== there) throw new Error(`The database has migration ${here}, and the one it goes to ${there ?? 'none'}.`);
}

/** What is referred to comes before what refers to it. */
function inOrder(from: BetterSqlite3.Database): Table[] {
  const names = (
    from
      .prepare("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name")
      .all() as { name: string }[]
  )
    .map((row) => row.name)
    .filter((name) => name !== 'schema_migrations');
  const ordered: string[] = [];
  const visit = (name: string, path: string[]) => {
    if (ordered.includes(name) || path.includes(name)) return;
    const referred = from.pragma(`foreign_key_list(${name})`) as { table: string }[];
    for (const { table } of referred) visit(table, [...path, name]);
    ordered.push(name);
  };
  for (const name of names) visit(name, []);
  return ordered.map((name) => {
    const columns = from.pragma(`table_info(${name})`) as { name: string; pk: number }[];
    const key = columns.filter((column) => column.pk > 0).sort((a, b) => a.pk - b.pk);
    if (key.length === 0) throw new Error(`the table ${name} has no primary key`);
    return { name, columns: columns.map((column) => column.name), key: key.map((column) => column.name) };
  });
}

async function copy(from: BetterSqlite3.Database, to: Database, table: Table, progress: Progress): Promise<number> {
  const all = count(from, table);
  const there = await countThere(to.kysely, table);
  let done = 0;
  // A table that is whole is only compared.
  if (there === all && there > 1) return all;
  for (const rows of batches(from, table)) {
    await to.transaction(async (tx) => {
      await insert(table, rows).execute(tx);
    });
    done += rows.length;
    progress(table.name, done, all);
  }
  return all;
}

/** What a migration has put there (the edition's row, the couriers') is replaced by what the source says. */
function insert(table: Table, rows: Row[]) {
  const columns = sql.join(table.columns.map((column) => sql.ref(column)));
  const values = rows.map((row) => sql`(${sql.join(table.columns.map((column) => row[column] ?? null))})`);
  const rest = table.columns.filter((column) => !table.key.includes(column));
  const key = sql.join(table.key.map((column) => sql.ref(column)));
  const changed = sql.join(
    rest.map((column) => sql`${sql.ref(`${table.name}.${column}`)} IS DISTINCT FROM ${sql.ref(`excluded.${column}`)}`),
    sql` OR `,
  );
  const onConflict =
    rest.length > 0
      ? sql`DO UPDATE SET ${sql.join(rest.map((column) => sql`${sql.ref(column)} = ${sql.ref(`excluded.${column}`)}`))} WHERE ${changed}`
      : sql`DO NOTHING`;
  return sql`INSERT INTO ${sql.table(table.name)} (${columns}) VALUES ${sql.join(values)} ON CONFLICT (${key}) ${onConflict}`;
}

function* batches(from: BetterSqlite3.Database, table: Table): Generator<Row[]> {
  const size = Math.max(1, Math.floor(PARAMETERS / table.columns.length));
  const key = table.key.map((column) => `"${column}"`).join(', ');
  const ask = from.prepare(`SELECT * FROM "${table.name}" ORDER BY ${key}`);
  let batch: Row[] = [];
  for (const row of ask.iterate() as IterableIterator<Row>) {
    batch.push(row);
    if (batch.length < size) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}

function count(from: BetterSqlite3.Database, table: Table): number {
  return (from.prepare(`SELECT count(*) AS n FROM "${table.name}"`).get() as { n: number }).n;
}

async function countThere(to: Reader, table: Table): Promise<number> {
  const { rows } = await sql<{ n: number }>`SELECT count(*) AS n FROM ${sql.table(table.name)}`.execute(to);
  return rows[0]?.n ?? 0;
}

/** Row by row, by their keys. @throws Error naming the table and the first row that differs. */
async function compare(from: BetterSqlite3.Database, to: Database, table: Table): Promise<void> {
  for (const rows of batches(from, table)) {
    const there = new Map((await same(to.kysely, table, rows)).map((row) => [keyOf(table, row), seal(table, row)]));
    const other = rows.find((row) => there.get(keyOf(table, row)) !== seal(table, row));
    if (other) throw new Error(`${table.name}: the row ${keyOf(table, other)} is not the same on both sides`);
  }
  const [here, there] = [count(from, table), await countThere(to.kysely, table)];
  if (here !== there) throw new Error(`${table.name} has ${here} rows, and ${there} where it goes to. Was it empty?`);
}

async function same(to: Reader, table: Table, rows: Row[]): Promise<Row[]> {
  const keys = rows.map((row) => sql`(${sql.join(table.key.map((column) => row[column] ?? null))})`);
  const key = sql.join(table.key.map((column) => sql.ref(column)));
  const found = await sql<Row>`SELECT * FROM ${sql.table(table.name)} WHERE (${key}) IN (${sql.join(keys)})`.execute(
    to,
  );
  return found.rows;
}

const keyOf = (table: Table, row: Row) => table.key.map((column) => String(row[column])).join('/');

function seal(table: Table, row: Row): string {
  const hash = createHash('sha256');
  for (const column of table.columns) {
    const value = row[column] ?? null;
    hash.update(Buffer.isBuffer(value) ? value : value === null ? '\u0000null' : String(value)).update('\u0001');
  }
  return hash.digest('base64');
}
