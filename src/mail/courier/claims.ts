import { atOnce } from '../../db/asking.ts';
import type { Database, Tx } from '../../db/open.ts';
import { type Clock, type Instant, MINUTE, SECOND } from '../../time.ts';
import type { Recheck, Still, Verdict } from '../outbox.ts';
import { type DueMail, type MailRow, type MailToSend, mailStore } from '../store.ts';
import type { Standing } from './standing.ts';

export interface ClaimOptions {
  db: Database;
  clock: Clock;
  recheck: Recheck;
  owner: string;
  perSecond: number;
  lanes: { urgent: number; bulk: number };
}

/** Longer than any pause of the event loop, far shorter than a fault. */
export const LEASE = 2 * MINUTE;
/** Looked through at once. */
const SCAN = 400;
const MOST = 200;
/** Milliseconds. */
const ANEW = 10 * SECOND;

type MailClass = MailRow['class'];

function among(mails: MailRow[]): Still {
  const ids = new Set(mails.map(({ id }) => id));
  return (id) => ids.has(id);
}

const WORDLESS = { fields: {}, headers: {} };

/** Where claimed mails go. */
export interface Yard {
  add(mailClass: MailClass, mails: MailToSend[]): void;
  /** How many more mails to this domain make sense to be claimed. */
  roomFor(mailClass: MailClass, domain: string, now: Instant): number;
  roomOf(mailClass: MailClass): number;
}

/**
 * Claims mails in batches, each under a lease. Domains that have no lane free are passed by and remembered: the search goes on
 * behind them, and comes back to each when it has room.
 */
export class Claims {
  readonly #o: ClaimOptions;
  readonly #standing: Standing;
  readonly #place: Record<MailClass, DueMail | null> = { urgent: null, bulk: null };
  readonly #passedBy: Record<MailClass, Set<string>> = { urgent: new Set(), bulk: new Set() };

  readonly #unsure = new Set<string>();
  readonly #begun: Record<MailClass, number> = { urgent: 0, bulk: 0 };

  constructor(options: ClaimOptions, standing: Standing) {
    this.#o = options;
    this.#standing = standing;
  }

