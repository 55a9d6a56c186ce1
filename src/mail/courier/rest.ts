import type { Instant } from '../../time.ts';

/** A pause that a clock set back cannot make longer than it was meant to be. */
export class Rest {
  #until: Instant = 0;
  #length = 0;

  begin(now: Instant, length: number): void {
    this.#until = now + length;
    this.#length = length;
  }

  isOver(now: Instant): boolean {
    return now >= this.#until || this.#until - now > this.#length;
  }
}
