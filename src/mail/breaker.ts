import { type Instant, SECOND } from '../time.ts';

const FAILURES = 10;

/** After ten connections in a row that failed, nothing is tried for half a minute, then one mail probes. */
export class Breaker {
  #failures = 0;
  #openUntil: Instant = 0;
  #probing = false;

  /** Whether a mail may be tried now. Whoever gets a yes tells how it went. */
  mayTry(now: Instant): boolean {
    if (this.#failures < FAILURES) return true;
    if (now < this.#openUntil || this.#probing) return false;
    this.#probing = true;
    return true;
  }

  reached(): void {
    this.#failures = 0;
    this.#probing = false;
  }

  failed(now: Instant, random: number): void {
    this.#failures++;
    this.#probing = false;
    if (this.#failures >= FAILURES) this.#openUntil = now + 20 * SECOND + Math.round(20 * SECOND * random);
  }

  /** The try ended without a word about the relay. */
  undecided(): void {
    this.#probing = false;
  }

  /** Nothing is tried at this moment. */
  isOpen(now: Instant): boolean {
    return this.#failures >= FAILURES && now < this.#openUntil;
  }
}
