import { evenly } from '../db/asking.ts';
import type { Reader, Tx } from '../db/open.ts';
import type { MailState } from '../db/tables/mail.ts';
import type { Instant } from '../time.ts';

const OVER: MailState[] = ['sent', 'in_doubt', 'failed', 'cancelled', 'expired', 'no_budget'];

/** The SQL of what is forgotten at its time. */
export const housekeepingStore = {
  /** Addresses that nobody has confirmed and whose last link has run out. */
  async neverConfirmed(db: Reader, before: Instant, now: Instant, limit: number): Promise<string[]> {
    const rows = await db
      .selectFrom('addresses')
      .select('id')
      .where('confirmed_at', 'is', null)
      .where('created_at', '<', before)
      .where((eb) =>
        eb.not(
          eb.exists(
            eb
              .selectFrom('address_confirmations')
              .select('token_hash')
              .whereRef('address_id', '=', 'addresses.id')
              .where('expires_at', '>', now),
          ),
        ),
      )
      .limit(limit)
      .execute();
    return rows.map((row) => row.id);
  },

  async unreachableSince(db: Reader, before: Instant, limit: number): Promise<string[]> {
    const rows = await db
      .selectFrom('addresses')
      .select('id')
      .where('quarantined_at', '<', before)
      .limit(limit)
      .execute();
    return rows.map((row) => row.id);
  },

  /** Deliveries that ended long ago. */
  async oldDeliveries(tx: Tx, before: Instant, limit: number) {
    return tx
      .selectFrom('alerts')
      .innerJoin('mails', 'mails.id', 'alerts.id')
      .select(['alerts.id', 'alerts.notice_id', 'alerts.slot', 'alerts.phase', 'alerts.ended', 'mails.state'])
      .where('alerts.created_at', '<', before)
      .where('mails.state', 'in', [...OVER])
      .orderBy('alerts.created_at')
      .limit(limit)
      .execute();
  },

  async forgetAlerts(tx: Tx, ids: string[]): Promise<void> {
    if (ids.length > 0) await tx.deleteFrom('alerts').where('id', 'in', evenly(ids)).execute();
  },

  async forgetMutes(db: Reader, before: Instant): Promise<void> {
    await db.deleteFrom('address_mutes').where('muted_at', '<', before).execute();
  },

  async count(tx: Tx, row: { notice_id: string; slot: number; phase: string; outcome: string; count: number }) {
    await tx
      .insertInto('delivery_counts')
      .values(row)
      .onConflict((conflict) =>
        conflict
          .columns(['notice_id', 'slot', 'phase', 'outcome'])
          .doUpdateSet((eb) => ({ count: eb('delivery_counts.count', '+', row.count) })),
      )
      .execute();
  },

  async counts(db: Reader, noticeId: string) {
    return db.selectFrom('delivery_counts').selectAll().where('notice_id', '=', noticeId).execute();
  },
};
