import type { Reader, Tx } from '../../db/open.ts';
import type { WarningCallsTable, WarningsTable } from '../../db/tables/warnings.ts';
import type { Instant } from '../../time.ts';

/** What was warned of, and the calls that tell of it. */
export const warningStore = {
  /** @returns false where somebody warned of it before. */
  async take(tx: Tx, row: WarningsTable): Promise<boolean> {
    const taken = await tx
      .insertInto('warnings')
      .values(row)
      .onConflict((conflict) => conflict.columns(['notice_id', 'kind', 'due_at', 'stage']).doNothing())
      .returning('kind')
      .execute();
    return taken.length === 1;
  },

  async addCall(tx: Tx, id: string, body: string, now: Instant): Promise<void> {
    await tx
      .insertInto('warning_calls')
      .values({ id, body, created_at: now, attempts: 0, next_attempt_at: now, arrived: 0, answer: null })
      .execute();
  },

  async dueCalls(db: Reader, now: Instant): Promise<WarningCallsTable[]> {
    return db
      .selectFrom('warning_calls')
      .selectAll()
      .where('next_attempt_at', '<=', now)
      .orderBy('next_attempt_at')
      .limit(10)
      .execute();
  },

  /** Keeps others from the call until `until`. @returns false where another node has it. */
  async claimCall(db: Reader, call: WarningCallsTable, until: Instant): Promise<boolean> {
    const rows = await db
      .updateTable('warning_calls')
      .set({ next_attempt_at: until, attempts: call.attempts + 1 })
      .where('id', '=', call.id)
      .where('next_attempt_at', '=', call.next_attempt_at)
      .returning('id')
      .execute();
    return rows.length === 1;
  },

  async settleCall(
    db: Reader,
    id: string,
    outcome: Pick<WarningCallsTable, 'next_attempt_at' | 'arrived' | 'answer'>,
  ): Promise<void> {
    await db.updateTable('warning_calls').set(outcome).where('id', '=', id).execute();
  },

  async lastCall(db: Reader): Promise<WarningCallsTable | undefined> {
    return db.selectFrom('warning_calls').selectAll().orderBy('created_at', 'desc').limit(1).executeTakeFirst();
  },

  async forgetCalls(db: Reader, before: Instant): Promise<void> {
    await db.deleteFrom('warning_calls').where('created_at', '<', before).execute();
  },
};
