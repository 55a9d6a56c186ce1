import { type Insertable, sql } from 'kysely';
import type { Reader, Tx } from '../../db/open.ts';
import type { CustomerImportRowsTable } from '../../db/tables/customers.ts';
import type { Instant } from '../../time.ts';

/** What a file would change. */
export interface ImportDiff {
  newCustomers: number;
  newMailboxes: number;
  movedMailboxes: number;
  /** Not in the file any more. */
  goneCustomers: number;
  goneMailboxes: number;
}

/** A row that contradicts another one, or what is there: in its mailbox, or in who its customer is at the provider. */
export interface Clash {
  line: number;
  mailbox?: string;
  subject?: string;
  /** The line that had it first; null where it belongs to another customer. */
  first: number | null;
}

const DROPPED_AT_ONCE = 2000;
/** The act in the audit trail. */
export const TAKEN = 'customers:import';

/** All rows of those customers of whom one differs from what is there. */
const changing = (run: string) => sql`customer_import_rows r WHERE r.run = ${run} AND r.login IN
  (SELECT login FROM customer_import_rows WHERE run = ${run} AND changes = 1)`;
const newCustomers = (run: string) => sql`
  FROM ${changing(run)} AND NOT EXISTS (SELECT 1 FROM customers c WHERE c.login = r.login)`;
const newMailboxes = (run: string) => sql`
  FROM ${changing(run)} AND NOT EXISTS (SELECT 1 FROM mailboxes m WHERE m.address = r.mailbox)`;
const goneMailboxes = (run: string) => sql`
  FROM mailboxes WHERE NOT EXISTS
    (SELECT 1 FROM customer_import_rows r WHERE r.run = ${run} AND r.mailbox = mailboxes.address)`;
const goneCustomers = (run: string) => sql`
  FROM customers WHERE NOT EXISTS
    (SELECT 1 FROM customer_import_rows r WHERE r.run = ${run} AND r.login = customers.login)`;

