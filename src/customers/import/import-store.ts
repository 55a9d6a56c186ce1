import { type Insertable, type Selectable, sql } from 'kysely';
import { evenly } from '../../db/asking.ts';
import type { Reader, Tx } from '../../db/open.ts';
import type { CustomerImportDecisionTable, CustomerImportRowsTable } from '../../db/tables/customers.ts';
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

/** The act in the audit trail. */
export const TAKEN = 'customers:import';

/** A file that was decided on, and how far it is taken over. */
export type Decision = Selectable<CustomerImportDecisionTable>;

/** Some of the customers of a file. */
export interface Piece extends Decision {
  logins: string[];
}

/** All rows of those customers of whom one differs from what is there. */
const changing = (run: string) => sql`customer_import_rows r WHERE r.run = ${run} AND r.login IN
  (SELECT login FROM customer_import_rows WHERE run = ${run} AND changes = 1)`;
/** By name and not by a range: PostgreSQL takes a range of a table that was filled a moment ago for a row, and plans for that. */
const rowsOf = ({ run, logins }: Piece) =>
  sql`customer_import_rows r WHERE r.run = ${run} AND r.login IN (${sql.join(evenly(logins))})`;
const customersOf = ({ logins }: Piece) => sql`customers.login IN (${sql.join(evenly(logins))})`;
const saidOf = (column: 'display_name' | 'password_hash' | 'oidc_subject', { run }: Piece) => sql`
  (SELECT max(r.${sql.ref(column)}) FROM customer_import_rows r WHERE r.run = ${run} AND r.login = customers.login)`;
