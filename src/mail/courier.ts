import { performance } from 'node:perf_hooks';
import { type Database, retryOnCollision, type Tx } from '../db/open.ts';
import { type Clock, MINUTE, SECOND } from '../time.ts';
import { type AttemptFacts, type Settlement, settle } from './attempt.ts';
import { Breaker } from './breaker.ts';
import { compose, type Sender } from './compose.ts';
import type { Letter, Recheck, Settled } from './outbox.ts';
import type { Outcome, Relay } from './relay.ts';
import { type MailRow, mailStore } from './store.ts';

export interface CourierOptions {
  db: Database;
  clock: Clock;
  relay: Relay;
  sender: Sender;
  recheck: Recheck;
  settled: Settled;
  /** Distinct for each process: whose lease it is. */
  owner: string;
  /** Hand-overs for one budget, at most 3. */
  ticketsPerBudget: number;
  /** Bulk mails a second. */
  perSecond: number;
  /** Mails of each class at once. */
  lanes: { urgent: number; bulk: number };
  /** Other work of this process' courier role: expanding publications. @returns whether it found some. */
  before?: () => Promise<boolean>;
  /** Nobody else sends from this database: what another process left is taken over at once. */
  alone: boolean;
  warn: (error: unknown, message: string) => void;
}

/** Renewed while the process lives: longer than any pause of the event loop, far shorter than a fault. */
const LEASE = 2 * MINUTE;
const RENEW = 20 * SECOND;
const LOOK = SECOND;
/** The process has ten seconds for its whole end. */
const GRACE = 8 * SECOND;

type MailClass = MailRow['class'];

/** Thrown at the gate before the final dot: the mail must not go. What becomes of it is already recorded. */
class Stopped extends Error {}

/**
 * Takes mails out of the outbox and hands them over. A ticket is taken in the database when all but the final dot has been given
 * to the relay, so that a crash can lose an answer but never the count.
 */
export class Courier {
  readonly #o: CourierOptions;
  readonly #breaker = new Breaker();
  readonly #letters = new Map<string, Letter>();
  readonly #loops: Promise<void>[] = [];
  readonly #sleepers = new Set<() => void>();
  #stopping = false;
  #nextBulkAt = 0;
  #renewing: NodeJS.Timeout | undefined;

  constructor(options: CourierOptions) {
    this.#o = options;
  }

