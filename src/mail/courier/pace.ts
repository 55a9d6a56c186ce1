/** So many a second in an even stream, so that those who follow the links come evenly, too. What was not used is not saved up. */
export class Pace {
  readonly #perSecond: number;
  readonly #burst: number;
  #credit: number;
  #at: number;

  /** @param now monotonic milliseconds */
  constructor(perSecond: number, now: number) {
    this.#perSecond = perSecond;
    this.#burst = Math.max(1, perSecond / 20);
    this.#credit = 1;
    this.#at = now;
  }

  /** Milliseconds until the next one may go; 0: it may go now and is counted. */
  take(now: number): number {
    this.#credit = Math.min(this.#burst, this.#credit + ((now - this.#at) / 1000) * this.#perSecond);
    this.#at = now;
    if (this.#credit < 1) return Math.ceil(((1 - this.#credit) / this.#perSecond) * 1000);
    this.#credit--;
    return 0;
  }
}
