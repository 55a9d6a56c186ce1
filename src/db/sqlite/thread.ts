import { Worker } from 'node:worker_threads';
import type { QueryResult } from 'kysely';

/** The code of what is said in a transaction that is not open. */
export const ENDED = 'SHIRASE_TRANSACTION_ENDED';

class ThreadEnded extends Error {
  readonly code = 'SHIRASE_THREAD_ENDED';

  constructor(cause?: unknown) {
    const why = cause === undefined ? '' : `: ${String((cause as Error).message)}`;
    super(`the thread of the database has ended${why}`, { cause });
  }
}

/** In which transaction a statement belongs, on which thread that was begun, and how many of its failures are known. */
export interface Within {
  of: number;
  on: number;
  failures?: number;
}

/** What the thread is asked: a statement, a script of several, or to end. */
type Question = { sql: string; parameters: readonly unknown[]; within?: Within } | { script: string } | { close: true };

interface Answer {
  rows: Record<string, unknown>[];
  changes?: number;
  lastInsertRowid?: number | bigint;
  /** Columns of bytes, which come over as less than what the library gives. */
  bytes?: string[];
}

/** What it says to one of them. */
type Reply = Answer | { error: { message: string; code?: string } };

interface Asked {
  resolve: (answer: Answer) => void;
  reject: (error: Error) => void;
}

export interface ThreadOptions {
  file: string;
  /** Milliseconds for which the library waits for a lock. */
  timeout: number;
  /** Set once it is open. */
  pragmas: string[];
}

/** A thread that dies as soon as it is started is not started without a pause. Milliseconds. */
const ANEW = 1000;

/**
 * A connection to SQLite on a thread of its own: while it waits for the disk, this one serves pages and talks to the relay. A commit that
 * a mail or a publication waits for takes as long as before. A thread that has died is replaced when the next question comes; what the
 * dead one was asked is not known to be done, and nothing of its transactions is said to the new one.
 */
export class SqliteThread {
  readonly #options: ThreadOptions;
  #worker: Worker | undefined;
  #number = 0;
  #startedAt = Number.NEGATIVE_INFINITY;
  /** In the order in which they were asked, which is that of the answers. */
  readonly #asked: Asked[] = [];
  /** Asked in this very moment: one message takes them over, for waking a thread costs more than most statements. */
  #unsent: Question[] = [];
  #ended = new ThreadEnded();
  #closed: Error | undefined;

  constructor(options: ThreadOptions) {
    this.#options = options;
    this.#start();
  }

  /** @returns the number of the thread that is asked from now on, a new one where the last has died: what was begun on another is over. */
  alive(): number {
    if (!this.#closed && !this.#worker && performance.now() - this.#startedAt > ANEW) this.#start();
    return this.#number;
  }

  #start(): void {
    const worker = new Worker(new URL('./thread-worker.mjs', import.meta.url), {
      workerData: this.#options,
      // what loads the sources as they are need not be loaded there, and its rows do not live long
      execArgv: [],
      resourceLimits: { maxYoungGenerationSizeMb: 4 },
    });
    this.#worker = worker;
    this.#number++;
    this.#startedAt = performance.now();
    worker.on('message', (replies: Reply[]) => {
      if (this.#worker !== worker) return;
      for (const reply of replies) {
        const first = this.#asked.shift();
        if ('error' in reply) first?.reject(Object.assign(new Error(reply.error.message), reply.error));
        else first?.resolve(reply);
      }
      if (this.#asked.length === 0) worker.unref();
    });
    // Whatever was asked last may have been done: to whoever waits it is a connection that was lost.
    worker.on('error', (cause) => this.#end(worker, new ThreadEnded(cause)));
    worker.on('exit', () => this.#end(worker, new ThreadEnded()));
    worker.unref();
  }

  /** With `within`, only in that transaction while it is open: after its BEGIN has failed or it has ended, nothing is done. @throws ENDED */
  async execute<Row>(sql: string, parameters: readonly unknown[], within?: Within): Promise<QueryResult<Row>> {
    const question = within ? { sql, parameters, within } : { sql, parameters };
    const { rows, changes, lastInsertRowid, bytes = [] } = await this.#ask(question);
    for (const row of rows) {
      for (const name of bytes) {
        const value = row[name];
        if (value instanceof Uint8Array) row[name] = Buffer.from(value.buffer, value.byteOffset, value.byteLength);
      }
    }
    return {
      rows: rows as Row[],
      ...(changes === undefined ? {} : { numAffectedRows: BigInt(changes) }),
      ...(lastInsertRowid === undefined ? {} : { insertId: BigInt(lastInsertRowid) }),
    };
  }

  async exec(script: string): Promise<void> {
    await this.#ask({ script });
  }

  #ask(question: Question): Promise<Answer> {
    return new Promise((resolve, reject) => {
      if (this.#closed) return reject(this.#closed);
      const number = this.alive();
      const isOver = 'within' in question && question.within?.on !== number;
      if (!this.#worker || isOver) return reject(this.#ended);
      if (this.#asked.push({ resolve, reject }) === 1) this.#worker.ref();
      if (this.#unsent.push(question) === 1) process.nextTick(() => this.#send());
    });
  }

  #send(): void {
    const questions = this.#unsent;
    this.#unsent = [];
    if (questions.length === 0) return;
    try {
      this.#worker?.postMessage(questions);
    } catch (error) {
      // A value that no thread can be handed: none of them was said, and the connection stands.
      for (const { reject } of this.#asked.splice(-questions.length)) reject(error as Error);
    }
  }

  /** Resolves once the connection is closed. */
  async close(): Promise<void> {
    if (this.#closed) return;
    const closed = this.#worker ? this.#ask({ close: true }) : undefined;
    this.#closed = new Error('the database is closed');
    await closed;
  }

  #end(worker: Worker, error: ThreadEnded): void {
    if (this.#worker !== worker) return;
    this.#worker = undefined;
    this.#unsent = [];
    this.#ended = error;
    for (const { reject } of this.#asked.splice(0)) reject(error);
  }
}
