import type { Reader, Tx } from '../../db/open.ts';
import type { InquiriesTable } from '../../db/tables/regulator.ts';
import type { Inquiry } from './inquiry.ts';

/** The SQL of inquiries and of the measures that answer them. */
export const inquiryStore = {
  /** Oldest first. */
  async of(db: Reader, noticeId: string): Promise<Inquiry[]> {
    const rows = await db
      .selectFrom('inquiries')
      .selectAll()
      .where('notice_id', '=', noticeId)
      .orderBy('as_of')
      .orderBy('recorded_at')
      .execute();
    return rows.map(inquiryOf);
  },

  async add(tx: Tx, row: InquiriesTable): Promise<void> {
    await tx.insertInto('inquiries').values(row).execute();
  },

  /** The classes that each measure answers, by the measure's digest. */
  async answers(db: Reader, noticeId: string): Promise<Map<string, string[]>> {
    const rows = await db
      .selectFrom('measure_answers')
      .selectAll()
      .where('notice_id', '=', noticeId)
      .orderBy('class')
      .execute();
    const answers = new Map<string, string[]>();
    for (const row of rows) answers.set(row.measure, [...(answers.get(row.measure) ?? []), row.class]);
    return answers;
  },

  async setAnswers(tx: Tx, noticeId: string, rows: { measure: string; class: string }[]): Promise<void> {
    await tx.deleteFrom('measure_answers').where('notice_id', '=', noticeId).execute();
    for (const row of rows)
      await tx
        .insertInto('measure_answers')
        .values({ ...row, notice_id: noticeId })
        .execute();
  },
};

function inquiryOf(row: InquiriesTable): Inquiry {
  return {
    asOf: row.as_of,
    count: row.count,
    channel: row.channel,
    direction: row.direction,
    desk: row.desk,
    voices: JSON.parse(row.voices) as Record<string, number>,
    note: row.note,
    recordedAt: row.recorded_at,
    recordedBy: row.recorded_by,
  };
}
