import type { Reader, Tx } from '../../db/open.ts';
import type { DraftApprovalsTable, DraftReadersTable, ScheduledReportsTable } from '../../db/tables/notices.ts';
import type { Instant } from '../../time.ts';

/** The SQL of what surrounds a draft: who has it open, when it is published, who else must say yes. */
export const draftingStore = {
  /** He is here now; whoever was away for long begins anew. */
  async touch(db: Reader, row: DraftReadersTable, away: Instant): Promise<void> {
    await db
      .insertInto('draft_readers')
      .values(row)
      .onConflict((conflict) =>
        conflict.columns(['notice_id', 'staff_id']).doUpdateSet((eb) => ({
          name: row.name,
          seen_at: row.seen_at,
          since: eb
            .case()
            .when('draft_readers.seen_at', '<', away)
            .then(row.since)
            .else(eb.ref('draft_readers.since'))
            .end(),
        })),
      )
      .execute();
  },

  async readers(db: Reader, noticeId: string, seenSince: Instant): Promise<DraftReadersTable[]> {
    return db
      .selectFrom('draft_readers')
      .selectAll()
      .where('notice_id', '=', noticeId)
      .where('seen_at', '>=', seenSince)
      .orderBy('since')
      .execute();
  },

  async forgetReaders(db: Reader, before: Instant): Promise<void> {
    await db.deleteFrom('draft_readers').where('seen_at', '<', before).execute();
  },

  async schedule(db: Reader, noticeId: string): Promise<ScheduledReportsTable | undefined> {
    return db.selectFrom('scheduled_reports').selectAll().where('notice_id', '=', noticeId).executeTakeFirst();
  },

  async schedules(db: Reader): Promise<ScheduledReportsTable[]> {
    return db.selectFrom('scheduled_reports').selectAll().orderBy('publish_at').execute();
  },

  async setSchedule(tx: Tx, row: ScheduledReportsTable): Promise<void> {
    await tx
      .insertInto('scheduled_reports')
      .values(row)
      .onConflict((conflict) => conflict.column('notice_id').doUpdateSet(row))
      .execute();
  },

  /** What has come due, and what waits for a text that was changed or thrown away since. */
  async schedulesToSettle(db: Reader, now: Instant): Promise<ScheduledReportsTable[]> {
    return db
      .selectFrom('scheduled_reports')
      .leftJoin('drafts', 'drafts.notice_id', 'scheduled_reports.notice_id')
      .selectAll('scheduled_reports')
      .where('failed_at', 'is', null)
      .where((eb) =>
        eb.or([
          eb('publish_at', '<=', now),
          eb('drafts.version', 'is', null),
          eb('drafts.version', '<>', eb.ref('draft_version')),
        ]),
      )
      .orderBy('publish_at')
      .execute();
  },

  /** @returns whether it waited still. */
  async takeSchedule(tx: Tx, noticeId: string, publishAt: Instant, version: number): Promise<boolean> {
    const rows = await tx
      .deleteFrom('scheduled_reports')
      .where('notice_id', '=', noticeId)
      .where('publish_at', '=', publishAt)
      .where('draft_version', '=', version)
      .where('failed_at', 'is', null)
      .returning('notice_id')
      .execute();
    return rows.length === 1;
  },

  /** @returns whether it waited still. */
  async failSchedule(tx: Tx, row: ScheduledReportsTable, now: Instant, failure: string): Promise<boolean> {
    const rows = await tx
      .updateTable('scheduled_reports')
      .set({ failed_at: now, failure })
      .where('notice_id', '=', row.notice_id)
      .where('publish_at', '=', row.publish_at)
      .where('draft_version', '=', row.draft_version)
      .where('failed_at', 'is', null)
      .returning('notice_id')
      .execute();
    return rows.length === 1;
  },

  async removeSchedule(tx: Tx, noticeId: string): Promise<ScheduledReportsTable | undefined> {
    return tx.deleteFrom('scheduled_reports').where('notice_id', '=', noticeId).returningAll().executeTakeFirst();
  },

  async approval(db: Reader, noticeId: string): Promise<DraftApprovalsTable | undefined> {
    return db.selectFrom('draft_approvals').selectAll().where('notice_id', '=', noticeId).executeTakeFirst();
  },

  async setApproval(tx: Tx, row: DraftApprovalsTable): Promise<void> {
    await tx
      .insertInto('draft_approvals')
      .values(row)
      .onConflict((conflict) => conflict.column('notice_id').doUpdateSet(row))
      .execute();
  },

  async approve(tx: Tx, noticeId: string, { at, by, name }: { at: Instant; by: string; name: string }): Promise<void> {
    await tx
      .updateTable('draft_approvals')
      .set({ approved_at: at, approved_by: by, approved_by_name: name })
      .where('notice_id', '=', noticeId)
      .execute();
  },

  /** The draft is published or thrown away: nothing waits for it any more. */
  async forget(tx: Tx, noticeId: string): Promise<void> {
    await tx.deleteFrom('scheduled_reports').where('notice_id', '=', noticeId).execute();
    await tx.deleteFrom('draft_approvals').where('notice_id', '=', noticeId).execute();
    await tx.deleteFrom('draft_readers').where('notice_id', '=', noticeId).execute();
  },
};
