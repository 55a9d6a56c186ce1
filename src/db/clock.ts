import { sql } from 'kysely';
import { type Clock, type Instant, SECOND, systemClock } from '../time.ts';
import type { Database } from './open.ts';

const LOOK = 2 * SECOND;

/**
 * The time by which all go that share a database. On PostgreSQL that is the database's: leases, limits and what is due are compared
 * across nodes, and a node whose own clock is minutes off would take over mails that another one is just handing over. SQLite has
 * one machine and its clock.
 * @param own of this machine, in milliseconds since whenever; only what passes on it between two looks counts.
 */
export async function sharedClock(db: Database, own?: () => number): Promise<Clock & { stop(): void }> {
  if (db.engine === 'sqlite') return { now: () => systemClock.now(), stop: () => {} };
  const clock = new DatabaseClock(db, own ?? (() => performance.now()));
  await clock.look();
  clock.start();
  return clock;
}

class DatabaseClock implements Clock {
  readonly #db: Database;
  readonly #own: () => number;
  /** How far the database's time is ahead of our own. */
  #ahead: number | undefined;
  #next: NodeJS.Timeout | undefined;

  constructor(db: Database, own: () => number) {
    this.#db = db;
    this.#own = own;
  }

  now(): Instant {
    return Math.round(this.#own() + (this.#ahead ?? 0));
  }

  /** Changes nothing as long as the answer may have been given at the time that we tell: a slow answer moves no clock. */
  async look(): Promise<void> {
    const asked = this.#own();
    const told = await timeOf(this.#db);
    const [least, most] = [told - this.#own(), told - asked];
    this.#ahead = Math.min(Math.max(this.#ahead ?? (least + most) / 2, least), most);
  }

  start(): void {
    this.#next = setTimeout(() => {
      // Without an answer our own clock goes on; that the database is away is told elsewhere.
      const again = () => this.#next && this.start();
      this.look().then(again, again);
    }, LOOK);
    this.#next.unref();
  }

  stop(): void {
    clearTimeout(this.#next);
    this.#next = undefined;
  }
}

async function timeOf({ kysely }: Database): Promise<number> {
  const { rows } = await sql<{
    now: number;
  }>`SELECT (extract(epoch FROM clock_timestamp()) * 1000)::float8 AS now`.execute(kysely);
  return rows[0]?.now ?? Number.NaN;
}