  /** Begins to work until stop(). */
  start(): void {
    this.#stopping = false;
    this.#renewing = setInterval(() => void this.#renew(), RENEW);
    this.#loops.push(this.#loop(() => this.recover(), 30 * SECOND));
    if (this.#o.before) this.#loops.push(this.#loop(this.#o.before, LOOK));
    for (let n = 0; n < this.#o.lanes.urgent; n++) this.#loops.push(this.#loop(() => this.#next('urgent'), LOOK));
    for (let n = 0; n < this.#o.lanes.bulk; n++) this.#loops.push(this.#loop(() => this.#next('bulk'), LOOK));
  }

  /** Something may be due: look now and not at the next second. */
  wake(): void {
    for (const wake of this.#sleepers) wake();
  }

  /** Claims nothing more and lets what is under way come to its end, eight seconds at most. */
  async stop(): Promise<void> {
    this.#stopping = true;
    clearInterval(this.#renewing);
    this.wake();
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, GRACE);
    });
    await Promise.race([Promise.all(this.#loops), late]);
    clearTimeout(timer);
    this.#loops.length = 0;
    await this.#o.relay.close();
  }

  /** Does everything that is due now, and what follows from it. For tests and for commands that send and end. */
  async drain(): Promise<void> {
    await this.recover();
    for (;;) {
      const expanded = (await this.#o.before?.()) ?? false;
      const lanes = [
        ...Array.from({ length: this.#o.lanes.urgent }, () => this.#next('urgent')),
        ...Array.from({ length: this.#o.lanes.bulk }, () => this.#next('bulk')),
      ];
      const found = await Promise.all(lanes);
      if (!expanded && !found.includes(true)) return;
    }
  }

  /** Takes over what a dead process left: claimed mails are free, those being handed over are in doubt. */
  async recover(): Promise<boolean> {
    const { db, clock, owner, alone } = this.#o;
    return db.transaction(async (tx) => {
      const left = await mailStore.abandoned(tx, db.engine, owner, clock.now(), alone);
      for (const mail of left) {
        const outcome: Outcome =
          mail.state === 'handing'
            ? { kind: 'in_doubt', reason: 'the sending process ended during the hand-over' }
            : { kind: 'unreachable', reason: 'the sending process ended before the hand-over' };
        await this.#record(tx, mail, outcome);
      }
      return left.length > 0;
    });
  }

  async #loop(work: () => Promise<boolean>, pause: number): Promise<void> {
    while (!this.#stopping) {
      let found = false;
      try {
        found = await work();
      } catch (error) {
        this.#o.warn(error, 'the courier could not go on; it tries again');
      }
      if (!found && !this.#stopping) await this.#sleep(pause);
    }
  }

  #sleep(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      const wake = () => {
        clearTimeout(timer);
        this.#sleepers.delete(wake);
        resolve();
      };
      const timer = setTimeout(wake, milliseconds);
      this.#sleepers.add(wake);
    });
  }

  async #renew(): Promise<void> {
    const { db, clock, owner, warn } = this.#o;
    try {
      await mailStore.extendLeases(db.kysely, owner, clock.now() + LEASE);
    } catch (error) {
      warn(error, 'leases could not be renewed');
    }
  }

  /** One mail of a class, from its claim to its record. @returns whether there was one. */
  async #next(mailClass: MailClass): Promise<boolean> {
    if (mailClass === 'bulk') await this.#pace();
    const mail = await this.#claim(mailClass);
    if (mail === 'ended') return true;
    if (!mail) return false;
    // Whatever breaks here (a letter that cannot be read, a file that cannot be renamed), the mail must not stay ours for ever.
    const outcome = await this.#send(mail).catch((error: unknown) => this.#broken(mail, error));
    this.#learn(outcome);
    if (outcome.kind !== 'stopped') await this.#recordOutcome(mail, outcome);
    // pure waiting would follow a relay that is down in a drain
    return outcome.kind !== 'unreachable';
  }

  /** An even stream, so that those who follow the links come evenly, too. */
  async #pace(): Promise<void> {
    const now = performance.now();
    const at = Math.max(now, this.#nextBulkAt);
    this.#nextBulkAt = at + 1000 / this.#o.perSecond;
    if (at > now) await new Promise((resolve) => setTimeout(resolve, at - now));
  }

  /** The next due mail, now ours; `ended` where it was not to go any more; undefined where nothing is due or the relay is down. */
  async #claim(mailClass: MailClass): Promise<MailRow | 'ended' | undefined> {
    const { db, clock, recheck, owner } = this.#o;
    if (this.#stopping || this.#breaker.isOpen(clock.now())) return undefined;
    const claimed = db.transaction(async (tx) => {
      if (await mailStore.frozen(tx)) return undefined;
      const now = clock.now();
      const mail = await mailStore.nextDue(tx, db.engine, mailClass, now);
      if (!mail) return undefined;
      const verdict = mail.notAfter !== null && now > mail.notAfter ? EXPIRED : await recheck(tx, mail);
      if (!verdict.go) {
        // A copy whose answer was lost may have arrived: that stays in sight.
        const doubtful = verdict.state === 'expired' && mail.ticket !== null;
        await mailStore.end(tx, mail.id, doubtful ? 'in_doubt' : verdict.state, now);
        return 'ended';
      }
      if (!this.#breaker.mayTry(now)) return undefined;
      await mailStore.claim(tx, mail.id, owner, now + LEASE);
      return { ...mail, attempts: mail.attempts + 1, ticket: null, handing: false };
    });
    return claimed.catch((error: unknown) => {
      this.#breaker.undecided();
      throw error;
    });
  }

  async #send(mail: MailRow): Promise<Outcome> {
    const letter = await this.#letter(mail.letterId);
    const gate: { failure?: Error } = {};
    const outcome = await this.#o.relay.send(compose(letter, mail, this.#o.sender), () =>
      this.#takeTicket(mail).catch((error: unknown) => {
        if (!(error instanceof Stopped)) gate.failure = error as Error;
        throw error;
      }),
    );
    // The ticket could not be taken because the database did not answer or another mail was faster: it did not leave.
    return gate.failure ? { kind: 'unreachable', reason: gate.failure.message } : outcome;
  }

  /** The gate before the final dot. @throws Stopped where the mail must not go. */
  async #takeTicket(mail: MailRow): Promise<void> {
    const { db, clock, recheck, owner, ticketsPerBudget } = this.#o;
    // Two mails of one budget may reach for the same ticket: the slower one looks again.
    const go = await retryOnCollision(() =>
      db.transaction(async (tx) => {
        const now = clock.now();
        if (!(await mailStore.hold(tx, mail.id, owner, ['claimed']))) return false;
        const verdict = await recheck(tx, mail);
        if (!verdict.go) {
          await mailStore.end(tx, mail.id, verdict.state, now);
          return false;
        }
        if (mail.budget === null) {
          await mailStore.handing(tx, mail.id, null, 0);
          mail.handing = true;
          return true;
        }
        const taken = await mailStore.ticketsOf(tx, mail.budget);
        if (taken.length + 1 + verdict.reserve > ticketsPerBudget) {
          await mailStore.end(tx, mail.id, 'no_budget', now);
          return false;
        }
        const ticket = [1, 2, 3].find((number) => !taken.includes(number));
        if (ticket === undefined) return false;
        await mailStore.takeTicket(tx, mail.budget, ticket, mail.id, now);
        await mailStore.handing(tx, mail.id, ticket, verdict.reserve);
        mail.ticket = ticket;
        mail.reserve = verdict.reserve;
        mail.handing = true;
        return true;
      }),
    );
    if (!go) throw new Stopped('the mail must not go any more');
  }

