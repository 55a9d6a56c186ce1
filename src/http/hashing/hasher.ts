import { Worker } from 'node:worker_threads';

/** argon2's, as @node-rs/argon2 takes it. */
interface Cost {
  algorithm: 2;
  memoryCost: number;
  timeCost: number;
  parallelism: number;
}

/** One hash to be made, or made again and compared. */
export type Order =
  | { kind: 'hash'; password: string; cost: Cost }
  | { kind: 'argon2'; stored: string; password: string }
  | { kind: 'bcrypt'; stored: string; password: string }
  | {
      kind: 'scrypt';
      password: string;
      salt: Uint8Array;
      length: number;
      cost: { N: number; r: number; p: number; maxmem: number };
    };

interface Answers {
  hash: string;
  argon2: boolean;
  bcrypt: boolean;
  scrypt: Uint8Array;
}

interface Asked {
  order: Order;
  resolve: (answer: never) => void;
  reject: (error: Error) => void;
  /** How many threads have died with it. */
  died: number;
}

/** The library would not: such a hash cannot be read, or asks for more than there is. */
export class Unhashable extends Error {}

/** What kills thread after thread is no thread's fault. */
const THREADS_FOR_ONE = 3;

/**
 * Hashes on threads of its own. Where these yield, they have what the rest of the process leaves: pages and refusals go first, and in
 * between hashing has the whole processor. A thread is started when there is work for it and holds up no end; one that dies is replaced,
 * and what it was asked goes to another.
 */
export class Hasher {
  readonly #most: number;
  readonly #yields: boolean;
  readonly #threads = new Set<Thread>();

  constructor(most: number, { yields }: { yields: boolean }) {
    this.#most = most;
    this.#yields = yields;
  }

  /** Whoever is asked next has his order before he is done with the last: he waits for nobody. @throws Unhashable */
  ask<Kind extends Order['kind']>(order: Extract<Order, { kind: Kind }>): Promise<Answers[Kind]> {
    return new Promise<Answers[Kind]>((resolve, reject) => this.#give({ order, resolve, reject, died: 0 }));
  }

  #give(asked: Asked): void {
    const [free] = [...this.#threads].sort((one, other) => one.asked - other.asked);
    const thread = free && (free.asked === 0 || this.#threads.size >= this.#most) ? free : this.#start();
    thread.ask(asked);
  }

  #start(): Thread {
    const thread = new Thread(this.#yields, (error, left) => {
      this.#threads.delete(thread);
      for (const one of left) {
        if (++one.died < THREADS_FOR_ONE) this.#give(one);
        else one.reject(error);
      }
    });
    this.#threads.add(thread);
    return thread;
  }
}

class Thread {
  readonly #worker: Worker;
  /** In the order in which they were asked, which is that of the answers. */
  readonly #asked: Asked[] = [];

  constructor(yields: boolean, ended: (error: Error, left: Asked[]) => void) {
    this.#worker = new Worker(new URL('./hasher-worker.mjs', import.meta.url), {
      workerData: { yields },
      // what loads the sources as they are need not be loaded there, and nothing lives long there
      execArgv: [],
      resourceLimits: { maxYoungGenerationSizeMb: 1, maxOldGenerationSizeMb: 16 },
    });
    this.#worker.on('message', (said: { answer: never } | { error: string }) => {
      const first = this.#asked.shift();
      if (this.#asked.length === 0) this.#worker.unref();
      if ('error' in said) first?.reject(new Unhashable(said.error));
      else first?.resolve(said.answer);
    });
    let why = new Error('a thread of the hasher has ended');
    this.#worker.on('error', (error: Error) => {
      why = error;
    });
    this.#worker.on('exit', () => ended(why, this.#asked.splice(0)));
    this.#worker.unref();
  }

  get asked(): number {
    return this.#asked.length;
  }

  ask(asked: Asked): void {
    if (this.#asked.push(asked) === 1) this.#worker.ref();
    this.#worker.postMessage(asked.order);
  }
}
