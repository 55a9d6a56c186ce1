import { type Insertable, type Selectable, sql } from 'kysely';
import { atOnce, evenly, inPortions } from '../db/asking.ts';
import type { Database, Reader, Tx } from '../db/open.ts';
import type { CouriersTable, LettersTable, MailsTable, MailWordsTable } from '../db/tables/mail.ts';
import { type Instant, MINUTE } from '../time.ts';
import type { Settlement } from './courier/attempt.ts';
import type { Letter, MailInQuestion, MailOrder } from './outbox.ts';

/**
 * The SQL of the outbox. States are written out, not bound: they decide which partial index serves a statement, and SQLite would plan it
 * anew each time such a value is bound.
 */

/** A mail that is due or under way. */
export interface MailRow {
  id: string;
  class: MailsTable['class'];
  letterId: string;
  recipient: string;
  domain: string;
  messageId: string;
  datedAt: Instant;
  budget: string | null;
  repeatable: boolean;
  attempts: number;
  notAfter: Instant | null;
  ticket: number | null;
  /** The end of the mail has been let through in this attempt. */
  handing: boolean;
  /** Tickets to be left for others, as the owner said when this one was taken. */
  reserve: number;
}

/** What is said in one mail alone. */
export type Words = Pick<MailOrder, 'fields' | 'headers'>;

/** A mail that is to be handed over. */
export type MailToSend = MailRow & Words;

/** A mail under way with us. */
export interface Held {
  ticket: number | null;
  handing: boolean;
}

/** A mail that may be claimed, and its place in the order. */
export interface DueMail extends MailInQuestion {
  domain: string;
  dueAt: Instant;
  notAfter: Instant | null;
}

