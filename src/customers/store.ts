import type { Insertable, Selectable } from 'kysely';
import type { Database, Prepared, Reader, Tx } from '../db/open.ts';
import type { CustomersTable, MailboxesTable } from '../db/tables/customers.ts';
import { type Instant, SECOND } from '../time.ts';

/** A session that lives, with the customer whose it is and who still is one. */
interface SignedIn extends Pick<CustomersTable, 'id' | 'login' | 'display_name'> {
  token_hash: string;
  proved_at: number;
  expires_at: number;
}

const BY_SESSION = `SELECT c.id, c.login, c.display_name, s.token_hash, s.proved_at, s.expires_at
FROM sessions s JOIN customers c ON c.id = s.subject
WHERE s.token_hash = ? AND s.audience = 'customer' AND s.expires_at > ?`;

/**
 * Every request of a customer asks this one question, also while an import or a fan-out holds the connection that writes. Never a
 * replica: a session that was ended is ended.
 */
const prepared = new WeakMap<Database, Prepared<SignedIn>>();

/** The room's only SQL. */
export const customerStore = {
  async byLogin(db: Reader, login: string): Promise<Selectable<CustomersTable> | undefined> {
    return db.selectFrom('customers').selectAll().where('login', '=', login).executeTakeFirst();
  },

  /** The password's hash of whoever is the first at or after this place among all ids, which are random. */
  async hashNear(db: Reader, place: string): Promise<string | null> {
    const row = await db
      .selectFrom('customers')
      .select('password_hash')
      .where('id', '>=', place)
      .orderBy('id')
      .limit(1)
      .executeTakeFirst();
    return row?.password_hash ?? null;
  },

  async bySubject(db: Reader, subject: string): Promise<Selectable<CustomersTable> | undefined> {
    return db.selectFrom('customers').selectAll().where('oidc_subject', '=', subject).executeTakeFirst();
  },

  /** Whose login or mailbox that is; two at most, which is too many. */
  async byEmail(db: Reader, login: string, address: string): Promise<Selectable<CustomersTable>[]> {
    return db
      .selectFrom('customers')
      .selectAll()
      .where((eb) =>
        eb.or([
          eb('login', '=', login),
          eb('id', 'in', eb.selectFrom('mailboxes').select('customer_id').where('address', '=', address)),
        ]),
      )
      .limit(2)
      .execute();
  },

  /** @returns whether this call bound it: an account is bound once. */
  async bindSubject(tx: Tx, id: string, subject: string): Promise<boolean> {
    const rows = await tx
      .updateTable('customers')
      .set({ oidc_subject: subject })
      .where('id', '=', id)
      .where('oidc_subject', 'is', null)
      .where('frozen_at', 'is', null)
      .returning('id')
      .execute();
    return rows.length === 1;
  },

  async bySession(db: Database, tokenHash: string, now: Instant): Promise<SignedIn | undefined> {
    let find = prepared.get(db);
    if (!find) {
      find = db.prepare<SignedIn>('customer-by-session', BY_SESSION);
      prepared.set(db, find);
    }
    return (await find.all(tokenHash, now))[0];
  },

  /** Links to his state that were made until now are worth nothing any more. */
  async endLinks(tx: Tx, id: string, now: Instant): Promise<void> {
    await tx
      .updateTable('customers')
      // the second of now may have made links already
      .set({ links_from: (Math.floor(now / SECOND) + 1) * SECOND })
      .where('id', '=', id)
      .execute();
  },

  async replaceHash(db: Reader, id: string, before: string, hash: string): Promise<void> {
    await db
      .updateTable('customers')
      .set({ password_hash: hash, password_reset_id: null })
      .where('id', '=', id)
      .where('password_hash', '=', before)
      .execute();
  },

  async mailboxesOf(db: Reader, id: string): Promise<{ address: string; facility: string; since: Instant }[]> {
    const rows = await db
      .selectFrom('mailboxes')
      .select(['address', 'facility', 'created_at as since'])
      .where('customer_id', '=', id)
      .orderBy('address')
      .execute();
    return rows;
  },

  async anybody(db: Reader): Promise<boolean> {
    return (await db.selectFrom('customers').select('id').limit(1).executeTakeFirst()) !== undefined;
  },

  async facilities(db: Reader): Promise<Set<string>> {
    const rows = await db.selectFrom('facilities').select('code').where('retired_at', 'is', null).execute();
    return new Set(rows.map((row) => row.code));
  },

  /** Adds customers, or takes over name and password of those that exist; an empty password leaves theirs as it is. */
  async putCustomers(tx: Tx, rows: Insertable<CustomersTable>[]): Promise<void> {
    if (rows.length === 0) return;
    await tx
      .insertInto('customers')
      .values(rows)
      .onConflict((conflict) =>
        conflict.column('login').doUpdateSet((eb) => ({
          display_name: eb.fn.coalesce('excluded.display_name', 'customers.display_name'),
          password_hash: eb.fn.coalesce('excluded.password_hash', 'customers.password_hash'),
        })),
      )
      .execute();
  },

  /** Adds mailboxes, or moves those that exist to another facility. */
  async putMailboxes(tx: Tx, rows: Insertable<MailboxesTable>[]): Promise<void> {
    if (rows.length === 0) return;
    await tx
      .insertInto('mailboxes')
      .values(rows)
      .onConflict((conflict) =>
        conflict.column('address').doUpdateSet((eb) => ({
          facility: eb.ref('excluded.facility'),
        })),
      )
      .execute();
  },
};
