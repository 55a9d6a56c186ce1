import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import BetterSqlite3 from 'better-sqlite3';
import {
  CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  type Driver,
  Kysely,
  type SqliteDatabase,
  SqliteDialect,
  SqliteDriver,
  Transaction,
} from 'kysely';
import { endingFirst, lastWrites } from '../asking.ts';
import { countFailures } from '../failures.ts';
import type { Database } from '../open.ts';
import type { Tables } from '../tables/index.ts';
import { SqliteThread } from './thread.ts';
import { BEGIN, ThreadConnection } from './thread-connection.ts';

type Connection = BetterSqlite3.Database;

export interface SqliteOptions {
  /** Milliseconds for which it waits while somebody else writes. */
  patience?: number | undefined;
  /** Writes on a thread of its own: for a server, which has other things to do while the disk works. */
  thread?: boolean | undefined;
}

/** Upper pages of the indexes, and what is read most. The rest of a large file the operating system keeps, and gives as fast (`docs/growing.md`). */
const READ_AT_MOST_KB = 24 * 1024;

/**
 * One connection writes, behind Kysely's queue of one; a second, read-only one serves the hot prepared statements, so that they
 * never see what a running transaction has not committed.
 */
export function openSqlite(file: string, { patience = 5000, thread = false }: SqliteOptions = {}): Database {
  mkdirSync(dirname(file), { recursive: true });
  const reader = connect(file, patience);
  reader.pragma('query_only = ON');
  reader.pragma(`cache_size = ${-READ_AT_MOST_KB}`);
  const writer = thread ? writerApart(file, patience) : writerHere(file, patience);
  const failed = countFailures();
  const kysely = new Kysely<Tables>({ dialect: writer.dialect, log: failed.log });
  return {
    engine: 'sqlite',
    kysely,
    transaction: writer.together ? transactionsOf(kysely, writer.dialect) : endingFirst(kysely),
    prepare: (_name, sql, options) => {
      const statement = reader.prepare(sql).raw(options?.arrays ?? false);
      return { all: async (...values) => statement.all(...values) as never[] };
    },
    exec: (script) => writer.exec(script),
    check: async () => {
      mustBeFull(await writer.synchronous(), file);
      mustBeFull(reader.pragma('synchronous', { simple: true }), file);
      reader.prepare('SELECT number FROM schema_migrations LIMIT 1').get();
    },
    inspect: async () => {
      // By a connection of its own: what it reads is the whole file, and would stay in the memory of one that lives on.
      const inspector = connect(file, patience);
      try {
        const found = inspector.pragma('quick_check(3)', { simple: true }) as string;
        if (found !== 'ok') throw Object.assign(new Error(found), { code: 'SQLITE_CORRUPT' });
      } finally {
        inspector.close();
      }
    },
    onHint: () => async () => {},
    failures: failed.count,
    close: async () => {
      await kysely.destroy();
      await writer.close();
      reader.close();
    },
  };
}

/** The one connection that writes. */
interface Writer {
  dialect: Dialect;
  /** Whether questions of one transaction may be said at once. */
  together: boolean;
  exec: (script: string) => Promise<void>;
  synchronous: () => Promise<unknown>;
  close: () => Promise<void>;
}

function writerHere(file: string, patience: number): Writer {
  const connection = connect(file, patience);
  return {
    together: false,
    dialect: new ImmediateDialect(rememberStatements(connection), patience),
    exec: async (script) => {
      connection.exec(script);
    },
    synchronous: async () => connection.pragma('synchronous', { simple: true }),
    close: async () => {
      connection.close();
    },
  };
}

function writerApart(file: string, patience: number): Writer {
  const thread = new SqliteThread({ file, timeout: Math.min(patience, HELD_UP), pragmas: PRAGMAS });
  const nothing: SqliteDatabase = {
    prepare: () => {
      throw new Error('rows of a database on a thread come all at once');
    },
    close: () => {},
  };
  return {
    together: true,
    dialect: new ImmediateDialect(nothing, patience, thread),
    exec: (script) => thread.exec(script),
    synchronous: async () =>
      (await thread.execute<{ synchronous: number }>('PRAGMA synchronous', [])).rows[0]?.synchronous,
    close: () => thread.close(),
  };
}