  /** @returns how many mails were claimed or ended, or 1 where there is more to look through; 0: nothing is due that may go now. */
  async fetch(mailClass: MailClass, yard: Yard): Promise<number> {
    const { db, clock } = this.#o;
    const now = clock.now();
    await this.#letGoOfUnsure();
    if (this.#standing.breaker.isOpen(now)) return 0;
    const wanted = this.#standing.breaker.isDown ? 1 : Math.min(MOST, yard.roomOf(mailClass));
    if (wanted < 1) return 0;
    const asked: string[] = [];
    try {
      const { mails, looked } = await db.transaction(async (tx) => {
        const [{ frozen_at, paused_until }, choice] = await atOnce(
          mailStore.sender(tx),
          this.#choose(tx, mailClass, yard, { now, wanted }),
        );
        // What is urgent goes on: staff must hear of the pause, and a sign-in may find another way.
        const paused = mailClass === 'bulk' && (paused_until ?? 0) > now;
        if (frozen_at !== null || paused) {
          this.beginAnew();
          return { mails: [], looked: 0 };
        }
        return this.#claim(tx, choice, { now, asked });
      });
      yard.add(mailClass, mails);
      return looked;
    } catch (error) {
      for (const id of asked) this.#unsure.add(id);
      throw error;
    }
  }

  /**
   * A connection that is lost at the commit leaves open whether it was made. Such mails may be ours without our knowing, and with
   * our lease renewed nobody would ever send them.
   */
  async #letGoOfUnsure(): Promise<void> {
    const ids = [...this.#unsure];
    if (ids.length === 0) return;
    this.#unsure.clear();
    try {
      await mailStore.letGo(this.#o.db.kysely, ids, this.#o.owner);
    } catch (error) {
      for (const id of ids) this.#unsure.add(id);
      throw error;
    }
  }

  /** Whether something is due that waits only for a lane of its domain. */
  passesBy(mailClass: MailClass): boolean {
    return this.#passedBy[mailClass].size > 0;
  }

  /** The next search looks through everything that is due. */
  beginAnew(): void {
    this.#place.urgent = null;
    this.#place.bulk = null;
  }

  /** Gives claimed mails back; where the database does not answer, with the next search. */
  async letGo(mails: MailRow[]): Promise<void> {
    for (const { id } of mails) this.#unsure.add(id);
    await this.#letGoOfUnsure();
  }

  async #claim(
    tx: Tx,
    { chosen, more }: { chosen: DueMail[]; more: boolean },
    { now, asked }: { now: Instant; asked: string[] },
  ) {
    const { owner, recheck } = this.#o;
    const looked = chosen.length > 0 ? chosen.length : more ? 1 : 0;
    const stale = chosen.filter(({ notAfter }) => notAfter !== null && now > notAfter);
    await mailStore.end(
      tx,
      stale.map(({ id }) => id),
      'expired',
      now,
    );
    const fresh = chosen.filter((mail) => !stale.includes(mail));
    if (fresh.length === 0) return { mails: [], looked };
    const ids = fresh.map(({ id }) => id);
    asked.push(...ids);
    const claiming = mailStore.claim(tx, ids, owner, now + LEASE);
    const still = claiming.then(among);
    const [claimed, verdicts, words] = await atOnce(
      claiming,
      recheck(tx, fresh, still),
      mailStore.words(tx, ids),
      still,
    );
    for (const state of ['cancelled', 'expired', 'no_budget'] as const) {
      const ended = claimed.filter(({ id }) => {
        const verdict = verdicts.get(id);
        return verdict === undefined ? state === 'cancelled' : !verdict.go && verdict.state === state;
      });
      await mailStore.end(
        tx,
        ended.map(({ id }) => id),
        state,
        now,
      );
    }
    const early = await this.#putOff(tx, claimed, verdicts, now);
    const going = claimed.filter(({ id }) => verdicts.get(id)?.go && !early.has(id));
    return { mails: going.map((mail) => ({ ...mail, ...(words.get(mail.id) ?? WORDLESS) })), looked };
  }

  /** Back into the queue, without an attempt, those whose owner says: not yet. */
  async #putOff(tx: Tx, claimed: MailRow[], verdicts: Map<string, Verdict>, now: Instant): Promise<Set<string>> {
    const early = new Set<string>();
    for (const { id, notAfter } of claimed) {
      const verdict = verdicts.get(id);
      if (!verdict?.go || verdict.notBefore === undefined || verdict.notBefore <= now) continue;
      await mailStore.letGo(tx, [id], this.#o.owner);
      await mailStore.reschedule(tx, [id], { notBefore: verdict.notBefore, notAfter });
      early.add(id);
    }
    return early;
  }

  /** Those that waited for their domain first, then the next ones in order. */
  async #choose(
    tx: Tx,
    mailClass: MailClass,
    yard: Yard,
    { now, wanted }: { now: Instant; wanted: number },
  ): Promise<{ chosen: DueMail[]; more: boolean }> {
    const { engine } = this.#o.db;
    const passedBy = this.#passedBy[mailClass];
    const chosen: DueMail[] = [];
    for (const domain of passedBy) {
      const limit = Math.min(yard.roomFor(mailClass, domain, now), wanted - chosen.length);
      if (limit < 1) continue;
      const due = await mailStore.dueTo(tx, engine, mailClass, now, { domain, limit });
      chosen.push(...due);
      if (due.length < limit) passedBy.delete(domain);
      if (chosen.length >= wanted) return { chosen, more: true };
    }
    const room = new Map<string, number>();
    const after = this.#place[mailClass];
    const limit = passedBy.size > 0 ? SCAN : Math.min(SCAN, wanted * 2);
    const found = await mailStore.due(tx, engine, mailClass, now, { after, limit });
    for (const mail of found) {
      if (chosen.length >= wanted) return { chosen, more: true };
      this.#place[mailClass] = mail;
      const left = room.get(mail.domain) ?? (passedBy.has(mail.domain) ? 0 : yard.roomFor(mailClass, mail.domain, now));
      if (left > 0) chosen.push(mail);
      else passedBy.add(mail.domain);
      room.set(mail.domain, left - 1);
    }
    const more = found.length === limit;
    if (!more) this.#atTheEnd(mailClass);
    return { chosen, more };
  }

  /** It begins anew, for something may have become due before this place; seldom where that means to pass by many again. */
  #atTheEnd(mailClass: MailClass): void {
    const elapsed = performance.now();
    if (this.#passedBy[mailClass].size > 0 && elapsed - this.#begun[mailClass] < ANEW) return;
    this.#begun[mailClass] = elapsed;
    this.#place[mailClass] = null;
  }
}
