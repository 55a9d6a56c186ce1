import { Busy, type Message } from '../errors.ts';

/**
 * Lets `limit` pieces of work of one cost class run at once and `queue` more wait, and turns the rest away at once with a
 * jittered time to come back: a bounded wait for some is better than an endless one for all.
 */
export class Gate {
  readonly #limit: number;
  readonly #queue: number;
  readonly #text: Message;
  readonly #waiting: (() => void)[] = [];
  #running = 0;

  constructor(limit: number, queue: number, text: Message) {
    this.#limit = limit;
    this.#queue = queue;
    this.#text = text;
  }

  /** @throws Busy where the queue is full. */
  async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.#running >= this.#limit) {
      // 30 to 90 seconds: the same second for everybody would only move the rush.
      if (this.#waiting.length >= this.#queue) throw new Busy(30 + Math.floor(Math.random() * 61), this.#text);
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    } else {
      this.#running++;
    }
    try {
      return await work();
    } finally {
      const next = this.#waiting.shift();
      if (next) next();
      else this.#running--;
    }
  }

  /** How many wait now. */
  get waiting(): number {
    return this.#waiting.length;
  }
}
