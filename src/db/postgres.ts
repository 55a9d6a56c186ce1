import { Kysely, PostgresDialect } from 'kysely';
import pg from 'pg';
import { countFailures } from './failures.ts';
import type { Database, Warn } from './open.ts';
import type { Tables } from './tables/index.ts';

// int8 (epoch milliseconds, counts) as a safe number, as SQLite gives it
pg.types.setTypeParser(pg.types.builtins.INT8, (text) => {
  const value = Number(text);
  if (!Number.isSafeInteger(value)) throw new RangeError(`${text} does not fit a number`);
  return value;
});

export function openPostgres(url: string, warn: Warn): Database {
  const pool = new pg.Pool({
    connectionString: url,
    max: 10,
    connectionTimeoutMillis: 5000,
    idleTimeoutMillis: 30_000,
  });
  // Without a listener the loss of an idle connection ends the process.
  pool.on('error', (error) => warn(error, 'an idle PostgreSQL connection was lost'));
  const failed = countFailures();
  const kysely = new Kysely<Tables>({ dialect: new PostgresDialect({ pool }), log: failed.log });
  return {
    engine: 'postgres',
    kysely,
    transaction: (work) => kysely.transaction().execute(work),
    prepare: (name, sql) => {
      let n = 0;
      const text = sql.replaceAll('?', () => `$${++n}`);
      return { all: async (...values) => (await pool.query({ name, text, values })).rows as never[] };
    },
    exec: async (sql) => {
      await pool.query(sql);
    },
    check: async () => {
      await pool.query('SELECT number FROM schema_migrations LIMIT 1');
    },
    inspect: async () => {},
    failures: failed.count,
    close: () => kysely.destroy(),
  };
}
