import type { Insertable, Selectable } from 'kysely';
import { evenly } from '../../db/asking.ts';
import type { Reader, Tx } from '../../db/open.ts';
import type { AddressConfirmationsTable, AddressesTable } from '../../db/tables/alerts.ts';
import type { Instant } from '../../time.ts';
import type { Address } from './address.ts';

/** The SQL of registered addresses; alert-store.ts has what is sent to them. */

type AddressChoice = Pick<Address, 'scope' | 'language' | 'works' | 'hours' | 'hoursForAll' | 'lateFinal'>;

/** A link that was sent, with the address it is for. */
export interface SentLink {
  addressId: string;
  email: string;
  confirmedAt: Instant | null;
  quarantinedAt: Instant | null;
  expiresAt: Instant;
  usedAt: Instant | null;
}

export const addressStore = {
  async ofCustomer(db: Reader, customerId: string): Promise<Address[]> {
    const rows = await db
      .selectFrom('addresses')
      .selectAll()
      .where('customer_id', '=', customerId)
      .orderBy('place')
      .execute();
    return rows.map(addressOf);
  },

  /** Somebody else's and a missing one are the same nothing. */
  async find(db: Reader, customerId: string, id: string): Promise<Address | undefined> {
    const row = await db
      .selectFrom('addresses')
      .selectAll()
      .where('id', '=', id)
      .where('customer_id', '=', customerId)
      .executeTakeFirst();
    return row && addressOf(row);
  },

  /** Whoever's it is: for a link that names it. */
  async byId(db: Reader, id: string): Promise<Address | undefined> {
    const row = await db.selectFrom('addresses').selectAll().where('id', '=', id).executeTakeFirst();
    return row && addressOf(row);
  },

  async add(tx: Tx, row: Insertable<AddressesTable>): Promise<void> {
    await tx.insertInto('addresses').values(row).execute();
  },

  /** Its services and confirmations go with it. */
  async remove(tx: Tx, id: string): Promise<void> {
    await tx.deleteFrom('addresses').where('id', '=', id).execute();
  },

  async choose(tx: Tx, id: string, choice: AddressChoice): Promise<void> {
    await tx
      .updateTable('addresses')
      .set({
        scope: choice.scope,
        language: choice.language,
        works: choice.works ? 1 : 0,
        hours: choice.hours,
        hours_for_all: choice.hoursForAll ? 1 : 0,
        late_final: choice.lateFinal ? 1 : 0,
      })
      .where('id', '=', id)
      .execute();
  },

  /** @returns the address; undefined where there is none, or it was stopped before. */
  async stop(tx: Tx, id: string, now: Instant): Promise<Address | undefined> {
    const row = await tx
      .updateTable('addresses')
      .set({ stopped_at: now })
      .where('id', '=', id)
      .where('stopped_at', 'is', null)
      .returningAll()
      .executeTakeFirst();
    return row && addressOf(row);
  },

  async start(tx: Tx, id: string): Promise<void> {
    await tx.updateTable('addresses').set({ stopped_at: null }).where('id', '=', id).execute();
  },

  /** A mail arrived there and its reader pressed the button: whatever stood against it is over. */
  async confirm(tx: Tx, id: string, now: Instant): Promise<void> {
    await tx
      .updateTable('addresses')
      .set({ confirmed_at: now, stopped_at: null, quarantined_at: null, quarantine_reply: null })
      .where('id', '=', id)
      .execute();
  },

  async isConfirmedForOther(db: Reader, emailKey: string, customerId: string): Promise<boolean> {
    const row = await db
      .selectFrom('addresses')
      .select('id')
      .where('email_key', '=', emailKey)
      .where('confirmed_at', 'is not', null)
      .where('customer_id', '!=', customerId)
      .executeTakeFirst();
    return row !== undefined;
  },

  async addLink(tx: Tx, row: AddressConfirmationsTable): Promise<void> {
    await tx.insertInto('address_confirmations').values(row).execute();
  },

  async link(db: Reader, tokenHash: string): Promise<SentLink | undefined> {
    const row = await db
      .selectFrom('address_confirmations')
      .innerJoin('addresses', 'addresses.id', 'address_confirmations.address_id')
      .select(['addresses.id', 'addresses.email', 'addresses.confirmed_at', 'addresses.quarantined_at'])
      .select(['address_confirmations.expires_at', 'address_confirmations.used_at'])
      .where('token_hash', '=', tokenHash)
      .executeTakeFirst();
    return (
      row && {
        addressId: row.id,
        email: row.email,
        confirmedAt: row.confirmed_at,
        quarantinedAt: row.quarantined_at,
        expiresAt: row.expires_at,
        usedAt: row.used_at,
      }
    );
  },

  /** Takes the link for its one use. @returns whether this call was the one. */
  async useLink(tx: Tx, tokenHash: string, now: Instant): Promise<boolean> {
    const taken = await tx
      .updateTable('address_confirmations')
      .set({ used_at: now })
      .where('token_hash', '=', tokenHash)
      .where('used_at', 'is', null)
      .where('expires_at', '>', now)
      .returning('address_id')
      .execute();
    return taken.length === 1;
  },

  /** Older links to the same address are worth nothing after one was used. */
  async spendLinksOf(tx: Tx, addressId: string, now: Instant): Promise<void> {
    await tx
      .updateTable('address_confirmations')
      .set({ used_at: now })
      .where('address_id', '=', addressId)
      .where('used_at', 'is', null)
      .execute();
  },

  /** When one of these mails was queued last. */
  async lastQueued(db: Reader, mailIds: string[]): Promise<Instant | null> {
    const rows = await db.selectFrom('mails').select('created_at').where('id', 'in', evenly(mailIds)).execute();
    return rows.length === 0 ? null : Math.max(...rows.map((row) => row.created_at));
  },

  /** How many confirmations one customer has asked for since then, whatever became of the addresses. */
  async askedSince(db: Reader, customerId: string, act: string, since: Instant): Promise<number> {
    const row = await db
      .selectFrom('audit_entries')
      .select((eb) => eb.fn.countAll<number>().as('count'))
      .where('subject_kind', '=', 'customer')
      .where('subject_id', '=', customerId)
      .where('at', '>', since)
      .where('act', '=', act)
      .executeTakeFirstOrThrow();
    return Number(row.count);
  },

  /** Of these domains, those whose mail lives on a facility of ours. */
  async ourDomains(db: Reader, domains: string[]): Promise<Set<string>> {
    if (domains.length === 0) return new Set();
    const rows = await db
      .selectFrom('facility_domains')
      .select('domain')
      .where('domain', 'in', evenly(domains))
      .execute();
    return new Set(rows.map((row) => row.domain));
  },

  /** In lower case, to be compared with the keys of addresses. */
  async mailboxesOf(db: Reader, customerId: string): Promise<Set<string>> {
    const rows = await db.selectFrom('mailboxes').select('address').where('customer_id', '=', customerId).execute();
    return new Set(rows.map((row) => row.address.toLowerCase()));
  },
};

function addressOf(row: Selectable<AddressesTable>): Address {
  return {
    id: row.id,
    customerId: row.customer_id,
    place: row.place,
    email: row.email,
    emailKey: row.email_key,
    language: row.language,
    scope: row.scope,
    works: row.works === 1,
    hours: row.hours,
    hoursForAll: row.hours_for_all === 1,
    lateFinal: row.late_final === 1,
    confirmedAt: row.confirmed_at,
    stoppedAt: row.stopped_at,
    quarantinedAt: row.quarantined_at,
  };
}