export const mailStore = {
  async addLetter(tx: Tx, letter: Letter, now: Instant): Promise<void> {
    await tx.insertInto('letters').values(letterRow(letter, now)).execute();
  },

  async ensureLetter(tx: Tx, letter: Letter, now: Instant): Promise<void> {
    await tx
      .insertInto('letters')
      .values(letterRow(letter, now))
      .onConflict((conflict) => conflict.column('id').doNothing())
      .execute();
  },

  async hasLetter(db: Reader, id: string): Promise<boolean> {
    return (await db.selectFrom('letters').select('id').where('id', '=', id).executeTakeFirst()) !== undefined;
  },

  async letter(db: Reader, id: string): Promise<Letter> {
    const row = await db.selectFrom('letters').selectAll().where('id', '=', id).executeTakeFirstOrThrow();
    return {
      id,
      subject: row.subject,
      text: row.text_body,
      html: row.html_body,
      headers: JSON.parse(row.headers) as Record<string, string>,
    };
  },

  async add(tx: Tx, orders: MailOrder[], now: Instant): Promise<void> {
    const writes = inPortions(orders, 100).flatMap((some) => [
      tx
        .insertInto('mails')
        .values(some.map((order) => rowOf(order, now)))
        .execute(),
      tx.insertInto('mail_words').values(some.map(wordsOf)).execute(),
    ]);
    await atOnce(...writes);
  },

  /** Of mails that name nobody any more there are none. */
  async words(tx: Tx, ids: string[]): Promise<Map<string, Words>> {
    const rows = await tx.selectFrom('mail_words').selectAll().where('mail_id', 'in', evenly(ids)).execute();
    return new Map(rows.map(({ mail_id, fields }) => [mail_id, JSON.parse(fields) as Words]));
  },

  async cancelQueued(tx: Tx, ids: string[], state: 'cancelled' | 'expired'): Promise<string[]> {
    const cancelled: string[] = [];
    for (const some of inPortions(ids, 500)) {
      const rows = await tx
        .updateTable('mails')
        .set((eb) => ({ state: eb.case().when('doubts', '>', 0).then('in_doubt').else(state).end() as never }))
        .where('id', 'in', evenly(some))
        .where('state', '=', sql.lit('queued'))
        .returning('id')
        .execute();
      cancelled.push(...rows.map((row) => row.id));
    }
    return cancelled;
  },

  async sender(db: Reader): Promise<Omit<CouriersTable, 'id'>> {
    return db
      .selectFrom('couriers')
      .select(['frozen_at', 'frozen_reason', 'paused_until', 'paused_reason'])
      .where('id', '=', 1)
      .executeTakeFirstOrThrow();
  },

  async setSender(db: Reader, changes: Partial<Omit<CouriersTable, 'id'>>): Promise<void> {
    await db.updateTable('couriers').set(changes).where('id', '=', 1).execute();
  },

  /** Mails of a class that are due, oldest first, from behind a place in that order; locked for this transaction. */
  async due(
    tx: Tx,
    engine: Database['engine'],
    mailClass: MailsTable['class'],
    now: Instant,
    { after, limit }: { after: DueMail | null; limit: number },
  ): Promise<DueMail[]> {
    const rows = await dueMails(tx, engine)
      .where('class', '=', mailClass)
      .where('next_attempt_at', '<=', now)
      .$if(after !== null, (query) =>
        query.where((eb) =>
          eb(eb.refTuple('next_attempt_at', 'id'), '>', eb.tuple(after?.dueAt ?? 0, after?.id ?? '')),
        ),
      )
      .orderBy('next_attempt_at')
      .orderBy('id')
      .limit(limit)
      .execute();
    return rows.map(dueOf);
  },

  /** Those to one domain. */
  async dueTo(
    tx: Tx,
    engine: Database['engine'],
    mailClass: MailsTable['class'],
    now: Instant,
    { domain, limit }: { domain: string; limit: number },
  ): Promise<DueMail[]> {
    const rows = await dueMails(tx, engine)
      .where('recipient_domain', '=', domain)
      .where('class', '=', mailClass)
      .where('next_attempt_at', '<=', now)
      .orderBy('next_attempt_at')
      .limit(limit)
      .execute();
    return rows.map(dueOf);
  },

  /** Takes them under a lease, in the order they were given. */
  async claim(tx: Tx, ids: string[], owner: string, leaseUntil: Instant): Promise<MailRow[]> {
    const rows = await tx
      .updateTable('mails')
      .set((eb) => ({
        state: 'claimed',
        lease_owner: owner,
        lease_until: leaseUntil,
        attempts: eb('attempts', '+', 1),
        ticket: null,
      }))
      .where('id', 'in', evenly(ids))
      .where('state', '=', sql.lit('queued'))
      .returningAll()
      .execute();
    const found = new Map(rows.map((row) => [row.id, row]));
    return ids.flatMap((id) => {
      const row = found.get(id);
      return row ? [mailOf(row)] : [];
    });
  },

  /** Claimed, but not begun: they go back to where they were. */
  async letGo(db: Reader, ids: string[], owner: string): Promise<void> {
    if (ids.length === 0) return;
    await db
      .updateTable('mails')
      .set((eb) => ({ state: 'queued', lease_owner: null, lease_until: null, attempts: eb('attempts', '-', 1) }))
      .where('id', 'in', evenly(ids))
      .where('lease_owner', '=', owner)
      .where('state', '=', sql.lit('claimed'))
      .execute();
  },

  async remove(tx: Tx, ids: string[]): Promise<void> {
    if (ids.length > 0) await tx.deleteFrom('mails').where('id', 'in', evenly(ids)).execute();
  },

  async forgetTickets(db: Reader, before: Instant): Promise<void> {
    await db.deleteFrom('tickets').where('taken_at', '<', before).execute();
  },

  /** What waits, and what was claimed and is put off before anything of it has left. */
  async reschedule(tx: Tx, ids: string[], when: { notBefore: Instant; notAfter: Instant | null }): Promise<void> {
    for (const some of inPortions(ids, 500)) {
      await tx
        .updateTable('mails')
        .set({ next_attempt_at: when.notBefore, not_after: when.notAfter })
        .where('id', 'in', evenly(some))
        .where('state', '=', 'queued')
        .execute();
    }
  },

  /** Ends mails that do not leave. A copy whose answer was lost may have arrived: where one waited for its repeat, that stays in sight. */
  async end(tx: Tx, ids: string[], state: 'cancelled' | 'expired' | 'no_budget', now: Instant): Promise<void> {
    if (ids.length === 0) return;
    await tx
      .updateTable('mails')
      .set((eb) => ({
        state: eb.case().when('doubts', '>', 0).then('in_doubt').else(state).end() as never,
        ended_at: now,
        lease_owner: null,
        lease_until: null,
      }))
      .where('id', 'in', evenly(ids))
      .execute();
  },

  /**
   * Which of the mails are still this owner's, each with the ticket of its attempt, locked for this transaction. Whoever takes one
   * over changes its state; no clock is asked.
   */
  async held(tx: Tx, engine: Database['engine'], owner: string, ids: string[]): Promise<Map<string, Held>> {
    if (ids.length === 0) return new Map();
    const rows = await tx
      .selectFrom('mails')
      .select(['id', 'ticket', 'state'])
      .where('id', 'in', evenly(ids))
      .where('lease_owner', '=', owner)
      .where('state', 'in', [sql.lit('claimed' as const), sql.lit('handing' as const)])
      .$if(engine === 'postgres', (query) => query.orderBy('id').forUpdate())
      .execute();
    return new Map(rows.map(({ id, ticket, state }) => [id, { ticket, handing: state === 'handing' }]));
  },

  /** The tickets taken, by budget. */
  async tickets(db: Reader, budgets: string[]): Promise<Map<string, number[]>> {
    const found = new Map<string, number[]>();
    if (budgets.length === 0) return found;
    const rows = await db
      .selectFrom('tickets')
      .select(['budget', 'number'])
      .where('budget', 'in', evenly(budgets))
      .execute();
    for (const { budget, number } of rows) found.set(budget, [...(found.get(budget) ?? []), number]);
    return found;
  },

  /** The database forbids the same number twice and any number above three. */
  async takeTickets(tx: Tx, taken: { budget: string; number: number; mailId: string }[], now: Instant): Promise<void> {
    if (taken.length === 0) return;
    await tx
      .insertInto('tickets')
      .values(taken.map(({ budget, number, mailId }) => ({ budget, number, mail_id: mailId, taken_at: now })))
      .execute();
  },

  async giveTicketBack(tx: Tx, budget: string, number: number, mailId: string): Promise<void> {
    await tx
      .deleteFrom('tickets')
      .where('budget', '=', budget)
      .where('number', '=', number)
      .where('mail_id', '=', mailId)
      .execute();
  },

  async handing(tx: Tx, mails: { id: string; ticket: number | null; reserve: number }[]): Promise<void> {
    if (mails.length === 0) return;
    const rows = sql.join(
      evenly(mails).map(
        ({ id, ticket, reserve }) =>
          sql`(CAST(${id} AS text), CAST(${ticket} AS smallint), CAST(${reserve} AS smallint))`,
      ),
    );
    await sql`
      WITH given (id, ticket, reserve) AS (VALUES ${rows})
      UPDATE mails SET state = 'handing', ticket = given.ticket, reserve = given.reserve
      FROM given WHERE mails.id = given.id
    `.execute(tx);
  },

  /** `owner`: only those that are still under way with him. */
  async settle(
    tx: Tx,
    settlements: { id: string; settlement: Settlement }[],
    now: Instant,
    owner?: string,
  ): Promise<void> {
    if (settlements.length === 0) return;
    const rows = sql.join(
      evenly(settlements).map(
        ({ id, settlement: one }) => sql`(
          CAST(${id} AS text), CAST(${one.state} AS text), CAST(${one.nextAttemptAt} AS bigint),
          CAST(${one.charged ? 0 : 1} AS integer), CAST(${one.doubtful ? 1 : 0} AS smallint),
          CAST(${one.ticket === 'keep' ? 1 : 0} AS smallint), CAST(${one.code} AS integer), CAST(${one.reply} AS text),
          CAST(${one.state === 'queued' ? null : now} AS bigint)
        )`,
      ),
    );
    // Who has a lease has the mail under way, so its state need not be asked: where it is, PostgreSQL goes by the index of those under way, through
    // all that have left it and are not swept yet, and takes ten times as long.
    const ours = owner === undefined ? sql`` : sql` AND lease_owner = ${owner}`;
    const told = sql`
      WITH told (id, state, due_at, uncounted, doubtful, keeps, code, reply, ended_at) AS (VALUES ${rows})
      UPDATE mails SET state = told.state, next_attempt_at = told.due_at, attempts = attempts - told.uncounted,
        doubts = doubts + told.doubtful, ticket = CASE told.keeps WHEN 1 THEN ticket END, lease_owner = NULL,
        lease_until = NULL, reply_code = told.code, reply = told.reply, ended_at = told.ended_at
      FROM told WHERE mails.id = told.id${ours}
    `.execute(tx);
    const sent = settlements.filter(({ settlement }) => settlement.state === 'sent').map(({ id }) => id);
    await atOnce(told, sent.length > 0 ? forgetWords(tx, sent) : Promise.resolve());
  },

  async extendLeases(db: Reader, owner: string, until: Instant): Promise<void> {
    await db
      .updateTable('mails')
      .set({ lease_until: until })
      .where('lease_owner', '=', owner)
      .where('state', 'in', [sql.lit('claimed' as const), sql.lit('handing' as const)])
      .execute();
  },

  /** Under way with somebody whose lease ran out; `alone`: with anybody but us. */
  async abandoned(
    tx: Tx,
    engine: Database['engine'],
    owner: string,
    now: Instant,
    alone: boolean,
  ): Promise<(MailRow & { state: 'claimed' | 'handing' })[]> {
    let query = tx
      .selectFrom('mails')
      .selectAll()
      .where('state', 'in', [sql.lit('claimed' as const), sql.lit('handing' as const)])
      .where('lease_owner', '!=', owner)
      .limit(500)
      .$if(engine === 'postgres', (locked) => locked.forUpdate().skipLocked());
    if (!alone) query = query.where('lease_until', '<=', now);
    const rows = await query.execute();
    return rows.map((row) => ({ ...mailOf(row), state: row.state === 'handing' ? 'handing' : 'claimed' }));
  },

  /** After the clock was set back, mails made before are due at times that have been. */
  async pullBack(tx: Tx, now: Instant): Promise<void> {
    await tx
      .updateTable('mails')
      .set({ next_attempt_at: now })
      .where(
        'id',
        'in',
        tx
          .selectFrom('mails')
          .select('id')
          .where('state', '=', sql.lit('queued'))
          .where('held_at', 'is', null)
          .where('class', 'in', ['urgent', 'bulk'])
          .where('next_attempt_at', '>', now)
          .where('created_at', '>', now + MINUTE)
          .whereRef('next_attempt_at', '<=', 'created_at')
          .limit(1000),
      )
      .execute();
  },

  /** When the oldest mail that is due became due; null where nothing waits. */
  async oldestDue(db: Reader, now: Instant): Promise<Instant | null> {
    const row = await db
      .selectFrom('mails')
      .select((eb) => eb.fn.min('next_attempt_at').as('at'))
      .where('state', '=', sql.lit('queued'))
      .where('next_attempt_at', '<=', now)
      .executeTakeFirst();
    return row?.at ?? null;
  },
};

