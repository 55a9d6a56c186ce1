import { atOnce } from '../../db/asking.ts';
import { type Database, isUniqueViolation, type Last, type Tx } from '../../db/open.ts';
import type { Clock } from '../../time.ts';
import type { Ending, Recheck, Settled } from '../outbox.ts';
import type { Outcome } from '../relay/relay.ts';
import { type Held, type MailRow, mailStore } from '../store.ts';
import { type AttemptFacts, type Settlement, settle } from './attempt.ts';

/** What can be written down: a mail that was stopped has been recorded by whoever stopped it. */
export type Told = Exclude<Outcome, { kind: 'stopped' }>;

export interface TurnstileOptions {
  db: Database;
  clock: Clock;
  recheck: Recheck;
  settled: Settled;
  owner: string;
  /** Hand-overs for one budget, at most 3. */
  ticketsPerBudget: number;
  /** What became of a mail, once it is recorded. */
  recorded: (mail: MailRow, settlement: Settlement) => void;
  warn: (error: unknown, message: string) => void;
}

/** Thrown at the gate before the final dot: the mail must not go. What becomes of it is already recorded. */
export class Stopped extends Error {}

interface Asking {
  mail: MailRow;
  /** A commit failed with this one in it: it may have been recorded as let through nevertheless. */
  unsure: boolean;
  pass: () => void;
  refuse: (error: Error) => void;
}

interface Telling {
  mail: MailRow;
  outcome: Told;
  done: () => void;
  tries: number;
}

interface Turn {
  telling: Telling[];
  asking: Asking[];
}

const MOST = 128;
/** Turns under way at once. On PostgreSQL, two commits are on their way to the disk together; SQLite has one writer, and they follow closely. */
const ABREAST = 2;
/** So many must wait before a turn begins beside another: each costs a commit. */
const CROWD = 16;
/** Milliseconds for which a record waits for somebody who asks. */
const UNASKED = 10;
/** What the sockets have is read so often at most before a turn begins. */
const LOOKS = 6;

/**
 * The gate before the final dot. Whoever stands there in the same moment passes by one transaction: first what became of earlier
 * mails is recorded, then each gets its own ticket, and only after the commit the dots follow. So a process that dies has at most one
 * mail in doubt on each of its connections, and a commit serves as many mails as there are connections.
 */
export class Turnstile {
  readonly #o: TurnstileOptions;
  readonly #asking: Asking[] = [];
  readonly #telling: Telling[] = [];
  /** A turn has begun, and takes whoever is there in a moment. */
  #gathering = false;
  #underWay = 0;
  /** Under which mails are being let through. */
  readonly #budgets = new Set<string>();
  #alone: NodeJS.Timeout | undefined;

  constructor(options: TurnstileOptions) {
    this.#o = options;
  }

  /** Resolves when the mail's ticket is taken. @throws Stopped where it must not go, or why the database could not say. */
  ask(mail: MailRow): Promise<void> {
    return new Promise((pass, refuse) => {
      this.#asking.push({ mail, unsure: false, pass, refuse });
      this.#turn();
    });
  }

  /** Resolves when the outcome is recorded. What happened must be written down: a full disk or a lost connection is waited for. */
  tell(mail: MailRow, outcome: Told): Promise<void> {
    return new Promise((done) => {
      this.#telling.push({ mail, outcome, done, tries: 0 });
      this.#turnSoon();
    });
  }

  #turn(): void {
    clearTimeout(this.#alone);
    this.#alone = undefined;
    if (this.#gathering || this.#underWay >= ABREAST || (this.#underWay > 0 && !this.#isCrowded)) return;
    this.#gathering = true;
    void this.#go();
  }

  /** What is only to be recorded goes with the next who asks: a connection asks again after its mail was told, so that both are of one turn. */
  #turnSoon(): void {
    if (this.#asking.length > 0 || this.#telling.length >= MOST) this.#turn();
    else if (this.#telling.length > 0) this.#alone ??= setTimeout(() => this.#turn(), UNASKED);
  }

  get #waiting(): number {
    return this.#asking.length + this.#telling.length;
  }

  get #isCrowded(): boolean {
    return this.#asking.filter((one) => this.#mayGo(one)).length >= CROWD;
  }

  async #go(): Promise<void> {
    // As long as more keep coming they belong to this turn: nobody waits for it, and one commit serves them all.
    for (let looks = 0, before = 0; looks < LOOKS && this.#waiting > before; looks++) {
      before = this.#waiting;
      await new Promise((resolve) => setImmediate(resolve));
    }
    let turn: Turn | undefined;
    // Whoever comes while others still write belongs to it, too.
    const whoIsHere = () => {
      turn = { telling: this.#telling.splice(0, MOST), asking: this.#oneOfEachBudget() };
      this.#gathering = false;
      this.#underWay++;
      return turn;
    };
    try {
      await this.#together(whoIsHere);
    } catch {
      // One of them, or two couriers in each other's way, or nobody could begin: each by itself then.
      const { telling, asking } = turn ?? whoIsHere();
      for (const one of telling) await this.#tellAlone(one);
      for (const one of asking) await this.#askAlone(one);
    }
    this.#underWay--;
    for (const { mail } of turn?.asking ?? []) if (mail.budget !== null) this.#budgets.delete(mail.budget);
    this.#turnSoon();
  }