const isNewCustomer = sql`NOT EXISTS (SELECT 1 FROM customers c WHERE c.login = r.login)`;
const isNewMailbox = sql`NOT EXISTS (SELECT 1 FROM mailboxes m WHERE m.address = r.mailbox)`;
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
      .where('address', 'in', evenly(rows.map(({ mailbox }) => mailbox)))
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

  /** @returns whether there is more. */
  async drop(db: Reader, run: string, most: number): Promise<boolean> {
    const { numAffectedRows } = await sql`
      DELETE FROM customer_import_rows WHERE run = ${run} AND line IN
        (SELECT line FROM customer_import_rows WHERE run = ${run} ORDER BY line LIMIT ${most})`.execute(db);
    return Number(numAffectedRows ?? 0) === most;
  },

  /** Earlier runs that were cut off before they were decided on. */
  async leftBefore(db: Reader, before: Instant): Promise<string[]> {
    const rows = await db
      .selectFrom('customer_import_rows')
      .select('run')
      .distinct()
      .where('created_at', '<', before)
      .where('run', 'not in', db.selectFrom('customer_import_decision').select('run'))
      .execute();
    return rows.map((row) => row.run);
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
      newCustomers: await count(sql`FROM ${changing(run)} AND ${isNewCustomer}`, sql`DISTINCT r.login`),
      newMailboxes: await count(sql`FROM ${changing(run)} AND ${isNewMailbox}`),
      movedMailboxes: await count(sql`
        FROM ${changing(run)} AND EXISTS
          (SELECT 1 FROM mailboxes m WHERE m.address = r.mailbox AND m.facility <> r.facility)`),
      goneCustomers: await count(goneCustomers(run)),
      goneMailboxes: await count(goneMailboxes(run)),
    };
  },

  /** The file that is being taken over. */
  async decision(db: Reader): Promise<Decision | undefined> {
    return db.selectFrom('customer_import_decision').selectAll().executeTakeFirst();
  },

  /** One file at a time is decided on. @returns undefined where another one is. */
  async decide(tx: Tx, decision: Omit<Decision, 'id'>): Promise<Decision | undefined> {
    return tx
      .insertInto('customer_import_decision')
      .values({ id: 1, ...decision })
      .onConflict((conflict) => conflict.doNothing())
      .returningAll()
      .executeTakeFirst();
  },

  /** Goes on with it, alone until this transaction ends. @returns how far it has come; undefined where it is over. */
  async goOn(tx: Tx, run: string, now: Instant): Promise<Decision | undefined> {
    return tx
      .updateTable('customer_import_decision')
      .set({ worked_at: now })
      .where('run', '=', run)
      .returningAll()
      .executeTakeFirst();
  },

  async reach(tx: Tx, { run, logins }: Piece): Promise<void> {
    const reached = logins.at(-1) ?? '';
    await tx.updateTable('customer_import_decision').set({ reached }).where('run', '=', run).execute();
  },

  async end(db: Reader, run: string): Promise<void> {
    await db.deleteFrom('customer_import_decision').where('run', '=', run).execute();
  },

  /** The customers who come next. */
  async next(tx: Tx, { run, everyone, reached }: Decision, most: number): Promise<string[]> {
    const { rows } = await sql<{ login: string }>`
      SELECT DISTINCT login FROM customer_import_rows
      WHERE run = ${run} AND login > ${reached} ${everyone ? sql`` : sql`AND changes = 1`}
      ORDER BY login LIMIT ${most}`.execute(tx);
    return rows.map((row) => row.login);
  },

  /**
   * Adds, renames and moves what the file says. A password that the customer has is his; the file's is for who has none. What somebody
   * else has got since the file was read stays his: nobody is there any more whom it could be refused to.
   */
  async takeOver(tx: Tx, piece: Piece, now: Instant): Promise<void> {
    await sql`
      INSERT INTO customers (id, login, display_name, password_hash, oidc_subject, created_at)
      SELECT n.id, n.login, n.display_name, n.password_hash,
        CASE WHEN EXISTS (SELECT 1 FROM customers o WHERE o.oidc_subject = n.subject) THEN NULL ELSE n.subject END,
        n.created_at
      FROM
        (SELECT min(r.customer_id) AS id, r.login AS login, max(r.display_name) AS display_name,
           max(r.password_hash) AS password_hash, max(r.oidc_subject) AS subject, min(r.created_at) AS created_at
         FROM ${rowsOf(piece)} AND ${isNewCustomer} GROUP BY r.login) n`.execute(tx);
    const name = saidOf('display_name', piece);
    await sql`
      UPDATE customers SET display_name = ${name}
      WHERE ${customersOf(piece)} AND display_name IS DISTINCT FROM coalesce(${name}, display_name)`.execute(tx);
    const hash = saidOf('password_hash', piece);
    await sql`
      UPDATE customers SET password_hash = ${hash}, password_reset_id = NULL
      WHERE ${customersOf(piece)} AND password_hash IS NULL AND ${hash} IS NOT NULL`.execute(tx);
    const subject = saidOf('oidc_subject', piece);
    await sql`
      UPDATE customers SET oidc_subject = ${subject}
      WHERE ${customersOf(piece)} AND oidc_subject IS DISTINCT FROM coalesce(${subject}, oidc_subject)
        AND NOT EXISTS (SELECT 1 FROM customers o WHERE o.oidc_subject = ${subject})`.execute(tx);
    await sql`
      UPDATE mailboxes SET moved_from = mailboxes.facility, moved_at = ${now}, facility = r.facility
      FROM ${rowsOf(piece)} AND r.mailbox = mailboxes.address AND r.facility <> mailboxes.facility
        AND mailboxes.customer_id = (SELECT c.id FROM customers c WHERE c.login = r.login)`.execute(tx);
    await sql`
      INSERT INTO mailboxes (address, customer_id, facility, created_at)
      SELECT r.mailbox, (SELECT c.id FROM customers c WHERE c.login = r.login), r.facility, r.created_at
      FROM ${rowsOf(piece)} AND ${isNewMailbox}`.execute(tx);
  },

  /** Everybody of the piece who has no password yet. */
  async invite(tx: Tx, piece: Piece, now: Instant): Promise<void> {
    await sql`
      INSERT INTO customer_invitations (customer_id, created_at)
      SELECT customers.id, ${now} FROM customers
      WHERE ${customersOf(piece)} AND customers.password_hash IS NULL
        AND NOT EXISTS (SELECT 1 FROM customer_invitations i WHERE i.customer_id = customers.id)`.execute(tx);
  },

  async idsOf(tx: Tx, { logins }: Piece): Promise<string[]> {
    const rows = await tx.selectFrom('customers').select('id').where('login', 'in', evenly(logins)).execute();
    return rows.map((row) => row.id);
  },

  /** These lose the mailboxes that the file no longer has. */
  async removeMailboxes(tx: Tx, { run, decided_at }: Decision, customerIds: string[]): Promise<void> {
    await sql`
      DELETE FROM mailboxes WHERE customer_id IN (${sql.join(evenly(customerIds))}) AND created_at <= ${decided_at} AND NOT EXISTS
        (SELECT 1 FROM customer_import_rows r WHERE r.run = ${run} AND r.mailbox = mailboxes.address)`.execute(tx);
  },

  /** Who is not in the file any more, and who has mailboxes that are not. Who came after it was decided on is not meant. */
  async gone(db: Reader, { run, decided_at }: Decision): Promise<{ customers: string[]; losing: string[] }> {
    const customers = await sql<{ id: string }>`
      SELECT id ${goneCustomers(run)} AND created_at <= ${decided_at} ORDER BY id`.execute(db);
    const losing = await sql<{ id: string }>`
      SELECT DISTINCT customer_id AS id ${goneMailboxes(run)} AND created_at <= ${decided_at} ORDER BY 1`.execute(db);
    return { customers: customers.rows.map((row) => row.id), losing: losing.rows.map((row) => row.id) };
  },

  async removeCustomers(tx: Tx, ids: string[]): Promise<void> {
    await tx.deleteFrom('mailboxes').where('customer_id', 'in', evenly(ids)).execute();
    await tx.deleteFrom('customers').where('id', 'in', evenly(ids)).execute();
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
