import { evenly } from '../../db/asking.ts';
import type { Reader, Tx } from '../../db/open.ts';
import type { AlarmGroupsTable, AlarmsTable } from '../../db/tables/alarms.ts';
import type { Instant } from '../../time.ts';

/** Alarms, and which draft their group has opened. */
export const alarmStore = {
  /** Takes the group for this transaction: of two at once one opens the draft and the other sees it. */
  async takeGroup(tx: Tx, source: string, group: string, now: Instant): Promise<AlarmGroupsTable> {
    return tx
      .insertInto('alarm_groups')
      .values({ source, group_key: group, notice_id: null, seen_at: now, draft_version: 0 })
      .onConflict((conflict) => conflict.columns(['source', 'group_key']).doUpdateSet({ seen_at: now }))
      .returningAll()
      .executeTakeFirstOrThrow();
  },

  async setDraft(tx: Tx, group: AlarmGroupsTable, noticeId: string, version: number): Promise<void> {
    await tx
      .updateTable('alarm_groups')
      .set({ notice_id: noticeId, draft_version: version })
      .where('source', '=', group.source)
      .where('group_key', '=', group.group_key)
      .execute();
  },

  async put(tx: Tx, row: AlarmsTable): Promise<void> {
    await tx
      .insertInto('alarms')
      .values(row)
      .onConflict((conflict) => conflict.columns(['source', 'key']).doUpdateSet(row))
      .execute();
  },

  async find(db: Reader, source: string, key: string): Promise<AlarmsTable | undefined> {
    return db.selectFrom('alarms').selectAll().where('source', '=', source).where('key', '=', key).executeTakeFirst();
  },

  /** Of these notices, oldest first. */
  async ofNotices(db: Reader, ids: string[]): Promise<AlarmsTable[]> {
    if (ids.length === 0) return [];
    return db
      .selectFrom('alarms')
      .selectAll()
      .where('notice_id', 'in', evenly(ids))
      .orderBy('started_at')
      .orderBy('key')
      .execute();
  },
};
