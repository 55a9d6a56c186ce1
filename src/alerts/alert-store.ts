import type { Insertable, Selectable } from 'kysely';
import { evenly } from '../db/asking.ts';
import type { Database, Reader, Tx } from '../db/open.ts';
import type { AlertsTable, FanoutsTable } from '../db/tables/alerts.ts';
import type { MailState } from '../db/tables/mail.ts';
import type { Instant } from '../time.ts';
import { MAY_BE_MAILED } from './recipients.ts';

/** The SQL of fan-outs and alerts; addresses have address-store.ts. */

export interface AlertOnItsWay {
  id: string;
  noticeId: string;
  reportNumber: number;
  revision: number;
  slot: number;
  addressId: string;
  emailKey: string;
  mailState: MailState;
  messageId: string;
  /** It waits to be repeated because its answer was lost: a copy may have arrived. */
  mayHaveArrived: boolean;
}

/** `muted_at`: since when its reader wants no more of this notice. `hours` is null where its address may not be mailed any more. */
export type AlertInQuestion = Selectable<AlertsTable> & {
  muted_at: Instant | null;
  hours: number | null;
  hours_for_all: number | null;
};

/** A publication's place among those on its notice. */
export type Publication = Pick<FanoutsTable, 'id' | 'notice_id' | 'published_at' | 'report_number' | 'revision'>;

export type AlertEnding = NonNullable<AlertsTable['ended']>;

