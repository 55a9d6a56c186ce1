import type { Reader, Tx } from '../../db/open.ts';
import type { DraftApprovalsTable, DraftReadersTable, ScheduledReportsTable } from '../../db/tables/notices.ts';
import type { Instant } from '../../time.ts';

/** The SQL of what surrounds a draft: who has it open, when it is to be published, who has said yes to it. */
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

  async schedule(tx: Tx, row: ScheduledReportsTable): Promise<void> {
    await tx
      .insertInto('scheduled_reports')
      .values(row)
      .onConflict((conflict) => conflict.column('notice_id').doUpdateSet(row))
      .execute();
  },

  async scheduled(db: Reader, noticeId: string): Promise<ScheduledReportsTable | undefined> {
    return db.selectFrom('scheduled_reports').selectAll().where('notice_id', '=', noticeId).executeTakeFirst();
  },

  async allScheduled(db: Reader): Promise<ScheduledReportsTable[]> {
    return db.selectFrom('scheduled_reports').selectAll().orderBy('publish_at').execute();
  },

  async due(db: Reader, now: Instant): Promise<ScheduledReportsTable[]> {
    return db
      .selectFrom('scheduled_reports')
      .selectAll()
      .where('publish_at', '<=', now)
      .where('failed_at', 'is', null)
      .orderBy('publish_at')
      .limit(20)
      .execute();
  },

  /** Takes the decision away. @returns false where somebody else has done so, or the draft was decided on anew. */
  async unschedule(tx: Tx, row: { notice_id: string; set_at: Instant }): Promise<boolean> {
    const gone = await tx
      .deleteFrom('scheduled_reports')
      .where('notice_id', '=', row.notice_id)
      .where('set_at', '=', row.set_at)
      .executeTakeFirst();
    return gone.numDeletedRows > 0n;
  },

  async fail(tx: Tx, row: ScheduledReportsTable, failure: object, now: Instant): Promise<boolean> {
    const changed = await tx
      .updateTable('scheduled_reports')
      .set({ failed_at: now, failure: JSON.stringify(failure) })
      .where('notice_id', '=', row.notice_id)
      .where('set_at', '=', row.set_at)
      .where('failed_at', 'is', null)
      .executeTakeFirst();
    return changed.numUpdatedRows > 0n;
  },

  async ask(tx: Tx, row: DraftApprovalsTable): Promise<void> {
    await tx
      .insertInto('draft_approvals')
      .values(row)
      .onConflict((conflict) => conflict.column('notice_id').doUpdateSet(row))
      .execute();
  },

  async approval(db: Reader, noticeId: string): Promise<DraftApprovalsTable | undefined> {
    return db.selectFrom('draft_approvals').selectAll().where('notice_id', '=', noticeId).executeTakeFirst();
  },

  async allAsked(db: Reader): Promise<DraftApprovalsTable[]> {
    return db.selectFrom('draft_approvals').selectAll().orderBy('asked_at').execute();
  },

  /** @returns false where another text is being asked for by now. */
  async approve(
    tx: Tx,
    noticeId: string,
    fingerprint: string,
    by: { approved_at: Instant; approved_by: string; approved_by_name: string },
  ): Promise<boolean> {
    const changed = await tx
      .updateTable('draft_approvals')
      .set(by)
      .where('notice_id', '=', noticeId)
      .where('fingerprint', '=', fingerprint)
      .where('approved_at', 'is', null)
      .executeTakeFirst();
    return changed.numUpdatedRows > 0n;
  },

  /** The draft is published or thrown away: nothing waits for it any more. */
  async forget(tx: Tx, noticeId: string): Promise<void> {
    await tx.deleteFrom('scheduled_reports').where('notice_id', '=', noticeId).execute();
    await tx.deleteFrom('draft_approvals').where('notice_id', '=', noticeId).execute();
    await tx.deleteFrom('draft_readers').where('notice_id', '=', noticeId).execute();
  },
};
