import { evenly } from '../../db/asking.ts';
import type { Reader, Tx } from '../../db/open.ts';
import type { MeasureProgressTable } from '../../db/tables/notices.ts';
import type { Progress } from './progress.ts';

/** The only SQL of what became of measures. */
export const measureStore = {
  async add(tx: Tx, row: MeasureProgressTable): Promise<void> {
    await tx.insertInto('measure_progress').values(row).execute();
  },

  /** Of these notices, by notice, the oldest first. */
  async ofNotices(db: Reader, noticeIds: string[]): Promise<Map<string, Progress[]>> {
    const found = new Map<string, Progress[]>();
    if (noticeIds.length === 0) return found;
    const rows = await db
      .selectFrom('measure_progress')
      .selectAll()
      .where('notice_id', 'in', evenly(noticeIds))
      .orderBy('published_at')
      .orderBy('number')
      .execute();
    for (const row of rows) found.set(row.notice_id, [...(found.get(row.notice_id) ?? []), progressOf(row)]);
    return found;
  },

  /** Notices that ever told of a measure that was not done: few, and the only ones where one can be overdue. */
  async promising(db: Reader): Promise<string[]> {
    const rows = await db
      .selectFrom('reports')
      .select('notice_id')
      .distinct()
      .where((eb) =>
        eb.or([eb('picture', 'like', '%"status":"planned"%'), eb('picture', 'like', '%"status":"in_progress"%')]),
      )
      .execute();
    return rows.map((row) => row.notice_id);
  },
};

function progressOf(row: MeasureProgressTable): Progress {
  return {
    measure: row.measure,
    status: row.status,
    date: row.date,
    text: row.text_ja === null ? null : { ja: row.text_ja, ...(row.text_en === null ? {} : { en: row.text_en }) },
    publishedAt: row.published_at,
  };
}
