import type { Database } from '../../db/open.ts';
import { type Clock, MINUTE } from '../../time.ts';
import type { Outcome } from '../relay/relay.ts';
import { type MailRow, mailStore } from '../store.ts';
import type { Settlement } from './attempt.ts';
import { Breaker } from './breaker.ts';
import { LANE_RULES, type LaneRule, Lanes } from './lanes.ts';

export interface StandingOptions {
  db: Database;
  clock: Clock;
  laneRules?: LaneRule[];
  warn: (error: unknown, message: string) => void;
}

/** Refused by so many different domains, none having taken a mail in between: it is us. */
const DOMAINS_AGAINST_US = 3;
const PAUSE = 10 * MINUTE;

/** How we stand with the relay and with each receiving domain: who may be approached, and when nobody at all. */
export class Standing {
  readonly #o: StandingOptions;
  readonly breaker = new Breaker();
  /** Of each class: urgent mails wait for no mass mailing, whatever its receiver does. */
  readonly lanes: { urgent: Lanes; bulk: Lanes };
  readonly #against = new Set<string>();

  constructor(options: StandingOptions) {
    this.#o = options;
    const lanes = () => new Lanes(options.laneRules ?? LANE_RULES, () => performance.now());
    this.lanes = { urgent: lanes(), bulk: lanes() };
  }

  /** After each attempt. Answers that never come to several domains are the relay's trouble, too: each would burn a ticket. */
  learn({ domain, class: mailClass }: Pick<MailRow, 'domain' | 'class'>, outcome: Outcome): void {
    const now = this.#o.clock.now();
    if (outcome.kind === 'unreachable') this.breaker.failed(now, Math.random(), outcome.begun === true ? domain : null);
    else if (outcome.kind === 'in_doubt') this.breaker.failed(now, Math.random(), domain);
    else if (outcome.kind === 'stopped') this.breaker.undecided();
    else this.breaker.reached();
    const putOff =
      outcome.kind === 'in_doubt' || outcome.kind === 'unreachable'
        ? !this.breaker.isDown
        : outcome.kind === 'refused' && outcome.reply.code < 500;
    const how = outcome.kind === 'sent' ? 'taken' : putOff ? 'put off' : 'neither';
    this.lanes[mailClass].leave(domain, how, now, Math.random());
    if (outcome.kind === 'sent') this.#against.clear();
    if (outcome.kind === 'unreachable' && outcome.refusesUs)
      this.#pause(`the relay refuses our login: ${outcome.reason}`);
  }

  /** After what a refusal means was decided. */
  recorded(domain: string, { ourFault, reply }: Settlement): void {
    if (!ourFault) return;
    this.#o.warn(new Error(reply ?? ''), `${domain} refuses our mails`);
    this.#against.add(domain);
    if (this.#against.size >= DOMAINS_AGAINST_US) this.#pause(`receivers refuse our mails: ${reply ?? ''}`);
  }

  #pause(reason: string): void {
    const { db, clock, warn } = this.#o;
    this.#against.clear();
    const until = clock.now() + PAUSE;
    void mailStore
      .setSender(db.kysely, { paused_until: until, paused_reason: reason.slice(0, 500) })
      .catch((error: unknown) => warn(error, 'the pause of the courier could not be recorded'));
  }
}
