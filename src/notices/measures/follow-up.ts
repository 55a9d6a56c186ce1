import { z } from 'zod';
import { Forbidden, NotFound } from '../../errors.ts';
import { record } from '../../staff/audit.ts';
import type { NoticeGround } from '../ground.ts';
import { day, LIMITS, text } from '../input.ts';
import type { Poster } from '../poster.ts';
import { MEASURE_STATUSES } from '../report.ts';
import { noticeStore } from '../store.ts';
import { measureStore } from './measure-store.ts';
import { standingMeasures } from './progress.ts';

/** What became of a measure. */
export const followUpInput = z.strictObject({
  status: z.enum(MEASURE_STATUSES),
  date: day.optional(),
  text: text(LIMITS.short).optional(),
});

export type FollowUpInput = z.output<typeof followUpInput>;

/**
 * Tells what became of a measure after its report: an entry of its own on the public page, with its day. Nobody is mailed.
 * @throws NotFound; Forbidden
 */
export async function followUp(
  ground: Pick<NoticeGround, 'db' | 'clock' | 'announce'>,
  poster: Poster,
  { noticeId, measure }: { noticeId: string; measure: string },
  input: FollowUpInput,
): Promise<void> {
  if (!poster.mayPublish) throw new Forbidden();
  await ground.db.transaction(async (tx) => {
    const now = ground.clock.now();
    const missing = new NotFound({ ja: 'この再発防止策は見つかりませんでした。', en: 'There is no such measure.' });
    const before = await noticeStore.find(tx, noticeId);
    if (!before || !(await noticeStore.lock(tx, noticeId, before.updatedAt))) throw missing;
    const progress = (await measureStore.ofNotices(tx, [noticeId])).get(noticeId) ?? [];
    const standing = standingMeasures(before, progress).find(({ id }) => id === measure);
    if (!standing) throw missing;
    await measureStore.add(tx, {
      notice_id: noticeId,
      measure,
      number: standing.progress.length + 1,
      status: input.status,
      date: input.date ?? null,
      text_ja: input.text?.ja ?? null,
      text_en: input.text && 'en' in input.text ? (input.text.en ?? null) : null,
      published_at: now,
      recorded_by: poster.name,
    });
    const told = { measure, status: standing.status, date: standing.date };
    await record(tx, now, poster, 'measure:follow-up', 'notice', noticeId, told, { measure, ...input });
    await noticeStore.nextEdition(tx, now);
  });
  ground.announce();
}
