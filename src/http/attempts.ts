import { Busy } from '../errors.ts';
import { type Clock, type Instant, MINUTE, SECOND } from '../time.ts';

interface Record {
  failures: number;
  last: Instant;
}

/** An account waits longer with every wrong password, a network only after very many: a carrier's NAT is one address. */
const FREE = { account: 4, network: 200 } as const;
const LONGEST = 15 * MINUTE;
const FORGET = 30 * MINUTE;
const KEEP = 50_000;

/**
 * Slows down guessing: 1 s, 2 s, 4 s … 15 min for each account and, far later, for each network (IPv4 address, IPv6 /64). Nobody
 * is locked out for good: a stranger could otherwise lock anybody out.
 */
export class Attempts {
  readonly #clock: Clock;
  readonly #records = new Map<string, Record>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** @throws Busy with the seconds to wait. */
  check(account: string, ip: string): void {
    const now = this.#clock.now();
    const wait = Math.max(
      this.#waitOf(`account:${account}`, FREE.account, now),
      this.#waitOf(`network:${networkOf(ip)}`, FREE.network, now),
    );
    if (wait <= 0) return;
    const seconds = Math.ceil(wait / SECOND);
    throw new Busy(seconds, {
      ja: `続けて間違えられたため、安全のためお待ちいただいています。あと${seconds}秒ほどしてからお試しください。`,
      en: `After several wrong attempts you have to wait for safety. Please try again in about ${seconds} seconds.`,
    });
  }

  failed(account: string, ip: string): void {
    const now = this.#clock.now();
    for (const key of [`account:${account}`, `network:${networkOf(ip)}`]) {
      const before = this.#records.get(key);
      const failures = before && now - before.last < FORGET ? before.failures + 1 : 1;
      this.#records.delete(key);
      this.#records.set(key, { failures, last: now });
    }
    // The oldest go first; memory stays bounded under a flood of invented names.
    for (const key of this.#records.keys()) {
      if (this.#records.size <= KEEP) break;
      this.#records.delete(key);
    }
  }

  succeeded(account: string): void {
    this.#records.delete(`account:${account}`);
  }

  #waitOf(key: string, free: number, now: Instant): number {
    const record = this.#records.get(key);
    if (!record || record.failures <= free || now - record.last >= FORGET) return 0;
    const pause = Math.min(LONGEST, SECOND * 2 ** (record.failures - free - 1));
    return record.last + pause - now;
  }
}

/** The part of an address that one household or one carrier's gateway shares. */
export function networkOf(ip: string): string {
  return ipv4Of(ip) ?? groupsOf(ip).slice(0, 4).join(':');
}

/** The block around it, such as one provider gives to one site or street: IPv4 /24, IPv6 /48. */
export function widerNetworkOf(ip: string): string {
  const ipv4 = ipv4Of(ip);
  return ipv4 === undefined ? groupsOf(ip).slice(0, 3).join(':') : ipv4.split('.').slice(0, 3).join('.');
}

function ipv4Of(ip: string): string | undefined {
  return ip.includes(':') ? /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(ip)?.[1] : ip;
}

function groupsOf(ip: string): string[] {
  const [head = '', tail = ''] = ip.split('::');
  const left = head === '' ? [] : head.split(':');
  const right = tail === '' ? [] : tail.split(':');
  const groups = [...left, ...Array<string>(Math.max(0, 8 - left.length - right.length)).fill('0'), ...right];
  return groups.map((group) => group.replace(/^0+(?=.)/, ''));
}