  /** What one mail is let through for changes what must be left for the next one under the same budget: that waits until it is known. */
  #oneOfEachBudget(): Asking[] {
    const now: Asking[] = [];
    for (const one of this.#asking.splice(0)) {
      if (now.length < MOST && this.#mayGo(one)) {
        now.push(one);
        if (one.mail.budget !== null) this.#budgets.add(one.mail.budget);
      } else this.#asking.push(one);
    }
    return now;
  }

  #mayGo({ mail: { budget } }: Asking): boolean {
    return budget === null || !this.#budgets.has(budget);
  }

  async #together(who: () => Turn): Promise<void> {
    const { db, owner } = this.#o;
    const { telling, asking, settlements, passed } = await db.transaction(async (tx, last) => {
      const { telling, asking } = who();
      const ids = [...telling, ...asking].map(({ mail }) => mail.id);
      const held = mailStore.held(tx, db.engine, owner, ids);
      const recording = recordOutcomes(tx, telling, held, this.#o);
      // What was refused gives its ticket back before anybody looks at what is left.
      if (!telling.every(wasSent)) await recording;
      const mails = asking.map(({ mail }) => mail);
      const [settlements, passed] = await atOnce(recording, takeTickets(tx, mails, held, last, this.#o));
      return { telling, asking, settlements, passed };
    });
    for (const one of telling) {
      one.done();
      const settlement = settlements.get(one.mail.id);
      if (settlement) this.#o.recorded(one.mail, settlement);
    }
    for (const { mail, unsure, pass, refuse } of asking) {
      const ticket = passed.get(mail.id);
      if (!ticket)
        refuse(unsure ? new Error('the database lost its connection') : new Stopped('it must not go any more'));
      else {
        Object.assign(mail, ticket, { handing: true });
        pass();
      }
    }
  }

  async #tellAlone(one: Telling): Promise<void> {
    try {
      await this.#together(() => ({ telling: [one], asking: [] }));
    } catch (error) {
      if (one.tries++ === 0) this.#o.warn(error, `the outcome of mail ${one.mail.id} could not be recorded yet`);
      const pause = Math.min(100 * 2 ** one.tries, 5000);
      setTimeout(() => {
        this.#telling.push(one);
        this.#turn();
      }, pause);
    }
  }

  async #askAlone(one: Asking): Promise<void> {
    one.unsure = true;
    for (let tries = 1; ; tries++) {
      try {
        return await this.#together(() => ({ telling: [], asking: [one] }));
      } catch (error) {
        // Two mails of one budget may reach for the same ticket: the slower one looks again.
        if (tries < 5 && isUniqueViolation(error)) continue;
        return one.refuse(error as Error);
      }
    }
  }
}

const wasSent = ({ outcome }: { outcome: Told }) => outcome.kind === 'sent';

/**
 * Records what became of mails and gives back the tickets of definite refusals. Whoever took a mail over since has recorded it as in doubt;
 * that stands. @returns what was decided of those still ours.
 */
async function recordOutcomes(
  tx: Tx,
  told: { mail: MailRow; outcome: Told }[],
  held: Promise<Map<string, Held>>,
  o: Pick<TurnstileOptions, 'clock' | 'settled' | 'ticketsPerBudget' | 'owner'>,
): Promise<Map<string, Settlement>> {
  if (told.length === 0) return new Map();
  if (told.every(wasSent)) return recordSent(tx, told, held, o);
  const ours = await held;
  const still = told.filter(({ mail }) => ours.has(mail.id));
  // The row knows which ticket this attempt took, also where the answer to its commit was lost.
  for (const { mail } of still) mail.ticket = ours.get(mail.id)?.ticket ?? null;
  return settleAll(tx, still, o);
}

/** What was taken needs no look at anything before it is written down: said in the same moment as the question whose mails they are. */
async function recordSent(
  tx: Tx,
  told: { mail: MailRow; outcome: Told }[],
  held: Promise<Map<string, Held>>,
  {
    clock,
    owner,
    settled,
    ticketsPerBudget,
  }: Pick<TurnstileOptions, 'clock' | 'settled' | 'ticketsPerBudget' | 'owner'>,
): Promise<Map<string, Settlement>> {
  const now = clock.now();
  const done = told.map(({ mail, outcome }) => ({
    mail,
    id: mail.id,
    settlement: settle(outcome, factsOf(mail, 0, now, ticketsPerBudget)),
  }));
  const [ours] = await atOnce(held, mailStore.settle(tx, done, now, owner));
  const still = done.filter(({ id }) => ours.has(id));
  await settled(tx, still.map(endingOf));
  return new Map(still.map(({ id, settlement }) => [id, settlement]));
}

