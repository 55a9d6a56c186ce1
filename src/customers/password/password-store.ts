import type { Insertable, Selectable } from 'kysely';
import type { Reader, Tx } from '../../db/open.ts';
import type { PasswordRequestsTable, PasswordResetsTable } from '../../db/tables/customers.ts';
import type { Instant, Language } from '../../time.ts';

export interface Contact {
  email: string;
  language: Language;
}

/** A link with the account that it was made for. */
export interface StoredReset extends Selectable<PasswordResetsTable> {
  login: string;
  password_hash: string | null;
}

/** The SQL of how passwords are set. */
export const passwordStore = {
  async addRequest(db: Reader, row: Insertable<PasswordRequestsTable>): Promise<void> {
    await db.insertInto('password_requests').values(row).execute();
  },

  /** Which one of its hour a request is, from 1, for its login or its network: later ones do not count against it. */
  async rankOf(
    db: Reader,
    request: Selectable<PasswordRequestsTable>,
    by: { login_hash: string } | { network: string },
    since: Instant,
  ): Promise<number> {
    const [column, value] =
      'login_hash' in by ? (['login_hash', by.login_hash] as const) : (['network', by.network] as const);
    const row = await db
      .selectFrom('password_requests')
      .select((eb) => eb.fn.countAll<number>().as('count'))
      .where(column, '=', value)
      .where('created_at', '>', since)
      .where((where) =>
        where.or([
          where('created_at', '<', request.created_at),
          where.and([where('created_at', '=', request.created_at), where('id', '<=', request.id)]),
        ]),
      )
      .executeTakeFirstOrThrow();
    return Number(row.count);
  },

  async openRequests(db: Reader, limit: number): Promise<Selectable<PasswordRequestsTable>[]> {
    return db
      .selectFrom('password_requests')
      .selectAll()
      .where('answered_at', 'is', null)
      .orderBy('created_at')
      .limit(limit)
      .execute();
  },

  /** @returns whether this call was the one that takes it. */
  async takeRequest(tx: Tx, id: string, now: Instant): Promise<boolean> {
    const taken = await tx
      .updateTable('password_requests')
      .set({ answered_at: now })
      .where('id', '=', id)
      .where('answered_at', 'is', null)
      .returning('id')
      .execute();
    return taken.length === 1;
  },

  async forgetBefore(db: Reader, requests: Instant, resets: Instant): Promise<void> {
    await db.deleteFrom('password_requests').where('created_at', '<', requests).execute();
    await db.deleteFrom('password_resets').where('expires_at', '<', resets).execute();
  },

  async addReset(tx: Tx, row: Insertable<PasswordResetsTable>): Promise<void> {
    await tx.insertInto('password_resets').values(row).execute();
  },

  async reset(db: Reader, tokenHash: string): Promise<StoredReset | undefined> {
    return db
      .selectFrom('password_resets')
      .innerJoin('customers', 'customers.id', 'password_resets.customer_id')
      .selectAll('password_resets')
      .select(['customers.login', 'customers.password_hash'])
      .where('password_resets.token_hash', '=', tokenHash)
      .executeTakeFirst();
  },

  /** Takes a link for its one use. @returns whether this call was the one. */
  async useReset(tx: Tx, id: string, now: Instant): Promise<boolean> {
    const taken = await tx
      .updateTable('password_resets')
      .set({ used_at: now })
      .where('id', '=', id)
      .where('used_at', 'is', null)
      .where('ended_at', 'is', null)
      .where('expires_at', '>', now)
      .returning('id')
      .execute();
    return taken.length === 1;
  },

  async endResetsOf(tx: Tx, customerId: string, now: Instant): Promise<void> {
    await tx
      .updateTable('password_resets')
      .set({ ended_at: now })
      .where('customer_id', '=', customerId)
      .where('used_at', 'is', null)
      .where('ended_at', 'is', null)
      .execute();
  },

  /** @returns how many accounts that was: one, or none where it is gone. */
  async setPassword(
    tx: Tx,
    customerId: string,
    to: { password_hash: string; password_reset_id: string | null; links_from: Instant },
  ): Promise<number> {
    const changed = await tx
      .updateTable('customers')
      .set({ ...to, frozen_at: null })
      .where('id', '=', customerId)
      .returning('id')
      .execute();
    return changed.length;
  },

  async freeze(tx: Tx, customerId: string, now: Instant): Promise<void> {
    await tx
      .updateTable('customers')
      .set({ frozen_at: now, links_from: now })
      .where('id', '=', customerId)
      .where('frozen_at', 'is', null)
      .execute();
  },

  async hashOf(db: Reader, customerId: string): Promise<string | null> {
    const row = await db
      .selectFrom('customers')
      .select('password_hash')
      .where('id', '=', customerId)
      .executeTakeFirst();
    return row?.password_hash ?? null;
  },

  /** Alert addresses that their owner confirmed and that can be reached. */
  async confirmedAddresses(db: Reader, customerId: string): Promise<Contact[]> {
    return db
      .selectFrom('addresses')
      .select(['email', 'language'])
      .where('customer_id', '=', customerId)
      .where('confirmed_at', 'is not', null)
      .where('quarantined_at', 'is', null)
      .orderBy('email')
      .execute();
  },

  async mailboxesOf(db: Reader, customerId: string): Promise<string[]> {
    const rows = await db
      .selectFrom('mailboxes')
      .select('address')
      .where('customer_id', '=', customerId)
      .orderBy('address')
      .execute();
    return rows.map((row) => row.address);
  },
};
