import { type Database, retryOnCollision } from '../../db/open.ts';
import { type Clock, SECOND } from '../../time.ts';
import { cutStamp, type Stamp, type Stationery } from '../letter/stamp.ts';
import type { Recheck, Settled } from '../outbox.ts';
import type { Outcome, Relay } from '../relay/relay.ts';
import { type MailRow, type MailToSend, mailStore } from '../store.ts';
import { Claims, LEASE } from './claims.ts';
import { Departures } from './departures.ts';
import type { LaneRule } from './lanes.ts';
import { Sleepers } from './sleepers.ts';
import { Standing } from './standing.ts';
import { Stopped, settleAll, type Told, Turnstile } from './turnstile.ts';

export interface CourierOptions {
  db: Database;
  clock: Clock;
  relay: Relay;
  stationery: Stationery;
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
  /** What receiving domains want, instead of the built-in table. */
  laneRules?: LaneRule[];
  /** Other work of this process' courier role: expanding publications. @returns whether it found some. */
  before?: () => Promise<boolean>;
  /** Nobody else sends from this database: what another process left is taken over at once. */
  alone: boolean;
  warn: (error: unknown, message: string) => void;
}

/** Renewed while the process lives: longer than any pause of the event loop, far shorter than a fault. */
const RENEW = 20 * SECOND;
const LOOK = SECOND;
/** The process has ten seconds for its whole end. */
const GRACE = 8 * SECOND;
const CLASSES = ['urgent', 'bulk'] as const;

/**
 * Takes mails out of the outbox and hands them over. A ticket is taken in the database when all but the final dot has been given
 * to the relay, so that a crash can lose an answer but never the count.
 */
export class Courier {
  readonly #o: CourierOptions;
  readonly #turnstile: Turnstile;
  readonly #standing: Standing;
  readonly #claims: Claims;
  readonly #departures: Departures;
  readonly #stamps = new Map<string, Promise<Stamp>>();
  readonly #loops: Promise<void>[] = [];
  readonly #sleepers = new Sleepers();
  #stopping = false;
  #renewing: NodeJS.Timeout | undefined;

