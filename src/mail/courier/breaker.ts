import { type Instant, SECOND } from '../../time.ts';
import { Rest } from './rest.ts';

const FAILURES = 10;
/** At most one probe in thirty seconds. */
const PAUSE = 30 * SECOND;

/** What one receiving domain can add to it: a receiver that hangs is not the relay, three that do probably are. */
const OF_ONE_DOMAIN = 4;

/**
 * After ten connections in a row that failed, nothing is tried for half a minute, then one mail probes. When the relay is back,
 * mails come back to it one more with each that it takes, and not all at once.
 */
export class Breaker {
  readonly #rest = new Rest();
  #failures = 0;
  /** How many of them came while a mail was being handed over, by its receiving domain. */
  readonly #ofDomain = new Map<string, number>();
  #probing = false;
  /** How many may be under way while it recovers. */
  #room = Number.POSITIVE_INFINITY;

  /** Whether a mail may be tried now, with so many under way. Whoever gets a yes tells how it went. */
  mayTry(now: Instant, underWay: number): boolean {
    if (this.#failures < FAILURES) return underWay < this.#room;
    if (!this.#rest.isOver(now) || this.#probing) return false;
    this.#probing = true;
    return true;
  }

  reached(): void {
    if (this.#failures >= FAILURES) this.#room = 1;
    this.#room++;
    this.#failures = 0;
    this.#ofDomain.clear();
    this.#probing = false;
  }

  /** @param domain of the mail that was being handed over; null where not even the connection came about. */
  failed(now: Instant, random: number, domain: string | null): void {
    this.#probing = false;
    const already = domain === null ? 0 : (this.#ofDomain.get(domain) ?? 0);
    if (domain !== null) this.#ofDomain.set(domain, already + 1);
    if (already < OF_ONE_DOMAIN) this.#failures++;
    if (this.#failures >= FAILURES) this.#rest.begin(now, PAUSE + Math.round(10 * SECOND * random));
  }

  /** The try ended without a word about the relay. */
  undecided(): void {
    this.#probing = false;
  }

  /** The relay is believed to be down. */
  get isDown(): boolean {
    return this.#failures >= FAILURES;
  }

  /** Nothing is tried at this moment. */
  isOpen(now: Instant): boolean {
    return this.isDown && (this.#probing || !this.#rest.isOver(now));
  }
}