function dueMails(tx: Tx, engine: Database['engine']) {
  return tx
    .selectFrom('mails')
    .select(['id', 'recipient', 'recipient_domain', 'budget', 'next_attempt_at', 'not_after'])
    .where('state', '=', sql.lit('queued'))
    .$if(engine === 'postgres', (query) => query.forUpdate().skipLocked());
}

type DueRow = Pick<MailsTable, 'id' | 'recipient' | 'recipient_domain' | 'budget' | 'next_attempt_at' | 'not_after'>;

function dueOf({ id, recipient, recipient_domain, budget, next_attempt_at, not_after }: DueRow): DueMail {
  return { id, recipient, domain: recipient_domain, budget, dueAt: next_attempt_at, notAfter: not_after };
}

/**
 * Nobody needs them any more once the relay has the mail: four kilobytes of each of a million. It is said together with the settlements,
 * whose answer says which of them were still ours; so it looks at the state by itself, which the erasure (erase-store.ts) need not.
 */
async function forgetWords(tx: Tx, ids: string[]): Promise<void> {
  await tx
    .deleteFrom('mail_words')
    .where('mail_id', 'in', evenly(ids))
    .where((eb) =>
      eb.exists(
        eb
          .selectFrom('mails')
          .select('id')
          .whereRef('mails.id', '=', 'mail_words.mail_id')
          .where('state', '=', sql.lit('sent' as const)),
      ),
    )
    .execute();
}

