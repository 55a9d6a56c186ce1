import { Busy } from '../errors.ts';
import { type Clock, type Instant, MINUTE, SECOND } from '../time.ts';
import { networkOf, widerNetworkOf } from './attempts.ts';

/** So many at once, and so many more in each minute. */
interface Allowance {
  burst: number;
  perMinute: number;
}

/** A provider's whole block may do this many times as much as one address or household. */
const WIDER = 10;
const KEEP = 50_000;

/**
 * What people may do without end, but not a network in one go: each network (IPv4 address, IPv6 /64), and the block around it, has an
 * allowance that fills up again. A carrier's gateway with thousands behind it is slowed by seconds and never locked out: whoever comes
 * when nothing is left waits for the next. Kept in memory, so each node has its own.
 */
export class NetworkPace {
  readonly #clock: Clock;
  readonly #allowance: Allowance;
  readonly #spent = new Map<string, { spent: number; at: Instant }>();

  constructor(clock: Clock, allowance: Allowance) {
    this.#clock = clock;
    this.#allowance = allowance;
  }

  /** Takes one. @throws Busy with the seconds until there is another. */
  take(ip: string): void {
    const now = this.#clock.now();
    const purses = [
      { key: `network:${networkOf(ip)}`, times: 1 },
      { key: `block:${widerNetworkOf(ip)}`, times: WIDER },
    ].map((purse) => ({ ...purse, spent: this.#spentBy(purse.key, purse.times, now) }));
    const wait = Math.max(...purses.map(({ spent, times }) => this.#waitFor(spent, times)));
    if (wait > 0) throw tooMany(Math.ceil(wait / SECOND));
    for (const { key, spent } of purses) {
      this.#spent.delete(key);
      this.#spent.set(key, { spent: spent + 1, at: now });
    }
    // The oldest go first: by then they have their allowance again, or are one of too many to remember.
    for (const key of this.#spent.keys()) {
      if (this.#spent.size <= KEEP) break;
      this.#spent.delete(key);
    }
  }

  /** What is not filled up again yet. A clock that was set back fills nothing. */
  #spentBy(key: string, times: number, now: Instant): number {
    const before = this.#spent.get(key);
    if (!before) return 0;
    const again = (Math.max(0, now - before.at) / MINUTE) * this.#allowance.perMinute * times;
    return Math.max(0, before.spent - again);
  }

  #waitFor(spent: number, times: number): number {
    const over = spent + 1 - this.#allowance.burst * times;
    return over <= 0 ? 0 : (over / (this.#allowance.perMinute * times)) * MINUTE;
  }
}

function tooMany(seconds: number): Busy {
  return new Busy(seconds, {
    ja: `同じネットワークからのお申し込みが続いているため、少しお待ちいただいています。${seconds}秒ほどしてから、もう一度お試しください。`,
    en: `Many requests come from your network, so you have to wait a little. Please try again in about ${seconds} seconds.`,
  });
}
