import type { Clock, Instant } from '../../time.ts';
import type { MailToSend } from '../store.ts';
import type { Yard } from './claims.ts';
import { Pace } from './pace.ts';
import type { Standing } from './standing.ts';
import { Stock } from './stock.ts';

type MailClass = MailToSend['class'];

export interface DepartureOptions {
  clock: Clock;
  perSecond: number;
  lanes: { urgent: number; bulk: number };
  warn: (error: unknown, message: string) => void;
}

export interface Crew {
  deliver: (mail: MailToSend) => Promise<void>;
  letGo: (mails: MailToSend[]) => Promise<void>;
}

/** Claimed ahead for each domain, so that its lanes do not wait for the database. */
const AHEAD = 8;
/**
 * Begun in one turn of the event loop: each composes a mail and may open a connection, and others in this process want to be heard in
 * between. One commit lets a hundred pass at once, whose lanes are free again in the same moment.
 */
const AT_ONCE = 5;

interface Platform {
  stock: Stock;
  lanes: number;
  underWay: number;
  /** Those who wait until there is room for more. */
  waiting: (() => void)[];
  /** Those who wait until a lane is free and nothing is left for it. */
  thirsty: (() => void)[];
}

/**
 * Sends off what is claimed: each class on its own lanes, each domain on no more than its own, all at an even pace. Urgent mails never
 * wait for bulk.
 */
export class Departures implements Yard {
  readonly #o: DepartureOptions;
  readonly #standing: Standing;
  readonly #crew: Crew;
  readonly #platforms: Record<MailClass, Platform>;
  readonly #pace: Pace;
  readonly #recordings = new Set<Promise<void>>();
  #idle: (() => void)[] = [];
  #open = false;
  #timer: NodeJS.Timeout | undefined;
  #begun = 0;
  #nextTurn: NodeJS.Immediate | undefined;

  constructor(options: DepartureOptions, standing: Standing, crew: Crew) {
    this.#o = options;
    this.#standing = standing;
    this.#crew = crew;
    this.#pace = new Pace(options.perSecond, performance.now());
    const platform = (lanes: number): Platform => ({
      stock: new Stock(),
      lanes,
      underWay: 0,
      waiting: [],
      thirsty: [],
    });
    this.#platforms = { urgent: platform(options.lanes.urgent), bulk: platform(options.lanes.bulk) };
  }

  open(): void {
    this.#open = true;
  }

