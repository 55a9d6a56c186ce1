import { type Instant, MINUTE } from '../../time.ts';
import { Pace } from './pace.ts';
import { Rest } from './rest.ts';

/** How a receiving domain wants to be approached. */
export interface LaneRule {
  /** Domains that share the lanes; `*.example` means all below it. */
  domains: string[];
  /** Mails to them at once. */
  lanes: number;
  perSecond?: number | undefined;
}

/** What nobody else says: five at once. Japan's carriers refuse short bursts and answer them with TCP resets. RELIABILITY A9. */
export const OTHERS = 5;
export const LANE_RULES: LaneRule[] = [
  { domains: ['gmail.com', 'googlemail.com'], lanes: 5 },
  { domains: ['docomo.ne.jp'], lanes: 2 },
  { domains: ['ezweb.ne.jp', 'au.com', '*.ezweb.ne.jp'], lanes: 2 },
  { domains: ['softbank.ne.jp', 'i.softbank.jp', '*.vodafone.ne.jp', 'ymobile.ne.jp'], lanes: 2 },
];

/** So many mails to one domain in a row that were put off: it rests, and so do we. */
const PUT_OFF = 5;
const RESTS = [1, 3, 7, 15, 30].map((minutes) => minutes * MINUTE);

interface Lane {
  room: number;
  pace: Pace | undefined;
  underWay: number;
  /** Put off in a row, and rests in a row. */
  putOff: number;
  rests: number;
  rest: Rest;
}

/** Lanes of each receiving domain: one that is slow, or that refuses for now, takes its own lanes and no others. */
export class Lanes {
  readonly #rules: LaneRule[];
  readonly #lanes = new Map<string, Lane>();
  /** Looking a domain up among the rules comes several times for each mail. */
  readonly #ruleOf = new Map<string, LaneRule | undefined>();
  readonly #resting = new Set<Lane>();
  /** Monotonic milliseconds. */
  readonly #elapsed: () => number;

  constructor(rules: LaneRule[], elapsed: () => number) {
    this.#rules = rules;
    this.#elapsed = elapsed;
  }

  /** How many more mails may be under way to this domain. */
  roomOf(domain: string, now: Instant): number {
    const lane = this.#laneOf(domain);
    return lane.rest.isOver(now) ? lane.room - lane.underWay : 0;
  }

  /** Whether the domain may be approached at all; one that put off too many rests. */
  isAwake(domain: string, now: Instant): boolean {
    return this.#laneOf(domain).rest.isOver(now);
  }

  /** Whether all domains may be: asked after each mail, where looking at each domain would cost more than the mail. */
  areAwake(now: Instant): boolean {
    for (const lane of this.#resting) if (lane.rest.isOver(now)) this.#resting.delete(lane);
    return this.#resting.size === 0;
  }

  /** Takes a lane. @returns 0, or the milliseconds until the domain may be approached again. */
  enter(domain: string): number {
    const lane = this.#laneOf(domain);
    const wait = lane.pace?.take(this.#elapsed()) ?? 0;
    if (wait === 0) lane.underWay++;
    return wait;
  }

  /** The mail has come to its end. `putOff`: the domain said later, or nothing at all. */
  leave(domain: string, how: 'taken' | 'put off' | 'neither', now: Instant, random: number): void {
    const lane = this.#laneOf(domain);
    lane.underWay--;
    if (how === 'taken') {
      lane.putOff = 0;
      lane.rests = 0;
    } else if (how === 'put off' && ++lane.putOff >= PUT_OFF) {
      const length = RESTS[Math.min(lane.rests, RESTS.length - 1)] ?? MINUTE;
      lane.rest.begin(now, Math.round(length * (0.8 + 0.4 * random)));
      this.#resting.add(lane);
      lane.putOff = 0;
      lane.rests++;
    }
    if (this.#lanes.size > 5000) this.#forget(now);
  }

  #laneOf(domain: string): Lane {
    const rule = this.#rule(domain);
    const key = rule ? (rule.domains[0] ?? domain) : domain;
    let lane = this.#lanes.get(key);
    if (!lane) {
      const pace = rule?.perSecond ? new Pace(rule.perSecond, this.#elapsed()) : undefined;
      lane = { room: rule?.lanes ?? OTHERS, pace, underWay: 0, putOff: 0, rests: 0, rest: new Rest() };
      this.#lanes.set(key, lane);
    }
    return lane;
  }

  #rule(domain: string): LaneRule | undefined {
    if (this.#ruleOf.has(domain)) return this.#ruleOf.get(domain);
    const rule = this.#rules.find((one) => one.domains.some((name) => covers(name, domain)));
    if (this.#ruleOf.size >= 5000) this.#ruleOf.clear();
    this.#ruleOf.set(domain, rule);
    return rule;
  }

  #forget(now: Instant): void {
    for (const [key, lane] of this.#lanes) {
      if (lane.underWay === 0 && lane.rests === 0 && lane.rest.isOver(now)) this.#lanes.delete(key);
    }
  }
}

function covers(name: string, domain: string): boolean {
  return name.startsWith('*.') ? domain.endsWith(name.slice(1)) : name === domain;
}

/**
 * Reads `gmail.com=5, docomo.ne.jp=2/10`: lanes, and mails a second after a slash. What is named here goes before the built-in table.
 * @throws Error naming the entry that cannot be read.
 */
export function readLaneRules(text: string): LaneRule[] {
  const own = text
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '')
    .map((entry) => {
      const match = /^((?:\*\.)?[a-z0-9.-]+)=(\d{1,3})(?:\/(\d{1,4}))?$/i.exec(entry);
      if (!match?.[1] || Number(match[2]) < 1)
        throw new Error(`"${entry}" must look like gmail.com=5 or docomo.ne.jp=2/10`);
      return {
        domains: [match[1].toLowerCase()],
        lanes: Number(match[2]),
        perSecond: match[3] === undefined ? undefined : Number(match[3]),
      };
    });
  return [...own, ...LANE_RULES];
}