/** The same for mails that are known to be ours. */
export async function settleAll(
  tx: Tx,
  told: { mail: MailRow; outcome: Told }[],
  { clock, settled, ticketsPerBudget }: Pick<TurnstileOptions, 'clock' | 'settled' | 'ticketsPerBudget'>,
): Promise<Map<string, Settlement>> {
  const budgets = told.flatMap(({ mail, outcome }) => (outcome.kind === 'sent' || !mail.budget ? [] : [mail.budget]));
  const tickets = await mailStore.tickets(tx, budgets);
  const now = clock.now();
  const done = told.map(({ mail, outcome }) => {
    const taken = mail.budget === null ? 0 : (tickets.get(mail.budget)?.length ?? 0);
    return { mail, settlement: settle(outcome, factsOf(mail, taken, now, ticketsPerBudget)) };
  });
  for (const { mail, settlement } of done) {
    if (settlement.ticket === 'give back' && mail.budget !== null && mail.ticket !== null) {
      await mailStore.giveTicketBack(tx, mail.budget, mail.ticket, mail.id);
    }
  }
  await mailStore.settle(
    tx,
    done.map(({ mail, settlement }) => ({ id: mail.id, settlement })),
    now,
  );
  if (done.length > 0) await settled(tx, done.map(endingOf));
  return new Map(done.map(({ mail, settlement }) => [mail.id, settlement]));
}

function factsOf(mail: MailRow, tickets: number, now: number, limit: number): AttemptFacts {
  return {
    now,
    attempts: Math.max(1, mail.attempts),
    notAfter: mail.notAfter,
    repeatable: mail.repeatable,
    tickets,
    reserve: mail.reserve,
    limit,
    hasBudget: mail.budget !== null,
    random: Math.random(),
  };
}

function endingOf({ mail, settlement }: { mail: MailRow; settlement: Settlement }): Ending {
  return { mail, kind: toldAs(settlement), deadAddress: settlement.deadAddress, reply: settlement.reply };
}

function toldAs({ state }: Settlement): Ending['kind'] {
  switch (state) {
    case 'sent':
    case 'in_doubt':
      return state;
    case 'queued':
      return 'deferred';
    case 'failed':
    case 'expired':
      return 'failed';
  }
}

/** One ticket for each mail that may go, in the order in which they ask. @returns what they got; who is missing must not go. */
async function takeTickets(
  tx: Tx,
  mails: MailRow[],
  held: Promise<Map<string, Held>>,
  last: Last,
  { clock, recheck, ticketsPerBudget }: TurnstileOptions,
): Promise<Map<string, { ticket: number | null; reserve: number }>> {
  const passed = new Map<string, { ticket: number | null; reserve: number }>();
  if (mails.length === 0) return passed;
  const now = clock.now();
  const budgets = mails.flatMap(({ budget }) => (budget === null ? [] : [budget]));
  const standing = held.then((ours) => (id: string) => ours.get(id)?.handing === false);
  const [verdicts, tickets, stands] = await atOnce(
    recheck(tx, mails, standing),
    mailStore.tickets(tx, budgets),
    standing,
  );
  const ours = mails.filter(({ id }) => stands(id));
  for (const mail of ours) {
    const verdict = verdicts.get(mail.id);
    if (!verdict?.go) await mailStore.end(tx, [mail.id], verdict?.state ?? 'cancelled', now);
    else if (mail.budget === null) passed.set(mail.id, { ticket: null, reserve: 0 });
    else {
      const taken = tickets.get(mail.budget) ?? [];
      const ticket = [1, 2, 3].find((number) => !taken.includes(number));
      if (ticket === undefined || taken.length + 1 + verdict.reserve > ticketsPerBudget) {
        await mailStore.end(tx, [mail.id], 'no_budget', now);
        continue;
      }
      tickets.set(mail.budget, [...taken, ticket]);
      passed.set(mail.id, { ticket, reserve: verdict.reserve });
    }
  }
  const going = ours.flatMap((mail) => {
    const given = passed.get(mail.id);
    return given ? [{ mail, ...given }] : [];
  });
  const taken = going.flatMap(({ mail: { id: mailId, budget }, ticket }) =>
    budget === null || ticket === null ? [] : [{ budget, number: ticket, mailId }],
  );
  // in one order everywhere: two couriers must not wait for each other
  taken.sort((a, b) => (a.budget < b.budget ? -1 : 1));
  const rows = going.map(({ mail, ticket, reserve }) => ({ id: mail.id, ticket, reserve }));
  last(atOnce(mailStore.takeTickets(tx, taken, now), mailStore.handing(tx, rows)));
  return passed;
}
