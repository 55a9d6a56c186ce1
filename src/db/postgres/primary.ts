import { setImmediate as turn } from 'node:timers/promises';
import pg from 'pg';

/** Milliseconds. A page waits for what is prepared: a primary that says nothing for so long has nothing to say. */
const PATIENCE = 3000;
/** Of pg, which has no codes for them. */
const SILENCE =
  /^(Query read timeout|timeout exceeded when trying to connect|timeout expired|Connection terminated due to connection timeout)/;
/** Milliseconds without a word while somebody waits for one: then it is asked whether it still speaks. */
const QUIET = 1500;
const LOOK = 500;

/** Cuts a connection: who waits for an answer on it fails, and the next one connects afresh. */
export function cut(client: pg.ClientBase): void {
  streamOf(client).destroy();
}

function streamOf(client: pg.ClientBase): NodeJS.ReadableStream & { destroy(): void } {
  return (client as unknown as { connection: { stream: NodeJS.ReadableStream & { destroy(): void } } }).connection
    .stream;
}

/**
 * One that takes connections and then says nothing (its disk hangs, its machine is frozen) holds up the first who ask; after them one at
 * a time tries it, and the others are told at once. A statement may take its time (an import, statistics): nobody is cut off as long as
 * the server speaks at all, on whichever connection. What a silent one does with a commit that it was told nobody knows, and the answer says so.
 */
export class Primary {
  readonly #pool: pg.Pool;
  readonly #url: () => string;
  readonly #dropAll: () => void;
  /** Until when nobody asks; undefined while it answers. Monotonic milliseconds. */
  #restsUntil: number | undefined;
  #heardAt = 0;
  #taken = 0;
  #looks: NodeJS.Timeout | undefined;
  #asking = false;

  constructor(pool: pg.Pool, { url, dropAll }: { url: () => string; dropAll: (this: void) => void }) {
    this.#pool = pool;
    this.#url = url;
    this.#dropAll = dropAll;
    pool.on('connect', (client) => {
      this.#heard();
      streamOf(client).on('data', () => this.#heard());
    });
    pool.on('acquire', () => {
      if (this.#taken++ === 0) this.#watch();
    });
    pool.on('release', () => {
      if (--this.#taken === 0) clearInterval(this.#looks);
    });
  }

  /** What kysely takes its connections from. @throws at once where nothing was said a moment ago. */
  readonly connections = {
    connect: async (): Promise<pg.PoolClient> => {
      this.#mayAsk();
      return this.#pool.connect().catch((error: unknown) => this.#failed(error));
    },
    end: () => this.#pool.end(),
  };

  /** @throws what pg throws, or at once where nothing was said a moment ago. */
  async ask(query: pg.QueryConfig): Promise<never[]> {
    this.#mayAsk();
    const asked = { ...query, query_timeout: PATIENCE } as pg.QueryConfig;
    const { rows } = await this.#pool.query(asked).catch((error: unknown) => this.#failed(error));
    return rows as never[];
  }

  #mayAsk(): void {
    if (this.#restsUntil === undefined) return;
    const now = performance.now();
    if (now < this.#restsUntil) throw Object.assign(new Error('PostgreSQL says nothing'), { code: '08006' });
    // He tries it; whoever comes meanwhile does not.
    this.#restsUntil = now + PATIENCE;
  }

  #failed(error: unknown): never {
    if (SILENCE.test((error as Error).message)) this.#rest();
    throw error;
  }

  #rest(): void {
    this.#restsUntil = performance.now() + PATIENCE;
  }

  #heard(): void {
    this.#heardAt = performance.now();
    this.#restsUntil = undefined;
  }

  #watch(): void {
    this.#heardAt = performance.now();
    this.#looks = setInterval(() => void this.#look(), LOOK);
    this.#looks.unref();
  }

  async #look(): Promise<void> {
    if (this.#asking || performance.now() - this.#heardAt < QUIET) return;
    const before = this.#heardAt;
    this.#asking = true;
    const speaks = await this.#speaks();
    // Where this process was held up itself, what was said meanwhile is read first.
    await turn();
    this.#asking = false;
    if (this.#heardAt !== before) return;
    if (speaks) {
      this.#heardAt = performance.now();
      return;
    }
    this.#rest();
    this.#dropAll();
  }

  /** On a connection of its own: all of the pool's may be waiting. To be refused is to be answered. */
  async #speaks(): Promise<boolean> {
    const asking = { connectionString: this.#url(), connectionTimeoutMillis: PATIENCE, query_timeout: PATIENCE };
    const client = new pg.Client(asking);
    client.on('error', () => {});
    try {
      await client.connect();
      await client.query('SELECT 1');
      return true;
    } catch (error) {
      return !SILENCE.test((error as Error).message);
    } finally {
      cut(client);
    }
  }
}
