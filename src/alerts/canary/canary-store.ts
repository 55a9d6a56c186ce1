import type { Insertable } from 'kysely';
import type { Reader, Tx } from '../../db/open.ts';
import type { CanariesTable } from '../../db/tables/alerts.ts';
import type { MailState } from '../../db/tables/mail.ts';
import type { Instant } from '../../time.ts';

/** The SQL of canaries. */
export const canaryStore = {
  async add(tx: Tx, row: Insertable<CanariesTable>): Promise<void> {
    await tx.insertInto('canaries').values(row).execute();
  },

  /** @returns false where there is none of this name, or it has arrived before. */
  async arrive(db: Reader, mailId: string, now: Instant): Promise<boolean> {
    const rows = await db
      .updateTable('canaries')
      .set({ arrived_at: now })
      .where('mail_id', '=', mailId)
      .where('arrived_at', 'is', null)
      .returning('mail_id')
      .execute();
    return rows.length === 1;
  },

  async missing(
    db: Reader,
    { after, before }: { after: Instant; before: Instant },
  ): Promise<{ mailId: string; noticeId: string; reportNumber: number; state: MailState | null }[]> {
    const rows = await db
      .selectFrom('canaries')
      .leftJoin('mails', 'mails.id', 'canaries.mail_id')
      .select(['canaries.mail_id', 'canaries.notice_id', 'canaries.report_number', 'mails.state'])
      .where('canaries.created_at', '>', after)
      .where('canaries.created_at', '<=', before)
      .where('canaries.arrived_at', 'is', null)
      .orderBy('canaries.created_at')
      .execute();
    return rows.map((row) => ({
      mailId: row.mail_id,
      noticeId: row.notice_id,
      reportNumber: row.report_number,
      state: row.state,
    }));
  },

  async forget(db: Reader, before: Instant): Promise<void> {
    await db.deleteFrom('canaries').where('created_at', '<', before).execute();
  },
};