export const alertStore = {
  async addFanout(tx: Tx, row: FanoutsTable): Promise<void> {
    await tx.insertInto('fanouts').values(row).execute();
  },

  /** The oldest publication that the channels have not had, locked for this transaction. */
  async takeUnspread(tx: Tx, engine: Database['engine']): Promise<FanoutsTable | undefined> {
    return tx
      .selectFrom('fanouts')
      .selectAll()
      .where('spread_at', 'is', null)
      .orderBy('created_at')
      .orderBy('report_number')
      .orderBy('revision')
      .orderBy('id')
      .limit(1)
      .$if(engine === 'postgres', (query) => query.forUpdate().skipLocked())
      .executeTakeFirst();
  },

  async markSpread(tx: Tx, id: string, now: Instant): Promise<void> {
    await tx.updateTable('fanouts').set({ spread_at: now }).where('id', '=', id).execute();
  },

  /** The oldest unfinished fan-out of some root fault, locked for this transaction. Those of one root go one after the other. */
  async takeFanout(tx: Tx, engine: Database['engine']): Promise<FanoutsTable | undefined> {
    const unfinished = tx
      .selectFrom('fanouts')
      .where('finished_at', 'is', null)
      .orderBy('created_at')
      .orderBy('report_number')
      .orderBy('revision')
      .orderBy('id');
    // nobody else has it there: the write lock is ours
    if (engine === 'sqlite') return unfinished.selectAll().limit(1).executeTakeFirst();
    const waiting = await unfinished.select(['id', 'root_id']).limit(100).execute();
    const roots = new Set<string>();
    for (const { id, root_id } of waiting) {
      if (roots.has(root_id)) continue;
      roots.add(root_id);
      const row = await tx
        .selectFrom('fanouts')
        .selectAll()
        .where('id', '=', id)
        .where('finished_at', 'is', null)
        .$if(engine === 'postgres', (query) => query.forUpdate().skipLocked())
        .executeTakeFirst();
      if (row) return row;
    }
    return undefined;
  },

  async moveFanout(tx: Tx, id: string, cursor: string): Promise<void> {
    await tx.updateTable('fanouts').set({ cursor }).where('id', '=', id).execute();
  },

  async finishFanout(tx: Tx, id: string, now: Instant): Promise<void> {
    await tx.updateTable('fanouts').set({ stage: 'done', finished_at: now }).where('id', '=', id).execute();
  },

  async fanout(db: Reader, id: string): Promise<FanoutsTable> {
    return db.selectFrom('fanouts').selectAll().where('id', '=', id).executeTakeFirstOrThrow();
  },

  /** The newest publication on a notice that has outbox work. */
  async newestFanout(db: Reader, noticeId: string): Promise<FanoutsTable | undefined> {
    return db
      .selectFrom('fanouts')
      .selectAll()
      .where('notice_id', '=', noticeId)
      .orderBy('published_at', 'desc')
      .orderBy('report_number', 'desc')
      .orderBy('revision', 'desc')
      .limit(1)
      .executeTakeFirst();
  },

  /** The publications on a notice that are still being expanded, oldest first. */
  async unfinishedFanouts(db: Reader, noticeId: string): Promise<FanoutsTable[]> {
    return db
      .selectFrom('fanouts')
      .selectAll()
      .where('notice_id', '=', noticeId)
      .where('finished_at', 'is', null)
      .orderBy('published_at')
      .orderBy('report_number')
      .orderBy('revision')
      .execute();
  },

  /** Alerts of these mailboxes on a root fault that hold a slot. */
  async holding(db: Reader, rootId: string, emailKeys: string[]): Promise<AlertOnItsWay[]> {
    const rows = await onItsWay(db)
      .where('alerts.root_id', '=', rootId)
      .where('alerts.email_key', 'in', evenly(emailKeys))
      .orderBy('alerts.created_at')
      .orderBy('alerts.id')
      .execute();
    return rows.map(wayOf);
  },

  /** How many hand-overs each of these budgets has spent; those without any are left out. */
  async ticketsTaken(db: Reader, budgets: string[]): Promise<Map<string, number>> {
    if (budgets.length === 0) return new Map();
    const rows = await db
      .selectFrom('tickets')
      .select('budget')
      .select((eb) => eb.fn.countAll<number>().as('count'))
      .where('budget', 'in', evenly(budgets))
      .groupBy('budget')
      .execute();
    return new Map(rows.map((row) => [row.budget, Number(row.count)]));
  },

  /** Alerts on a notice that still wait to be sent, in chunks by the address' id. */
  async waiting(db: Reader, noticeId: string, after: string, limit: number): Promise<AlertOnItsWay[]> {
    const rows = await onItsWay(db)
      .where('alerts.notice_id', '=', noticeId)
      .where('mails.state', '=', 'queued')
      .where('alerts.address_id', '>', after)
      .orderBy('alerts.address_id')
      .limit(limit)
      .execute();
    return rows.map(wayOf);
  },

  async find(db: Reader, id: string): Promise<Selectable<AlertsTable> | undefined> {
    return db.selectFrom('alerts').selectAll().where('id', '=', id).executeTakeFirst();
  },

  /**
   * Whether an address may be mailed is no condition of the join: of addresses that it has not counted yet, PostgreSQL would expect one that
   * meets it, and read all for each alert.
   */
  async inQuestion(db: Reader, ids: string[]): Promise<AlertInQuestion[]> {
    return db
      .selectFrom('alerts')
      .leftJoin('address_mutes', (join) =>
        join
          .onRef('address_mutes.address_id', '=', 'alerts.address_id')
          .onRef('address_mutes.root_id', '=', 'alerts.root_id'),
      )
      .leftJoin('addresses', 'addresses.id', 'alerts.address_id')
      .selectAll('alerts')
      .select(['address_mutes.muted_at', 'addresses.hours_for_all'])
      .select((eb) => eb.case().when(MAY_BE_MAILED).then(eb.ref('addresses.hours')).end().as('hours'))
      .where('alerts.id', 'in', evenly(ids))
      .execute();
  },

  /** The publications on these alerts' notices. */
  async publicationsFor(db: Reader, ids: string[]): Promise<Publication[]> {
    return db
      .selectFrom('fanouts')
      .select(['id', 'notice_id', 'published_at', 'report_number', 'revision'])
      .where('notice_id', 'in', (eb) => eb.selectFrom('alerts').select('notice_id').where('id', 'in', evenly(ids)))
      .execute();
  },

  /** A few at a time. */
  async add(tx: Tx, rows: Insertable<AlertsTable>[]): Promise<void> {
    await tx.insertInto('alerts').values(rows).execute();
  },

  async end(tx: Tx, ids: string[], ended: AlertEnding): Promise<void> {
    if (ids.length === 0) return;
    await tx.updateTable('alerts').set({ ended }).where('id', 'in', evenly(ids)).execute();
  },

  /** Those of the alerts to whose mailbox recovery of the same root fault has been handed over, or may have been. */
  async recovered(db: Reader, ids: string[]): Promise<Set<string>> {
    const rows = await db
      .selectFrom('alerts as asked')
      .innerJoin('alerts', (join) =>
        join.onRef('alerts.root_id', '=', 'asked.root_id').onRef('alerts.email_key', '=', 'asked.email_key'),
      )
      .innerJoin('mails', 'mails.id', 'alerts.id')
      .select('asked.id')
      .where('asked.id', 'in', evenly(ids))
      .where('alerts.ended', 'is', null)
      .where('alerts.slot', '=', 2)
      .where('mails.state', 'in', ['sent', 'in_doubt', 'handing'])
      .execute();
    return new Set(rows.map(({ id }) => id));
  },

  async ofAddress(db: Reader, addressId: string, rootId?: string): Promise<string[]> {
    const rows = await onItsWay(db)
      .where('alerts.address_id', '=', addressId)
      .where('mails.state', '=', 'queued')
      .$if(rootId !== undefined, (query) => query.where('alerts.root_id', '=', rootId ?? ''))
      .execute();
    return rows.map((row) => row.id);
  },

  /** What has not been handed over to it, with the notice that it is about. */
  async notHandedOver(db: Reader, addressId: string): Promise<AlertOnItsWay[]> {
    const rows = await onItsWay(db)
      .where('alerts.address_id', '=', addressId)
      .where('mails.state', 'in', ['queued', 'claimed'])
      .execute();
    return rows.map(wayOf);
  },

  async everyOfAddress(db: Reader, addressId: string): Promise<string[]> {
    const rows = await db.selectFrom('alerts').select('id').where('address_id', '=', addressId).execute();
    return rows.map((row) => row.id);
  },

  /** What was sent stays counted, under nobody's name. */
  async forgetAddress(tx: Tx, addressId: string): Promise<void> {
    await tx
      .updateTable('alerts')
      .set((eb) => ({ address_id: '', email_key: eb.ref('id') }))
      .where('address_id', '=', addressId)
      .execute();
  },

  /** What was sent to an address, the newest first. */
  async sentTo(
    db: Reader,
    addressId: string,
  ): Promise<{ notice: string; report: number; at: Instant; state: string }[]> {
    const rows = await db
      .selectFrom('alerts')
      .innerJoin('mails', 'mails.id', 'alerts.id')
      .select(['alerts.notice_id', 'alerts.report_number', 'alerts.created_at', 'mails.state'])
      .where('alerts.address_id', '=', addressId)
      .orderBy('alerts.created_at', 'desc')
      .execute();
    return rows.map((row) => ({
      notice: row.notice_id,
      report: row.report_number,
      at: row.created_at,
      state: row.state,
    }));
  },

  async quarantine(tx: Tx, addressId: string, reply: string | null, now: Instant): Promise<void> {
    await tx
      .updateTable('addresses')
      .set({ quarantined_at: now, quarantine_reply: reply })
      .where('id', '=', addressId)
      .where('quarantined_at', 'is', null)
      .execute();
  },

  /** Which facilities' recovery alerts wait for. */
  async heldFor(db: Reader): Promise<string[]> {
    const rows = await db
      .selectFrom('alerts')
      .select('held_for')
      .distinct()
      .where('held_for', 'is not', null)
      .execute();
    return rows.flatMap((row) => row.held_for ?? []);
  },

  async held(tx: Tx, facility: string, limit: number): Promise<{ id: string; slot: number }[]> {
    return tx.selectFrom('alerts').select(['id', 'slot']).where('held_for', '=', facility).limit(limit).execute();
  },

  async letGo(tx: Tx, ids: string[]): Promise<void> {
    if (ids.length > 0) await tx.updateTable('alerts').set({ held_for: null }).where('id', 'in', evenly(ids)).execute();
  },

  /** When the first report of a root fault went into the outbox. */
  async firstToldAt(db: Reader, rootId: string): Promise<Instant | null> {
    const row = await db
      .selectFrom('fanouts')
      .select((eb) => eb.fn.min('created_at').as('at'))
      .where('root_id', '=', rootId)
      .executeTakeFirst();
    return row?.at ?? null;
  },

  /** How many addresses may be mailed on a notice of this kind. */
  async countReachable(db: Reader, kind: 'fault' | 'work'): Promise<number> {
    let query = db
      .selectFrom('addresses')
      .select((eb) => eb.fn.countAll<number>().as('count'))
      .where(MAY_BE_MAILED);
    if (kind === 'work') query = query.where('works', '=', 1);
    return Number((await query.executeTakeFirst())?.count ?? 0);
  },

  /** Counts by slot, phase and what became of the mail. */
  async tally(db: Reader, noticeId: string) {
    return db
      .selectFrom('alerts')
      .innerJoin('mails', 'mails.id', 'alerts.id')
      .select(['alerts.slot', 'alerts.phase', 'alerts.ended', 'mails.state'])
      .select((eb) => eb.case().when('mails.attempts', '>', 0).then(1).else(0).end().as('tried'))
      .select((eb) => eb.fn.countAll<number>().as('count'))
      .where('alerts.notice_id', '=', noticeId)
      .groupBy(['alerts.slot', 'alerts.phase', 'alerts.ended', 'mails.state', 'tried'])
      .execute();
  },
};

function onItsWay(db: Reader) {
  return db
    .selectFrom('alerts')
    .innerJoin('mails', 'mails.id', 'alerts.id')
    .select(['alerts.id', 'alerts.notice_id', 'alerts.report_number', 'alerts.revision', 'alerts.slot'])
    .select(['alerts.address_id', 'alerts.email_key', 'mails.state', 'mails.message_id', 'mails.doubts'])
    .where('alerts.ended', 'is', null);
}

function wayOf(row: {
  id: string;
  notice_id: string;
  report_number: number;
  revision: number;
  slot: number;
  address_id: string;
  email_key: string;
  state: MailState;
  message_id: string;
  doubts: number;
}): AlertOnItsWay {
  return {
    id: row.id,
    noticeId: row.notice_id,
    reportNumber: row.report_number,
    revision: row.revision,
    slot: row.slot,
    addressId: row.address_id,
    emailKey: row.email_key,
    mailState: row.state,
    messageId: row.message_id,
    mayHaveArrived: row.state === 'queued' && row.doubts > 0,
  };
}
