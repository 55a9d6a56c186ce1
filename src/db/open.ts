import type { Kysely, Transaction } from 'kysely';
import { openPostgres } from './postgres/postgres.ts';
import { openSqlite } from './sqlite/sqlite.ts';
import type { Tables } from './tables/index.ts';

/** What a store's question takes: it runs alone or inside a transaction alike. */
export type Reader = Kysely<Tables>;

/** What a store's change takes. Nothing outside the process is awaited while one is open. */
export type Tx = Transaction<Tables>;

/** Takes what a transaction writes last, already said: it fails where that fails. */
export type Last = (writes: Promise<unknown>) => void;

/** A prepared read for hot paths: `?` for each value, on both engines. */
export interface Prepared<Row> {
  all(...values: (string | number | null)[]): Promise<Row[]>;
}

export interface PrepareOptions {
  /** May be answered by a replica (DATABASE_READ_URL), a moment behind. Never for what the same request may just have written. */
  replica?: boolean;
  /** Rows come as arrays in the order of the columns: a fifth less work for a row of several. */
  arrays?: boolean;
}

export interface Database {
  engine: 'sqlite' | 'postgres';
  kysely: Reader;
  /**
   * All or nothing. On SQLite it takes the write lock at its start, on PostgreSQL rows are locked as they are changed. What is written at its
   * end and nobody's answer depends on may be given to `last`: the commit is said together with it.
   */
  transaction<T>(work: (tx: Tx, last: Last) => Promise<T>): Promise<T>;
  /** `name` must be unique for each text: PostgreSQL keeps the plan under it. */
  prepare<Row>(name: string, sql: string, options?: PrepareOptions): Prepared<Row>;
  /** Runs a script of several statements: migrations only. */
  exec(sql: string): Promise<void>;
  /** Whether it answers, and keeps what it acknowledges. @throws Error saying what is wrong. */
  check(): Promise<void>;
  /** Reads all of it and looks whether it is whole; a second for each few hundred MB. PostgreSQL does that itself. @throws Error */
  inspect(): Promise<void>;
  /** Calls when there may be a new edition, sooner than the next look would see it. @returns how to end that. */
  onHint(listener: () => void): () => Promise<void>;
  /** Statements that failed since it was opened. */
  failures(): number;
  close(): Promise<void>;
}

/** How the ground floor reports what nobody is waiting for. */
export type Warn = (error: unknown, message: string) => void;

export interface OpenOptions {
  /** Milliseconds for which SQLite waits while somebody else writes. */
  patience?: number;
  /** SQLite writes on a thread of its own: for a server, which has other things to do while the disk works. */
  thread?: boolean;
  /** A replica for reads that may be a moment old; PostgreSQL only. */
  readUrl?: string | undefined;
}

/** `url` is `postgres://…` or `sqlite:PATH`. */
export function openDatabase(url: string, warn: Warn, options: OpenOptions = {}): Database {
  if (/^postgres(ql)?:\/\//.test(url)) return openPostgres(url, warn, options);
  return openSqlite(url.replace(/^sqlite:/, ''), options);
}

/** A unique constraint refused the row: somebody else was first. */
export function isUniqueViolation(error: unknown): boolean {
  const code = (error as { code?: unknown } | null)?.code;
  return code === '23505' || code === 'SQLITE_CONSTRAINT_UNIQUE' || code === 'SQLITE_CONSTRAINT_PRIMARYKEY';
}

/** Does work again that lost to somebody who reached for the same unique value at the same moment; it looks afresh each time. */
export async function retryOnCollision<Result>(work: () => Promise<Result>): Promise<Result> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      if (attempt === 5 || !isUniqueViolation(error)) throw error;
    }
  }
}