  constructor(options: CourierOptions) {
    this.#o = options;
    this.#standing = new Standing(options);
    this.#turnstile = new Turnstile({
      ...options,
      recorded: (mail, settlement) => this.#standing.recorded(mail.domain, settlement),
    });
    this.#claims = new Claims(options, this.#standing);
    this.#departures = new Departures(options, this.#standing, {
      deliver: (mail) => this.#deliver(mail),
      letGo: (mails) => this.#claims.letGo(mails),
    });
  }

  /** Begins to work until stop(). */
  start(): void {
    this.#stopping = false;
    this.#departures.open();
    this.#renewing = setInterval(() => void this.#renew(), RENEW);
    this.#loops.push(this.#loop(() => this.recover(), 30 * SECOND));
    if (this.#o.before) this.#loops.push(this.#loop(this.#o.before, LOOK));
    for (const mailClass of CLASSES) this.#loops.push(this.#loop(() => this.#fetch(mailClass), LOOK));
  }

  /** Something may be due: look now and not at the next second. */
  wake(): void {
    this.#sleepers.wake();
  }

  /** Claims nothing more and lets what is under way come to its end, eight seconds at most. */
  async stop(): Promise<void> {
    this.#stopping = true;
    clearInterval(this.#renewing);
    this.wake();
    const ended = async () => {
      await this.#departures.close();
      await Promise.all(this.#loops);
      // what was claimed in the last moment
      await this.#departures.close();
    };
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, GRACE);
    });
    await Promise.race([ended().catch((error: unknown) => this.#o.warn(error, 'the courier ended badly')), late]);
    clearTimeout(timer);
    this.#loops.length = 0;
    await this.#o.relay.close();
  }

  /** Does everything that is due now, and what follows from it. For tests and for commands that send and end. */
  async drain(): Promise<void> {
    await this.recover();
    this.#claims.beginAnew();
    this.#departures.open();
    for (;;) {
      const expanded = (await this.#o.before?.()) ?? false;
      let claimed = 0;
      for (const mailClass of CLASSES) claimed += await this.#claims.fetch(mailClass, this.#departures);
      await this.#departures.idle();
      if (!expanded && claimed === 0) return;
    }
  }

  /** Takes over what a dead process left: claimed mails are free, those being handed over are in doubt. */
  async recover(): Promise<boolean> {
    const { db, clock, owner, alone } = this.#o;
    return retryOnCollision(() =>
      db.transaction(async (tx) => {
        await mailStore.pullBack(tx, clock.now());
        const left = await mailStore.abandoned(tx, db.engine, owner, clock.now(), alone);
        const told = left.map((mail) => ({ mail, outcome: mail.handing ? LOST : NEVER_BEGUN }));
        await settleAll(tx, told, this.#o);
        return left.length > 0;
      }),
    );
  }

  async #loop(work: () => Promise<boolean>, pause: number): Promise<void> {
    while (!this.#stopping) {
      let found = false;
      try {
        found = await work();
      } catch (error) {
        this.#o.warn(error, 'the courier could not go on; it tries again');
      }
      if (this.#stopping) return;
      // Where there is more to do, readers and relays get their word in between.
      if (found) await new Promise((resolve) => setImmediate(resolve));
      else await this.#sleepers.sleep(pause);
    }
  }

  async #fetch(mailClass: (typeof CLASSES)[number]): Promise<boolean> {
    await this.#departures.hasRoom(mailClass);
    if (this.#stopping) return false;
    const found = await this.#claims.fetch(mailClass, this.#departures);
    if (found > 0 || !this.#claims.passesBy(mailClass)) return found > 0;
    // A domain whose lanes are all taken has mails for them again in a moment: not only at the next look.
    await Promise.race([this.#departures.isDry(mailClass), this.#sleepers.sleep(LOOK)]);
    return true;
  }

  async #renew(): Promise<void> {
    const { db, clock, owner, warn } = this.#o;
    try {
      await mailStore.extendLeases(db.kysely, owner, clock.now() + LEASE);
    } catch (error) {
      warn(error, 'leases could not be renewed');
    }
  }

  /** One mail, from its connection to its record. */
  async #deliver(mail: MailToSend): Promise<void> {
    // Whatever breaks here (a letter that cannot be read, a file that cannot be renamed), the mail must not stay ours for ever.
    const outcome = await this.#send(mail).catch((error: unknown) => this.#broken(mail, error));
    this.#standing.learn(mail, outcome);
    if (outcome.kind !== 'stopped') this.#departures.recording(this.#turnstile.tell(mail, outcome));
  }

  async #send(mail: MailToSend): Promise<Outcome> {
    const stamp = await this.#stampOf(mail.letterId);
    let failure: Error | undefined;
    const outcome = await this.#o.relay.send(stamp(mail), () =>
      this.#turnstile.ask(mail).catch((error: unknown) => {
        if (!(error instanceof Stopped)) failure = error as Error;
        throw error;
      }),
    );
    // The ticket could not be taken because the database did not answer: it did not leave.
    return failure ? { kind: 'unreachable', reason: failure.message, begun: true } : outcome;
  }

  #broken(mail: MailRow, error: unknown): Told {
    this.#o.warn(error, `mail ${mail.id} could not be handed over`);
    const reason = (error as Error).message;
    return mail.handing ? { kind: 'in_doubt', reason } : { kind: 'unreachable', reason };
  }

  #stampOf(letterId: string): Promise<Stamp> {
    const known = this.#stamps.get(letterId);
    if (known) return known;
    const made = mailStore.letter(this.#o.db.kysely, letterId).then((letter) => cutStamp(letter, this.#o.stationery));
    made.catch(() => this.#stamps.delete(letterId));
    if (this.#stamps.size >= 200) this.#stamps.clear();
    this.#stamps.set(letterId, made);
    return made;
  }
}

const LOST: Told = { kind: 'in_doubt', reason: 'the sending process ended during the hand-over' };
const NEVER_BEGUN: Told = { kind: 'unreachable', reason: 'the sending process ended before the hand-over' };
