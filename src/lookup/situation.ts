import type { Database, Tx } from '../db/open.ts';
import type { StatusLink } from '../http/status-link.ts';
import { type Clock, DAY, HOUR, type Instant } from '../time.ts';
import {
  affected,
  type Condition,
  type KnownNotice,
  type Mailbox,
  type MailboxStatus,
  type ServiceStatus,
  serviceStatus,
  type Text,
} from './affected.ts';
import { type Asked, type AskedBySession, lookupStore } from './store.ts';
import { Stretch } from './stretch.ts';

/** Everything in force, as one edition knew it. */
interface Situation {
  edition: number;
  notices: KnownNotice[];
  readAt: Instant;
  stretch: Stretch;
}

/** What somebody who is signed in asked for, and by which session. */
export interface Own {
  by: AskedBySession;
  mailboxes: { mailbox: Mailbox; condition: Condition }[];
  /** What it was all worked out in. */
  stretch: Stretch;
}

/** A long-lived situation would only carry what has been over for days, and new names of the catalogue belong into it. */
const FRESH_FOR = HOUR;

/**
 * What is in force, kept in memory. Each request brings the edition's number along with its mailboxes in one indexed read; the
 * notices are read again only when that number is another one. So every node answers by what is published, without a poll, and
 * a database that is down is noticed at once: there is no answer from memory that could say "normal" wrongly.
 */
export class Situations {
  readonly #db: Database;
  readonly #clock: Clock;
  readonly #newest: () => number;
  #known: Situation | undefined;
  #reading: { edition: number; done: Promise<Situation> } | undefined;

  /** @param newest the edition that this node knows of: a replica's number may be behind it. */
  constructor(db: Database, clock: Clock, newest: () => number = () => 0) {
    this.#newest = newest;
    this.#db = db;
    this.#clock = clock;
  }

  async ofCustomer(customerId: string, at: Instant): Promise<MailboxStatus[]> {
    return this.#hold(await lookupStore.ofCustomer(this.#db, customerId), at);
  }

  /** undefined where no such session lives. The session and all that it may see are one read: what was ended a moment ago shows nothing. */
  async ofSession(tokenHash: string, at: Instant): Promise<Own | undefined> {
    const by = await lookupStore.ofSession(this.#db, tokenHash, at);
    if (!by) return undefined;
    const stretch = await this.#stretch(by.edition, at);
    return {
      by,
      mailboxes: by.mailboxes.map((mailbox) => ({ mailbox, condition: stretch.conditionOf(mailbox, at) })),
      stretch,
    };
  }

  async ofAddress(address: string, at: Instant): Promise<MailboxStatus | undefined> {
    const [status] = await this.#hold(await lookupStore.ofAddress(this.#db, address), at);
    return status;
  }

  /** By address as it is stored. Those that nobody has are missing. */
  async ofAddresses(addresses: readonly string[], at: Instant): Promise<Map<string, MailboxStatus>> {
    const statuses = await this.#hold(await lookupStore.ofAddresses(this.#db, addresses), at);
    return new Map(statuses.map((status) => [status.mailbox.address, status]));
  }

  /** The services on his list, each as it is now. */
  async ofChosen(customerId: string, at: Instant): Promise<(ServiceStatus & { name: Text })[]> {
    const chosen = await lookupStore.chosen(this.#db, customerId);
    if (chosen.length === 0) return [];
    const { notices } = await this.#current(await lookupStore.editionNumber(this.#db.kysely));
    return chosen.map(({ key, name }) => ({ ...serviceStatus(notices, key, at), name }));
  }

  /** His alert addresses that mail no longer reaches. */
  unreached(customerId: string): Promise<string[]> {
    return lookupStore.unreached(this.#db, customerId);
  }

  /** As the transaction sees it: what was published a moment ago counts. */
  async ofCustomerIn(tx: Tx, customerId: string, at: Instant): Promise<MailboxStatus[]> {
    const asked = await lookupStore.ofCustomerIn(tx, customerId);
    const known = this.#known;
    const fresh = known && known.edition === asked.edition && known.readAt <= at && at < known.readAt + FRESH_FOR;
    const notices = fresh ? known.notices : await lookupStore.known(tx, at - 2 * DAY);
    return asked.mailboxes.map((mailbox) => affected(notices, mailbox, at));
  }

  /** undefined where the link has been ended, by its customer or with its address. */
  async ofLink(link: StatusLink, at: Instant): Promise<MailboxStatus[] | undefined> {
    const asked = await lookupStore.ofLink(this.#db, link);
    return asked && this.#hold(asked, at);
  }

  async #hold(asked: Asked, at: Instant): Promise<MailboxStatus[]> {
    const stretch = await this.#stretch(asked.edition, at);
    return asked.mailboxes.map((mailbox) => ({ mailbox, ...stretch.conditionOf(mailbox, at) }));
  }

  async #stretch(edition: number, at: Instant): Promise<Stretch> {
    const situation = await this.#current(Math.max(edition, this.#newest()));
    if (!situation.stretch.holds(at)) situation.stretch = new Stretch(situation.notices, at);
    return situation.stretch;
  }

  #current(edition: number): Promise<Situation> | Situation {
    const now = this.#clock.now();
    const known = this.#known;
    if (known && known.edition >= edition && known.readAt <= now && now < known.readAt + FRESH_FOR) return known;
    // Many ask at the same moment; one of them reads.
    if (this.#reading && this.#reading.edition >= edition) return this.#reading.done;
    const done = this.#read().finally(() => {
      if (this.#reading?.done === done) this.#reading = undefined;
    });
    this.#reading = { edition, done };
    return done;
  }

  /** The number is read before and after: what was read in between belongs to it only if it stood still. */
  async #read(): Promise<Situation> {
    const now = this.#clock.now();
    for (let attempt = 1; ; attempt++) {
      const edition = await lookupStore.editionNumber(this.#db.kysely);
      const notices = await lookupStore.known(this.#db.kysely, now - 2 * DAY);
      if (attempt === 5 || (await lookupStore.editionNumber(this.#db.kysely)) === edition) {
        this.#known = { edition, notices, readAt: now, stretch: new Stretch(notices, now) };
        return this.#known;
      }
    }
  }
}
