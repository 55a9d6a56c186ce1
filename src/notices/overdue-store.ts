import type { Reader } from '../db/open.ts';

export const overdueStore = {
  /** The picture of the newest report of each published fault that has something open. */
  async newestPictures(db: Reader): Promise<string[]> {
    const rows = await db
      .selectFrom('reports')
      .innerJoin('notices', 'notices.id', 'reports.notice_id')
      .select(['reports.notice_id', 'reports.picture'])
      .where('notices.kind', '=', 'fault')
      .where((eb) =>
        eb('notices.id', 'in', eb.selectFrom('impacts').select('notice_id').where('impacts.recovered_at', 'is', null)),
      )
      .orderBy('reports.number')
      .orderBy('reports.revision')
      .execute();
    return [...new Map(rows.map((row) => [row.notice_id, row.picture])).values()];
  },
};
