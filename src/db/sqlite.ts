import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import BetterSqlite3 from 'better-sqlite3';
import {
  CompiledQuery,
  type DatabaseConnection,
  type Driver,
  Kysely,
  type SqliteDatabase,
  SqliteDialect,
  SqliteDriver,
} from 'kysely';
import { countFailures } from './failures.ts';
import type { Database } from './open.ts';
import type { Tables } from './tables/index.ts';

type Connection = BetterSqlite3.Database;

/**
 * One connection writes, behind Kysely's queue of one; a second, read-only one serves the hot prepared statements, so that they
 * never see what a running transaction has not committed.
 */
export function openSqlite(file: string, patience = 5000): Database {
  mkdirSync(dirname(file), { recursive: true });
  const writer = connect(file, patience);
  const reader = connect(file, patience);
  reader.pragma('query_only = ON');
  const failed = countFailures();
  const kysely = new Kysely<Tables>({
    dialect: new ImmediateDialect({ database: rememberStatements(writer) }, patience),
    log: failed.log,
  });
  return {
    engine: 'sqlite',
    kysely,
    transaction: (work) => kysely.transaction().execute(work),
    prepare: (_name, sql) => {
      const statement = reader.prepare(sql);
      return { all: async (...values) => statement.all(...values) as never[] };
    },
    exec: async (sql) => {
      writer.exec(sql);
    },
    check: async () => {
      for (const connection of [writer, reader]) mustBeFull(connection, file);
      reader.prepare('SELECT number FROM schema_migrations LIMIT 1').get();
    },
    inspect: async () => {
      const found = reader.pragma('quick_check(3)', { simple: true }) as string;
      if (found !== 'ok') throw Object.assign(new Error(found), { code: 'SQLITE_CORRUPT' });
    },
    onHint: () => async () => {},
    failures: failed.count,
    close: async () => {
      await kysely.destroy();
      reader.close();
    },
  };
}

/**
 * Milliseconds for which the library itself waits for a lock, and the whole process with it: no page is served meanwhile. The rest of
 * the patience is waited for outside of it.
 */
const HELD_UP = 50;

function connect(file: string, patience: number): Connection {
  const connection = new BetterSqlite3(file, { timeout: Math.min(patience, HELD_UP) });
  try {
    return prepared(connection, file, patience);
  } catch (error) {
    connection.close();
    throw error;
  }
}

function prepared(connection: Connection, file: string, patience: number): Connection {
  retryWhileBusy(patience, () => connection.pragma('journal_mode = WAL'));
  // better-sqlite3 is compiled with NORMAL for WAL and applies it when an existing file is opened again: after a power cut that
  // loses acknowledged publications. Set it at every open and look whether it held.
  connection.pragma('synchronous = FULL');
  mustBeFull(connection, file);
  connection.pragma('foreign_keys = ON');
  connection.pragma('journal_size_limit = 67108864');
  return connection;
}

function mustBeFull(connection: Connection, file: string): void {
  if (connection.pragma('synchronous', { simple: true }) !== 2)
    throw new Error(`${file}: synchronous=FULL was not accepted`);
}

/** Changing to WAL from several processes at once can answer SQLITE_BUSY in spite of the timeout. */
function retryWhileBusy(patience: number, act: () => void): void {
  for (let attempt = 1; ; attempt++) {
    try {
      act();
      return;
    } catch (error) {
      if (attempt * HELD_UP > patience || (error as { code?: string }).code !== 'SQLITE_BUSY') throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20);
    }
  }
}

/** Kysely prepares each statement anew; the same few hundred texts come again and again. */
function rememberStatements(connection: Connection): SqliteDatabase {
  const statements = new Map<string, BetterSqlite3.Statement>();
  return {
    prepare: (sql) => {
      let statement = statements.get(sql);
      if (!statement) {
        if (statements.size >= 500) statements.clear();
        statement = connection.prepare(sql);
        statements.set(sql, statement);
      }
      return statement;
    },
    close: () => connection.close(),
  };
}

class ImmediateDialect extends SqliteDialect {
  readonly #config: { database: SqliteDatabase };
  readonly #patience: number;
  constructor(config: { database: SqliteDatabase }, patience: number) {
    super(config);
    this.#config = config;
    this.#patience = patience;
  }
  override createDriver(): Driver {
    return new ImmediateDriver(this.#config, this.#patience);
  }
}

/** Takes the write lock at BEGIN: a read that is promoted later answers SQLITE_BUSY at once, whatever the timeout. */
class ImmediateDriver extends SqliteDriver {
  readonly #patience: number;
  constructor(config: { database: SqliteDatabase }, patience: number) {
    super(config);
    this.#patience = patience;
  }

  override async acquireConnection(): Promise<DatabaseConnection> {
    const connection = await super.acquireConnection();
    return {
      executeQuery: (query) => this.#untilFree(() => connection.executeQuery(query)),
      streamQuery: (query, size) => connection.streamQuery(query, size),
    };
  }

  /** A backup, a checkpoint or another process' write lasts a moment: it is waited for without holding up the pages. */
  async #untilFree<Result>(work: () => Promise<Result>): Promise<Result> {
    const until = performance.now() + this.#patience;
    for (;;) {
      try {
        return await work();
      } catch (error) {
        if ((error as { code?: string }).code !== 'SQLITE_BUSY' || performance.now() > until) throw error;
        await wait(20);
      }
    }
  }

  override async beginTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw('BEGIN IMMEDIATE'));
  }

  /** A full or failing disk has rolled back already; the complaint about that would hide the cause. */
  override async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    try {
      await super.rollbackTransaction(connection);
    } catch (error) {
      if (!String((error as Error).message).includes('no transaction is active')) throw error;
    }
  }
}
