import type { Reader, Tx } from '../../db/open.ts';
import type { ReportRemindersTable, SubmissionsTable } from '../../db/tables/regulator.ts';

/** The SQL of what was handed in. Rows are never changed. */
export const submissionStore = {
  /** Oldest first. */
  async of(db: Reader, subject: string): Promise<SubmissionsTable[]> {
    return db
      .selectFrom('submissions')
      .selectAll()
      .where('subject', '=', subject)
      .orderBy('submitted_at')
      .orderBy('number')
      .execute();
  },

  /** Which reports on which subjects have been handed in: `20140306-1 detailed`. */
  async done(db: Reader): Promise<Set<string>> {
    const rows = await db.selectFrom('submissions').select(['subject', 'kind']).distinct().execute();
    return new Set(rows.map((row) => `${row.subject} ${row.kind}`));
  },

  /** @returns false where somebody was reminded of it before. */
  async takeReminder(tx: Tx, row: ReportRemindersTable): Promise<boolean> {
    const taken = await tx
      .insertInto('report_reminders')
      .values(row)
      .onConflict((conflict) => conflict.columns(['subject', 'kind', 'due_at', 'stage']).doNothing())
      .returning('kind')
      .execute();
    return taken.length === 1;
  },

  /** @returns false where somebody else handed in that number first. */
  async add(tx: Tx, row: SubmissionsTable): Promise<boolean> {
    const rows = await tx
      .insertInto('submissions')
      .values(row)
      .onConflict((conflict) => conflict.columns(['subject', 'kind', 'number']).doNothing())
      .returning('number')
      .execute();
    return rows.length === 1;
  },
};