function letterRow(letter: Letter, now: Instant): LettersTable {
  return {
    id: letter.id,
    subject: letter.subject,
    text_body: letter.text,
    html_body: letter.html,
    headers: JSON.stringify(letter.headers),
    created_at: now,
  };
}

function rowOf(order: MailOrder, now: Instant): Insertable<MailsTable> {
  return {
    id: order.id,
    class: order.class,
    letter_id: order.letterId,
    recipient: order.recipient,
    recipient_domain: order.recipient.slice(order.recipient.lastIndexOf('@') + 1),
    message_id: order.messageId,
    dated_at: order.datedAt,
    budget: order.budget,
    repeatable: order.repeatable ? 1 : 0,
    reserve: 0,
    state: 'queued',
    attempts: 0,
    next_attempt_at: order.notBefore,
    not_after: order.notAfter,
    lease_owner: null,
    lease_until: null,
    ticket: null,
    reply_code: null,
    reply: null,
    created_at: now,
    ended_at: null,
  };
}

function wordsOf({ id, fields, headers }: MailOrder): MailWordsTable {
  return { mail_id: id, fields: JSON.stringify({ fields, headers }) };
}

function mailOf(row: Selectable<MailsTable>): MailRow {
  return {
    id: row.id,
    class: row.class,
    letterId: row.letter_id,
    recipient: row.recipient,
    domain: row.recipient_domain,
    messageId: row.message_id,
    datedAt: row.dated_at,
    budget: row.budget,
    repeatable: row.repeatable === 1,
    attempts: row.attempts,
    notAfter: row.not_after,
    ticket: row.ticket,
    reserve: row.reserve,
    handing: row.state === 'handing',
  };
}