  add(mailClass: MailClass, mails: MailToSend[]): void {
    this.#platforms[mailClass].stock.add(mails);
    if (this.#open) this.#go(mailClass);
  }

  roomFor(mailClass: MailClass, domain: string, now: Instant): number {
    const room = this.#standing.lanes[mailClass].roomOf(domain, now);
    return room <= 0 ? 0 : room * AHEAD - this.#platforms[mailClass].stock.countOf(domain);
  }

  /** A second's worth at most: what is claimed cannot be superseded cheaply, and is lost to other couriers for a while. */
  roomOf(mailClass: MailClass): number {
    const { stock, lanes } = this.#platforms[mailClass];
    const most = mailClass === 'urgent' ? lanes * AHEAD : Math.min(lanes * AHEAD, Math.max(2, this.#o.perSecond));
    return most - stock.size;
  }

  /** Resolves once half of what may be claimed ahead is gone. */
  hasRoom(mailClass: MailClass): Promise<void> {
    const platform = this.#platforms[mailClass];
    if (!this.#open || this.#isLow(mailClass)) return Promise.resolve();
    return new Promise((resolve) => platform.waiting.push(resolve));
  }

  /** Resolves at the next mail's end after which all that was claimed is under way. */
  isDry(mailClass: MailClass): Promise<void> {
    return new Promise((resolve) => this.#platforms[mailClass].thirsty.push(resolve));
  }

  /** A mail's end that is being recorded; idle() waits for it. */
  recording(work: Promise<void>): void {
    this.#recordings.add(work);
    void work.finally(() => {
      this.#recordings.delete(work);
      this.#tellIdle();
    });
  }

  /** Resolves when nothing is under way that could go. */
  async idle(): Promise<void> {
    if (!this.#isIdle()) await new Promise<void>((resolve) => this.#idle.push(resolve));
    await this.#release();
  }

  /** Nothing leaves any more; what is under way comes to its end, what was claimed goes back. */
  async close(): Promise<void> {
    this.#open = false;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    for (const platform of Object.values(this.#platforms)) for (const go of platform.waiting.splice(0)) go();
    await this.#release();
    if (!this.#isIdle()) await new Promise<void>((resolve) => this.#idle.push(resolve));
  }

  #go(mailClass: MailClass): void {
    const platform = this.#platforms[mailClass];
    while (this.#open && platform.underWay < platform.lanes && platform.stock.size > 0) {
      if (!this.#mayBegin()) break;
      const now = this.#o.clock.now();
      if (!this.#standing.breaker.mayTry(now, this.#underWay())) break;
      const mail = this.#next(mailClass, platform, now);
      if (!mail) {
        this.#standing.breaker.undecided();
        break;
      }
      platform.underWay++;
      this.#begun++;
      void this.#crew
        .deliver(mail)
        .catch((error: unknown) => this.#o.warn(error, `mail ${mail.id} was not brought to its end`))
        .finally(() => {
          platform.underWay--;
          this.#afterOne(mailClass);
        });
    }
    // None of it can go, and nobody comes back who would look again.
    if (this.#open && platform.stock.size > 0 && platform.underWay === 0 && !this.#looksAgain) void this.#release();
    if (this.#isLow(mailClass)) for (const go of platform.waiting.splice(0)) go();
    this.#tellIdle();
  }

  #next(mailClass: MailClass, platform: Platform, now: Instant): MailToSend | undefined {
    const lanes = this.#standing.lanes[mailClass];
    if (mailClass === 'bulk') {
      const wait = this.#pace.take(performance.now());
      if (wait > 0) {
        this.#later(wait);
        return undefined;
      }
    }
    let soonest = Number.POSITIVE_INFINITY;
    const mail = platform.stock.next((domain) => {
      if (lanes.roomOf(domain, now) < 1) return false;
      const wait = lanes.enter(domain);
      soonest = Math.min(soonest, wait === 0 ? soonest : wait);
      return wait === 0;
    });
    if (!mail && soonest < Number.POSITIVE_INFINITY) this.#later(soonest);
    return mail;
  }

  #mayBegin(): boolean {
    this.#nextTurn ??= setImmediate(() => {
      const others = this.#isFull;
      this.#nextTurn = undefined;
      this.#begun = 0;
      if (others) this.#goAll();
    });
    return !this.#isFull;
  }

  /** As many as one turn may begin have begun. */
  get #isFull(): boolean {
    return this.#begun >= AT_ONCE;
  }

  /** It is known already when what waits is looked at next. */
  get #looksAgain(): boolean {
    return this.#timer !== undefined || this.#isFull;
  }

  #later(milliseconds: number): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.#goAll();
    }, milliseconds);
  }

  #goAll(): void {
    this.#go('urgent');
    this.#go('bulk');
  }

  #afterOne(mailClass: MailClass): void {
    this.#go(mailClass);
    const { stock, thirsty } = this.#platforms[mailClass];
    if (stock.size === 0) for (const go of thirsty.splice(0)) go();
    // What cannot go now goes back, where newer words can take its place.
    const now = this.#o.clock.now();
    const { breaker, lanes } = this.#standing;
    if (breaker.isDown) void this.#release();
    else if (!lanes.urgent.areAwake(now) || !lanes.bulk.areAwake(now))
      void this.#release((stockClass, domain) => lanes[stockClass].isAwake(domain, now));
  }

  async #release(keep: (mailClass: MailClass, domain: string) => boolean = () => false): Promise<void> {
    const mails = (['urgent', 'bulk'] as const).flatMap((mailClass) => {
      const { stock } = this.#platforms[mailClass];
      return stock.size === 0 ? [] : stock.clear((domain) => keep(mailClass, domain));
    });
    if (mails.length === 0) return;
    const back = this.#crew
      .letGo(mails)
      .catch((error: unknown) => this.#o.warn(error, 'claimed mails could not be given back yet'));
    this.recording(back);
    await back;
  }

  #underWay(): number {
    return this.#platforms.urgent.underWay + this.#platforms.bulk.underWay;
  }

  #isLow(mailClass: MailClass): boolean {
    return this.#platforms[mailClass].stock.size <= this.roomOf(mailClass);
  }

  #isIdle(): boolean {
    return this.#underWay() === 0 && this.#recordings.size === 0 && !(this.#open && this.#looksAgain);
  }

  #tellIdle(): void {
    if (this.#idle.length > 0 && this.#isIdle()) for (const go of this.#idle.splice(0)) go();
  }
}
