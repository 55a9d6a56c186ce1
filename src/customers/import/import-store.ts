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

const newCustomers = (run: string) => sql`
  FROM customer_import_rows r WHERE r.run = ${run} AND NOT EXISTS (SELECT 1 FROM customers c WHERE c.login = r.login)`;
const newMailboxes = (run: string) => sql`
  FROM customer_import_rows r WHERE r.run = ${run} AND NOT EXISTS (SELECT 1 FROM mailboxes m WHERE m.address = r.mailbox)`;
const goneMailboxes = (run: string) => sql`
  FROM mailboxes WHERE NOT EXISTS
    (SELECT 1 FROM customer_import_rows r WHERE r.run = ${run} AND r.mailbox = mailboxes.address)`;
const goneCustomers = (run: string) => sql`
  FROM customers WHERE NOT EXISTS
    (SELECT 1 FROM customer_import_rows r WHERE r.run = ${run} AND r.login = customers.login)`;

/** The SQL of taking over a file. Set by set: a million rows are never in the program's memory. */
export const importStore = {
  async stage(db: Reader, rows: Insertable<CustomerImportRowsTable>[]): Promise<void> {
    if (rows.length > 0) await db.insertInto('customer_import_rows').values(rows).execute();
  },

  async drop(db: Reader, run: string): Promise<void> {
    await db.deleteFrom('customer_import_rows').where('run', '=', run).execute();
  },

  /** What earlier runs that were cut off have left. */
  async dropBefore(db: Reader, before: Instant): Promise<void> {
    await db.deleteFrom('customer_import_rows').where('created_at', '<', before).execute();
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
        FROM customer_import_rows r JOIN mailboxes m ON m.address = r.mailbox
        WHERE r.run = ${run} AND m.facility <> r.facility`),
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
       FROM customer_import_rows WHERE run = ${run} GROUP BY login) n`;
    await sql`
      UPDATE customers SET display_name = n.display_name FROM ${named}
      WHERE customers.login = n.login AND n.display_name IS NOT NULL
        AND customers.display_name IS DISTINCT FROM n.display_name`.execute(tx);
    await sql`
      UPDATE customers SET password_hash = n.password_hash, password_reset_id = NULL FROM ${named}
      WHERE customers.login = n.login AND customers.password_hash IS NULL AND n.password_hash IS NOT NULL`.execute(tx);
    await sql`
      UPDATE customers SET oidc_subject = n.subject FROM
        (SELECT login, max(oidc_subject) AS subject FROM customer_import_rows
         WHERE run = ${run} AND oidc_subject IS NOT NULL GROUP BY login) n
      WHERE customers.login = n.login AND customers.oidc_subject IS DISTINCT FROM n.subject`.execute(tx);
    await sql`
      UPDATE mailboxes SET moved_from = mailboxes.facility, moved_at = ${now}, facility = r.facility
      FROM customer_import_rows r
      WHERE r.run = ${run} AND r.mailbox = mailboxes.address AND r.facility <> mailboxes.facility`.execute(tx);
    await sql`
      INSERT INTO mailboxes (address, customer_id, facility, created_at)
      SELECT r.mailbox, (SELECT c.id FROM customers c WHERE c.login = r.login), r.facility, r.created_at
      ${newMailboxes(run)}`.execute(tx);
  },

  async goneCustomers(tx: Tx, run: string): Promise<string[]> {
    const { rows } = await sql<{ id: string }>`SELECT id ${goneCustomers(run)} ORDER BY id`.execute(tx);
    return rows.map((row) => row.id);
  },

  async removeGoneMailboxes(tx: Tx, run: string): Promise<void> {
    await sql`DELETE ${goneMailboxes(run)}`.execute(tx);
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
