import { Kysely, type LogEvent, PostgresDialect } from 'kysely';
import pg from 'pg';
import { endingFirst } from '../asking.ts';
import { countFailures } from '../failures.ts';
import type { Database, OpenOptions, Warn } from '../open.ts';
import type { Tables } from '../tables/index.ts';
import { Hosts } from './hosts.ts';
import { Listener } from './listener.ts';
import { cut, Primary } from './primary.ts';

// int8 (epoch milliseconds, counts) as a safe number, as SQLite gives it
pg.types.setTypeParser(pg.types.builtins.INT8, (text) => {
  const value = Number(text);
  if (!Number.isSafeInteger(value)) throw new RangeError(`${text} does not fit a number`);
  return value;
});

/** Connections of one process. Eight processes of it fit PostgreSQL's default of a hundred. */
const CONNECTIONS = 10;

export function openPostgres(url: string, warn: Warn, { readUrl }: OpenOptions = {}): Database {
  const hosts = new Hosts(url);
  const pool = openPool(hosts, warn, { connectionTimeoutMillis: 5000 });
  const primary = new Primary(pool.pool, { url: () => hosts.current, dropAll: pool.dropAll });
  const replica = readUrl ? new Replica(readUrl, warn) : undefined;
  const failed = countFailures();
  const log = (event: LogEvent) => {
    failed.log(event);
    // A primary that has become a replica refuses to write on connections that outlived it.
    if (event.level === 'error' && (event.error as { code?: string } | null)?.code === '25006') {
      hosts.failed(hosts.current);
      pool.dropAll();
    }
  };
  const kysely = new Kysely<Tables>({ dialect: new PostgresDialect({ pool: primary.connections }), log });
  return {
    engine: 'postgres',
    kysely,
    transaction: endingFirst(kysely),
    prepare: (name, sql, options) => {
      let n = 0;
      const text = sql.replaceAll('?', () => `$${++n}`);
      const query = { name, text, ...(options?.arrays ? { rowMode: 'array' as const } : {}) };
      const ask = (values: unknown[]) => primary.ask({ ...query, values });
      if (!options?.replica || !replica) return { all: (...values) => ask(values) };
      return { all: async (...values) => (await replica.ask({ ...query, values })) ?? (await ask(values)) };
    },
    exec: async (sql) => {
      await pool.pool.query(sql);
    },
    check: async () => {
      await pool.pool.query('SELECT number FROM schema_migrations LIMIT 1');
    },
    inspect: async () => {},
    onHint: (listener) => new Listener(hosts, listener).stop,
    failures: failed.count,
    close: async () => {
      await kysely.destroy();
      await replica?.close();
    },
  };
}

interface Pool {
  pool: pg.Pool;
  /** Cuts every connection: who waits for an answer fails, and the next one connects afresh. */
  dropAll: () => void;
}

function openPool(hosts: Hosts, warn: Warn, options: pg.PoolConfig): Pool {
  const pool = new pg.Pool({
    ...options,
    max: CONNECTIONS,
    idleTimeoutMillis: 30_000,
    keepAlive: true,
    keepAliveInitialDelayMillis: 5000,
    Client: clientFor(hosts) as never,
  });
  const clients = new Set<pg.PoolClient>();
  // Without a listener the loss of a connection, idle or at work, ends the process.
  pool.on('error', (error) => warn(error, 'an idle PostgreSQL connection was lost'));
  pool.on('connect', (client) => {
    clients.add(client);
    client.on('error', () => {});
  });
  pool.on('remove', (client) => clients.delete(client));
  const dropAll = () => {
    for (const client of clients) cut(client);
  };
  return { pool, dropAll };
}

/** A client of whichever host is the primary now. */
function clientFor(hosts: Hosts) {
  return class extends pg.Client {
    readonly #url: string;

    constructor(config: pg.ClientConfig) {
      const url = hosts.current;
      super({ ...config, connectionString: url });
      this.#url = url;
    }

    override connect(): Promise<pg.Client>;
    override connect(callback: ((error: Error) => void) | ((error: null, client: pg.Client) => void)): void;
    override connect(callback?: (error: never, client: never) => void): Promise<pg.Client> | undefined {
      const connected = this.#connect();
      if (!callback) return connected;
      connected.then(
        () => callback(undefined as never, this as never),
        (error: unknown) => callback(error as never, undefined as never),
      );
      return undefined;
    }

    async #connect(): Promise<pg.Client> {
      try {
        await super.connect();
        if (hosts.several) await this.#mustBePrimary();
        return this;
      } catch (error) {
        hosts.failed(this.#url);
        throw error;
      }
    }

    async #mustBePrimary(): Promise<void> {
      const { rows } = await this.query<{ standby: boolean }>('SELECT pg_is_in_recovery() AS standby');
      if (!rows[0]?.standby) return;
      await this.end();
      throw Object.assign(new Error('this PostgreSQL is a replica; the next one is asked'), { code: '08001' });
    }
  };
}

/** Milliseconds. Whoever looks up his mail must not wait for a replica that is gone. */
const REPLICA_PATIENCE = 500;
const REPLICA_REST = 5000;

/** Answers reads that may be a moment old. Where it does not, the primary does, and for five seconds it is not asked again. */
class Replica {
  readonly #pool: pg.Pool;
  readonly #warn: Warn;
  #restsUntil = 0;

  constructor(url: string, warn: Warn) {
    this.#warn = warn;
    this.#pool = openPool(new Hosts(url), () => {}, {
      connectionTimeoutMillis: REPLICA_PATIENCE,
      query_timeout: REPLICA_PATIENCE,
    }).pool;
  }

  /** undefined: ask the primary. */
  async ask(query: pg.QueryConfig): Promise<never[] | undefined> {
    if (performance.now() < this.#restsUntil) return undefined;
    try {
      return (await this.#pool.query(query)).rows as never[];
    } catch (error) {
      if (performance.now() >= this.#restsUntil) this.#warn(error, 'the replica does not answer; the primary does');
      this.#restsUntil = performance.now() + REPLICA_REST;
      return undefined;
    }
  }

  close(): Promise<void> {
    return this.#pool.end();
  }
}
