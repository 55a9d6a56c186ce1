import { Busy, type Refusal } from '../errors.ts';

/** Milliseconds of one class' work in a row. */
const SLICE = 1;

/** Who waited has gone: nothing is to be done for him any more. */
export class GaveUp extends Error {}

/**
 * Lets `limit` pieces of work of one cost class run at once and `queue` more wait, and turns the rest away at once with a
 * jittered time to come back: a bounded wait for some is better than an endless one for all.
 */
export class Gate {
  /** What whoever is turned away reads. */
  readonly text: Refusal;
  readonly #limit: number;
  readonly #queue: number;
  readonly #waiting = new Set<() => void>();
  #running = 0;
  /** Places that are free and not yet given to the next. */
  #left = 0;
  #turnEnds = 0;
  #refused = 0;

  constructor(limit: number, queue: number, text: Refusal) {
    this.#limit = limit;
    this.#queue = queue;
    this.text = text;
  }

  /** @throws Busy where the queue is full. */
  async run<T>(work: () => Promise<T>): Promise<T> {
    const leave = await this.enter();
    try {
      return await work();
    } finally {
      leave();
    }
  }

  /**
   * For work that does not end where it began. @returns how to leave; leaving twice is leaving once.
   * @param impatient is told how to give up a place in the queue; whoever does so never enters.
   * @throws Busy where the queue is full.
   */
  async enter(impatient?: (giveUp: () => void) => void): Promise<() => void> {
    if (this.#running < this.#limit) this.#running++;
    else await this.#wait(impatient);
    let left = false;
    return () => {
      if (left) return;
      left = true;
      this.#left++;
      if (performance.now() < this.#turnEnds) this.#free();
      else if (this.#left === 1) setImmediate(() => this.#nextTurn());
    };
  }

  /**
   * Work that never waits for anything (all of SQLite's) would be done in one go for everybody whose request has come in; pages, probes
   * and those who hang up would not be heard meanwhile. So each class works for a slice of time and then lets the others in.
   */
  #nextTurn(): void {
    this.#turnEnds = performance.now() + SLICE;
    this.#free();
  }

  #free(): void {
    for (; this.#left > 0; this.#left--) {
      const [next] = this.#waiting;
      if (next) {
        this.#waiting.delete(next);
        next();
      } else this.#running--;
    }
  }

  /**
   * For whoever will want a place later on: where there is none now, nothing is to be done for him first.
   * @returns the seconds until he may come again, or undefined where he may stay.
   */
  turnsAway(): number | undefined {
    if (!this.full) return undefined;
    this.#refused++;
    // 30 to 90 seconds: the same second for everybody would only move the rush.
    return 30 + Math.floor(Math.random() * 61);
  }

  #wait(impatient?: (giveUp: () => void) => void): Promise<void> {
    const seconds = this.turnsAway();
    if (seconds !== undefined) throw new Busy(seconds, this.text);
    return new Promise<void>((resolve, reject) => {
      this.#waiting.add(resolve);
      impatient?.(() => {
        if (this.#waiting.delete(resolve)) reject(new GaveUp());
      });
    });
  }

  get full(): boolean {
    return this.#running >= this.#limit && this.#waiting.size >= this.#queue;
  }

  /** How many wait now. */
  get waiting(): number {
    return this.#waiting.size;
  }

  get running(): number {
    return this.#running;
  }

  /** Turned away since the start. */
  get refused(): number {
    return this.#refused;
  }
}
