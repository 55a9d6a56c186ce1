import type { Database, Reader, Tx } from '../db/open.ts';
import type { MailsTable } from '../db/tables/mail.ts';
import type { Instant } from '../time.ts';
import type { Settlement } from './attempt.ts';
import type { Letter, MailOrder } from './outbox.ts';

/** The room's only SQL. */

/** A mail that is due or under way. */
export interface MailRow {
  id: string;
  class: MailsTable['class'];
  letterId: string;
  recipient: string;
  messageId: string;
  datedAt: Instant;
  fields: MailOrder['fields'];
  headers: MailOrder['headers'];
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

export const mailStore = {
  async addLetter(tx: Tx, letter: Letter, now: Instant): Promise<void> {
    await tx
      .insertInto('letters')
      .values({
        id: letter.id,
        subject: letter.subject,
        text_body: letter.text,
        html_body: letter.html,
        headers: JSON.stringify(letter.headers),
        created_at: now,
      })
      .execute();
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
    const rows = orders.map((order) => rowOf(order, now));
    for (let i = 0; i < rows.length; i += 100) {
      await tx
        .insertInto('mails')
        .values(rows.slice(i, i + 100))
        .execute();
    }
  },

  async cancelQueued(tx: Tx, ids: string[], state: 'cancelled' | 'expired'): Promise<string[]> {
    const cancelled: string[] = [];
    for (let i = 0; i < ids.length; i += 500) {
      const rows = await tx
        .updateTable('mails')
        .set({ state })
        .where('id', 'in', ids.slice(i, i + 500))
        .where('state', '=', 'queued')
        .returning('id')
        .execute();
      cancelled.push(...rows.map((row) => row.id));
    }
    return cancelled;
  },

  async frozen(db: Reader): Promise<boolean> {
    const row = await db.selectFrom('couriers').select('frozen_at').where('id', '=', 1).executeTakeFirst();
    return row?.frozen_at != null;
  },

  /** The next due mail of a class, locked for this transaction. */
  async nextDue(
    tx: Tx,
    engine: Database['engine'],
    mailClass: MailsTable['class'],
    now: Instant,
  ): Promise<MailRow | undefined> {
    const row = await tx
      .selectFrom('mails')
      .selectAll()
      .where('state', '=', 'queued')
      .where('class', '=', mailClass)
      .where('next_attempt_at', '<=', now)
      .orderBy('next_attempt_at')
      .limit(1)
      .$if(engine === 'postgres', (query) => query.forUpdate().skipLocked())
      .executeTakeFirst();
    return row && mailOf(row);
  },

  async claim(tx: Tx, id: string, owner: string, leaseUntil: Instant): Promise<void> {
    await tx
      .updateTable('mails')
      .set((eb) => ({
        state: 'claimed',
        lease_owner: owner,
        lease_until: leaseUntil,
        attempts: eb('attempts', '+', 1),
        ticket: null,
      }))
      .where('id', '=', id)
      .execute();
  },

  /** Ends a mail that did not leave. */
  async end(
    tx: Tx,
    id: string,
    state: 'cancelled' | 'expired' | 'no_budget' | 'in_doubt',
    now: Instant,
  ): Promise<void> {
    await tx
      .updateTable('mails')
      .set({ state, ended_at: now, lease_owner: null, lease_until: null })
      .where('id', '=', id)
      .execute();
  },

  /** Whether the mail is still this owner's, locked for this transaction. Whoever takes it over changes its state; no clock is asked. */
  async hold(tx: Tx, id: string, owner: string, states: MailsTable['state'][]): Promise<boolean> {
    const rows = await tx
      .updateTable('mails')
      .set({ lease_owner: owner })
      .where('id', '=', id)
      .where('lease_owner', '=', owner)
      .where('state', 'in', states)
      .returning('id')
      .execute();
    return rows.length === 1;
  },

  async ticketsOf(db: Reader, budget: string): Promise<number[]> {
    const rows = await db.selectFrom('tickets').select('number').where('budget', '=', budget).execute();
    return rows.map((row) => row.number);
  },

  /** The database forbids the same number twice and any number above three. */
  async takeTicket(tx: Tx, budget: string, number: number, mailId: string, now: Instant): Promise<void> {
    await tx.insertInto('tickets').values({ budget, number, mail_id: mailId, taken_at: now }).execute();
  },

  async giveTicketBack(tx: Tx, budget: string, number: number, mailId: string): Promise<void> {
    await tx
      .deleteFrom('tickets')
      .where('budget', '=', budget)
      .where('number', '=', number)
      .where('mail_id', '=', mailId)
      .execute();
  },

  async handing(tx: Tx, id: string, ticket: number | null, reserve: number): Promise<void> {
    await tx.updateTable('mails').set({ state: 'handing', ticket, reserve }).where('id', '=', id).execute();
  },

  async settle(tx: Tx, id: string, settlement: Settlement, now: Instant): Promise<void> {
    await tx
      .updateTable('mails')
      .set((eb) => ({
        state: settlement.state,
        next_attempt_at: settlement.nextAttemptAt,
        attempts: settlement.charged ? eb.ref('attempts') : eb('attempts', '-', 1),
        lease_owner: null,
        lease_until: null,
        reply_code: settlement.code,
        reply: settlement.reply,
        ended_at: settlement.state === 'queued' ? null : now,
        ...(settlement.ticket === 'give back' ? { ticket: null } : {}),
      }))
      .where('id', '=', id)
      .execute();
  },

  async extendLeases(db: Reader, owner: string, until: Instant): Promise<void> {
    await db
      .updateTable('mails')
      .set({ lease_until: until })
      .where('lease_owner', '=', owner)
      .where('state', 'in', ['claimed', 'handing'])
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
      .where('state', 'in', ['claimed', 'handing'])
      .where('lease_owner', '!=', owner)
      .limit(500)
      .$if(engine === 'postgres', (locked) => locked.forUpdate().skipLocked());
    if (!alone) query = query.where('lease_until', '<=', now);
    const rows = await query.execute();
    return rows.map((row) => ({ ...mailOf(row), state: row.state === 'handing' ? 'handing' : 'claimed' }));
  },

  /** When the oldest mail that is due became due; null where nothing waits. */
  async oldestDue(db: Reader, now: Instant): Promise<Instant | null> {
    const row = await db
      .selectFrom('mails')
      .select((eb) => eb.fn.min('next_attempt_at').as('at'))
      .where('state', '=', 'queued')
      .where('next_attempt_at', '<=', now)
      .executeTakeFirst();
    return row?.at ?? null;
  },
};

function rowOf(order: MailOrder, now: Instant): MailsTable {
  return {
    id: order.id,
    class: order.class,
    letter_id: order.letterId,
    recipient: order.recipient,
    recipient_domain: order.recipient.slice(order.recipient.lastIndexOf('@') + 1),
    fields: JSON.stringify({ fields: order.fields, headers: order.headers }),
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

function mailOf(row: MailsTable): MailRow {
  const { fields, headers } = JSON.parse(row.fields) as Pick<MailRow, 'fields' | 'headers'>;
  return {
    id: row.id,
    class: row.class,
    letterId: row.letter_id,
    recipient: row.recipient,
    messageId: row.message_id,
    datedAt: row.dated_at,
    fields,
    headers,
    budget: row.budget,
    repeatable: row.repeatable === 1,
    attempts: row.attempts,
    notAfter: row.not_after,
    ticket: row.ticket,
    reserve: row.reserve,
    handing: row.state === 'handing',
  };
}