/**
 * Transactions whose questions are said at once. Kysely's own say one after the other, each when the one before it was answered; here the
 * thread keeps their order, and commits only where none has failed that nobody knows of.
 */
function transactionsOf(kysely: Kysely<Tables>, dialect: Dialect): Database['transaction'] {
  const executor = kysely.getExecutor();
  const props = { config: { dialect }, dialect, driver: dialect.createDriver() };
  return async (work) => {
    const { last, ended } = lastWrites();
    const { result, done } = await executor.provideConnection(async (one) => {
      const connection = one as ThreadConnection;
      const within = executor.withConnectionProvider({ provideConnection: (consumer) => consumer(connection) });
      connection.begin();
      try {
        const result = await work(new Transaction<Tables>({ ...props, executor: within }), last);
        const { said, done } = connection.commit();
        await said;
        return { result, done };
      } catch (error) {
        await connection.rollback();
        throw error;
      }
    });
    await done;
    await ended();
    return result;
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
  for (const pragma of PRAGMAS) connection.pragma(pragma);
  mustBeFull(connection.pragma('synchronous', { simple: true }), file);
  return connection;
}

/**
 * better-sqlite3 is compiled with NORMAL for WAL and applies it when an existing file is opened again: after a power cut that
 * loses acknowledged publications. It is set at every open, and looked at whether it held.
 */
const PRAGMAS = ['synchronous = FULL', 'foreign_keys = ON', 'journal_size_limit = 67108864'];

function mustBeFull(synchronous: unknown, file: string): void {
  if (synchronous !== 2) throw new Error(`${file}: synchronous=FULL was not accepted`);
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

/** Takes the write lock at BEGIN: a read that is promoted later answers SQLITE_BUSY at once, whatever the timeout. */
class ImmediateDriver extends SqliteDriver {
  readonly #patience: number;
  readonly #thread: SqliteThread | undefined;

  /** @param thread runs the statements in place of the database, where that is on a thread of its own. */
  constructor(database: SqliteDatabase, patience: number, thread?: SqliteThread) {
    super({ database });
    this.#patience = patience;
    this.#thread = thread;
  }

  override async acquireConnection(): Promise<DatabaseConnection> {
    const connection = await super.acquireConnection();
    if (this.#thread) return new ThreadConnection(this.#thread, (work, how) => this.#untilFree(work, how));
    let begun = false;
    return {
      executeQuery: async (query) => {
        // In a transaction nobody else may come in between.
        const result = await this.#untilFree(() => connection.executeQuery<never>(query), { aside: !begun });
        begun ||= query.sql === BEGIN;
        return result;
      },
      streamQuery: (query, size) => connection.streamQuery(query, size),
    };
  }

  /**
   * A backup, a checkpoint or another process' write lasts a moment: it is waited for without holding up the pages. Where it lasts
   * longer (an import of a million rows), those who only read go first meanwhile, and all who want to write wait together and not one
   * after the other.
   */
  async #untilFree<Result>(work: () => Promise<Result>, { aside }: { aside: boolean }): Promise<Result> {
    const until = performance.now() + this.#patience;
    for (;;) {
      try {
        return await work();
      } catch (error) {
        if ((error as { code?: string }).code !== 'SQLITE_BUSY' || performance.now() > until) throw error;
        if (aside) await super.releaseConnection();
        await wait(20);
        if (aside) await super.acquireConnection();
      }
    }
  }

  override async beginTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw(BEGIN));
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

class ImmediateDialect extends SqliteDialect {
  readonly #driver: Driver;
  constructor(database: SqliteDatabase, patience: number, thread?: SqliteThread) {
    super({ database });
    this.#driver = new ImmediateDriver(database, patience, thread);
  }
  override createDriver(): Driver {
    return this.#driver;
  }
}