/** The SQL of taking over a file. Set by set: a million rows are never in the program's memory. */
export const importStore = {
  async stage(db: Reader, rows: Insertable<CustomerImportRowsTable>[]): Promise<void> {
    if (rows.length === 0) return;
    const same = await this.same(db, rows);
    const marked = rows.map((row) => ({ ...row, changes: same(row) ? (0 as const) : (1 as const) }));
    await db.insertInto('customer_import_rows').values(marked).execute();
  },

  /** @returns whether a row says what is there already. */
  async same(
    db: Reader,
    rows: Insertable<CustomerImportRowsTable>[],
  ): Promise<(row: Insertable<CustomerImportRowsTable>) => boolean> {
    const there = await db
      .selectFrom('mailboxes')
      .innerJoin('customers', 'customers.id', 'mailboxes.customer_id')
      .select(['address', 'facility', 'login', 'display_name', 'password_hash', 'oidc_subject'])
      .where(
        'address',
        'in',
        rows.map(({ mailbox }) => mailbox),
      )
      .execute();
    const known = new Map(there.map((one) => [one.address, one]));
    return (row) => {
      const one = known.get(row.mailbox);
      return (
        one?.login === row.login &&
        one.facility === row.facility &&
        (row.display_name ?? one.display_name) === one.display_name &&
        (row.oidc_subject ?? one.oidc_subject) === one.oidc_subject &&
        (row.password_hash === null || one.password_hash !== null)
      );
    };
  },

  /** When a file was last taken over: what was compared before that must be compared again. */
  async lastTaken(db: Reader): Promise<Instant> {
    const row = await db
      .selectFrom('audit_entries')
      .select((eb) => eb.fn.max('at').as('at'))
      .where('act', '=', TAKEN)
      .executeTakeFirst();
    return Number(row?.at ?? 0);
  },

  /** Nothing is known to be the same any more. */
  async forgetSame(tx: Tx, run: string): Promise<void> {
    await tx.updateTable('customer_import_rows').set({ changes: 1 }).where('run', '=', run).execute();
  },

  /** In pieces: whoever else wants to write comes in between. */
  async drop(db: Reader, run: string): Promise<void> {
    for (;;) {
      const { numAffectedRows } = await sql`
        DELETE FROM customer_import_rows WHERE run = ${run} AND line IN
          (SELECT line FROM customer_import_rows WHERE run = ${run} ORDER BY line LIMIT ${DROPPED_AT_ONCE})`.execute(
        db,
      );
      if (!numAffectedRows) return;
    }
  },

  /** What earlier runs that were cut off have left. */
  async dropBefore(db: Reader, before: Instant): Promise<void> {
    const rows = await db
      .selectFrom('customer_import_rows')
      .select('run')
      .distinct()
      .where('created_at', '<', before)
      .execute();
    for (const { run } of rows) await this.drop(db, run);
  },

  async repeated(db: Reader, run: string): Promise<Clash[]> {
    const { rows } = await sql<Clash>`
      SELECT r.line, r.mailbox, f.first FROM customer_import_rows r
      JOIN (SELECT mailbox, min(line) AS first FROM customer_import_rows WHERE run = ${run}
            GROUP BY mailbox HAVING count(*) > 1) f ON f.mailbox = r.mailbox
      WHERE r.run = ${run} AND r.line > f.first ORDER BY r.line`.execute(db);
    return rows;
  },

  async foreign(db: Reader, run: string): Promise<Clash[]> {
    const { rows } = await sql<Clash>`
      SELECT r.line, r.mailbox, NULL AS first FROM customer_import_rows r
      JOIN mailboxes m ON m.address = r.mailbox
      JOIN customers c ON c.id = m.customer_id
      WHERE r.run = ${run} AND c.login <> r.login ORDER BY r.line`.execute(db);
    return rows;
  },

  /** A subject that stands beside two logins of the file, or is tied to a customer with another login. */
  async subjectsOfTwo(db: Reader, run: string): Promise<Clash[]> {
    const { rows } = await sql<Clash>`
      SELECT r.line, r.oidc_subject AS subject, f.first FROM customer_import_rows r
      JOIN (SELECT oidc_subject, min(line) AS first FROM customer_import_rows
            WHERE run = ${run} AND oidc_subject IS NOT NULL
            GROUP BY oidc_subject HAVING count(DISTINCT login) > 1) f ON f.oidc_subject = r.oidc_subject
      WHERE r.run = ${run} AND r.line > f.first
      UNION ALL
      SELECT r.line, r.oidc_subject AS subject, NULL AS first FROM customer_import_rows r
      JOIN customers c ON c.oidc_subject = r.oidc_subject
      WHERE r.run = ${run} AND c.login <> r.login
      ORDER BY 1`.execute(db);
    return rows;
  },

  async totals(db: Reader, run: string): Promise<{ customers: number; mailboxes: number }> {
    const { rows } = await sql<{ customers: number; mailboxes: number }>`
      SELECT count(DISTINCT login) AS customers, count(*) AS mailboxes
      FROM customer_import_rows WHERE run = ${run}`.execute(db);
    return { customers: Number(rows[0]?.customers ?? 0), mailboxes: Number(rows[0]?.mailboxes ?? 0) };
  },

  async diff(db: Reader, run: string): Promise<ImportDiff> {
    const count = async (query: ReturnType<typeof sql>, what = sql`*`) => {
      const { rows } = await sql<{ n: number }>`SELECT count(${what}) AS n ${query}`.execute(db);
      return Number(rows[0]?.n ?? 0);
    };
    return {
      newCustomers: await count(newCustomers(run), sql`DISTINCT r.login`),
      newMailboxes: await count(newMailboxes(run)),
      movedMailboxes: await count(sql`
        FROM ${changing(run)} AND EXISTS
          (SELECT 1 FROM mailboxes m WHERE m.address = r.mailbox AND m.facility <> r.facility)`),
      goneCustomers: await count(goneCustomers(run)),
      goneMailboxes: await count(goneMailboxes(run)),
    };
  },

  /** Adds, renames and moves what the file says. A password that the customer has is his; the file's is for who has none. */
  async takeOver(tx: Tx, run: string, now: Instant): Promise<void> {
    await sql`
      INSERT INTO customers (id, login, display_name, password_hash, oidc_subject, created_at)
      SELECT min(r.customer_id), r.login, max(r.display_name), max(r.password_hash), max(r.oidc_subject), min(r.created_at)
      ${newCustomers(run)} GROUP BY r.login`.execute(tx);
    const named = sql`
      (SELECT login, max(display_name) AS display_name, max(password_hash) AS password_hash
       FROM ${changing(run)} GROUP BY login) n`;
    await sql`
      UPDATE customers SET display_name = n.display_name FROM ${named}
      WHERE customers.login = n.login AND n.display_name IS NOT NULL
        AND customers.display_name IS DISTINCT FROM n.display_name`.execute(tx);
    await sql`
      UPDATE customers SET password_hash = n.password_hash, password_reset_id = NULL FROM ${named}
      WHERE customers.login = n.login AND customers.password_hash IS NULL AND n.password_hash IS NOT NULL`.execute(tx);
    await sql`
      UPDATE customers SET oidc_subject = n.subject FROM
        (SELECT login, max(oidc_subject) AS subject FROM ${changing(run)} AND oidc_subject IS NOT NULL GROUP BY login) n
      WHERE customers.login = n.login AND customers.oidc_subject IS DISTINCT FROM n.subject`.execute(tx);
    await sql`
      UPDATE mailboxes SET moved_from = mailboxes.facility, moved_at = ${now}, facility = r.facility
      FROM ${changing(run)} AND r.mailbox = mailboxes.address AND r.facility <> mailboxes.facility`.execute(tx);
    await sql`
      INSERT INTO mailboxes (address, customer_id, facility, created_at)
      SELECT r.mailbox, (SELECT c.id FROM customers c WHERE c.login = r.login), r.facility, r.created_at
      ${newMailboxes(run)}`.execute(tx);
  },

  /** Who and what is not in the file any more. */
  async gone(db: Reader, run: string): Promise<{ customers: string[]; mailboxes: string[] }> {
    const customers = await sql<{ id: string }>`SELECT id ${goneCustomers(run)} ORDER BY id`.execute(db);
    const mailboxes = await sql<{ address: string }>`SELECT address ${goneMailboxes(run)} ORDER BY address`.execute(db);
    return { customers: customers.rows.map((row) => row.id), mailboxes: mailboxes.rows.map((row) => row.address) };
  },

  async removeMailboxes(tx: Tx, addresses: string[]): Promise<void> {
    await tx.deleteFrom('mailboxes').where('address', 'in', addresses).execute();
  },

  async removeCustomers(tx: Tx, ids: string[]): Promise<void> {
    await tx.deleteFrom('mailboxes').where('customer_id', 'in', ids).execute();
    await tx.deleteFrom('customers').where('id', 'in', ids).execute();
  },

  /** Everybody whom this file brought and who has no password yet. */
  async invite(tx: Tx, run: string, now: Instant): Promise<void> {
    await sql`
      INSERT INTO customer_invitations (customer_id, created_at)
      SELECT c.id, ${now} FROM customers c
      WHERE c.password_hash IS NULL
        AND EXISTS (SELECT 1 FROM customer_import_rows r WHERE r.run = ${run} AND r.login = c.login)
        AND NOT EXISTS (SELECT 1 FROM customer_invitations i WHERE i.customer_id = c.id)`.execute(tx);
  },

  async dueInvitations(db: Reader, limit: number): Promise<string[]> {
    const rows = await db
      .selectFrom('customer_invitations')
      .select('customer_id')
      .where('sent_at', 'is', null)
      .orderBy('created_at')
      .orderBy('customer_id')
      .limit(limit)
      .execute();
    return rows.map((row) => row.customer_id);
  },

  /** @returns whether this call was the one. */
  async takeInvitation(tx: Tx, customerId: string, now: Instant): Promise<boolean> {
    const taken = await tx
      .updateTable('customer_invitations')
      .set({ sent_at: now })
      .where('customer_id', '=', customerId)
      .where('sent_at', 'is', null)
      .returning('customer_id')
      .execute();
    return taken.length === 1;
  },
};
