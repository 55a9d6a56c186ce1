import type { Reader, Tx } from '../../db/open.ts';
import type { DraftReadersTable } from '../../db/tables/notices.ts';
import type { Instant } from '../../time.ts';

/** The SQL of what surrounds a draft: who has it open. */
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

  /** The draft is published or thrown away: nothing waits for it any more. */
  async forget(tx: Tx, noticeId: string): Promise<void> {
    await tx.deleteFrom('scheduled_reports').where('notice_id', '=', noticeId).execute();
    await tx.deleteFrom('draft_approvals').where('notice_id', '=', noticeId).execute();
    await tx.deleteFrom('draft_readers').where('notice_id', '=', noticeId).execute();
  },
};