  #broken(mail: MailRow, error: unknown): Outcome {
    this.#o.warn(error, `mail ${mail.id} could not be handed over`);
    const reason = (error as Error).message;
    return mail.handing ? { kind: 'in_doubt', reason } : { kind: 'unreachable', reason };
  }

  /** Answers that never come are the relay's trouble, too: ten in a row would burn a ticket each. */
  #learn(outcome: Outcome): void {
    if (outcome.kind === 'unreachable' || outcome.kind === 'in_doubt')
      this.#breaker.failed(this.#o.clock.now(), Math.random());
    else if (outcome.kind === 'stopped') this.#breaker.undecided();
    else this.#breaker.reached();
  }

  /** What happened must be written down: a full disk or a lost connection is waited for. */
  async #recordOutcome(mail: MailRow, outcome: Exclude<Outcome, { kind: 'stopped' }>): Promise<void> {
    const { db, owner, warn } = this.#o;
    for (let pause = 100; ; pause = Math.min(pause * 2, 5000)) {
      try {
        await db.transaction(async (tx) => {
          // Whoever took it over since has recorded it as in doubt; that stands.
          if (await mailStore.hold(tx, mail.id, owner, ['claimed', 'handing'])) await this.#record(tx, mail, outcome);
        });
        return;
      } catch (error) {
        warn(error, `the outcome of mail ${mail.id} could not be recorded yet`);
        if (this.#stopping && pause >= 1600) return;
        await new Promise((resolve) => setTimeout(resolve, pause));
      }
    }
  }

  async #record(tx: Tx, mail: MailRow, outcome: Exclude<Outcome, { kind: 'stopped' }>): Promise<void> {
    const { clock, settled, warn } = this.#o;
    const settlement = settle(outcome, await this.#facts(tx, mail));
    if (settlement.ticket === 'give back' && mail.budget !== null && mail.ticket !== null) {
      await mailStore.giveTicketBack(tx, mail.budget, mail.ticket, mail.id);
    }
    await mailStore.settle(tx, mail.id, settlement, clock.now());
    if (settlement.ourFault) warn(new Error(settlement.reply ?? ''), 'a receiver refuses our mails');
    await settled(tx, mail, { kind: toldAs(settlement), deadAddress: settlement.deadAddress, reply: settlement.reply });
  }

  async #facts(tx: Tx, mail: MailRow): Promise<AttemptFacts> {
    const tickets = mail.budget === null ? 0 : (await mailStore.ticketsOf(tx, mail.budget)).length;
    return {
      now: this.#o.clock.now(),
      attempts: Math.max(1, mail.attempts),
      notAfter: mail.notAfter,
      repeatable: mail.repeatable,
      tickets,
      reserve: mail.reserve,
      limit: this.#o.ticketsPerBudget,
      hasBudget: mail.budget !== null,
      random: Math.random(),
    };
  }

  async #letter(id: string): Promise<Letter> {
    const known = this.#letters.get(id);
    if (known) return known;
    const letter = await mailStore.letter(this.#o.db.kysely, id);
    if (this.#letters.size >= 200) this.#letters.clear();
    this.#letters.set(id, letter);
    return letter;
  }
}

const EXPIRED = { go: false, state: 'expired' } as const;

function toldAs(settlement: Settlement): 'sent' | 'in_doubt' | 'failed' | 'deferred' {
  switch (settlement.state) {
    case 'sent':
      return 'sent';
    case 'in_doubt':
      return 'in_doubt';
    case 'queued':
      return 'deferred';
    case 'failed':
    case 'expired':
      return 'failed';
  }
}
