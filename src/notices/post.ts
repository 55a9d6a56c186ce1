import { Conflict, NotFound } from '../errors.ts';
import { record } from '../staff/audit.ts';
import type { Instant } from '../time.ts';
import type { NoticeGround } from './ground.ts';
import type { Poster } from './poster.ts';
import { noticeStore } from './store.ts';

/** Where a report appeared; without `postedAt` nobody wrote down when. */
export interface ElsewherePosting {
  reportNumber: number;
  surface: string;
  postedAt?: Instant | undefined;
  /** Only the day is known; `postedAt` is its beginning. */
  dayOnly?: boolean | undefined;
  approximate?: boolean | undefined;
  note?: string | undefined;
}

/** A report's appearance on a surface that is not ours (press, another top page), recorded by hand with its own time. */
export async function recordPosting(
  ground: Pick<NoticeGround, 'db' | 'clock' | 'announce'>,
  poster: Poster,
  noticeId: string,
  posting: ElsewherePosting,
): Promise<void> {
  await ground.db.transaction(async (tx) => {
    const notice = await noticeStore.find(tx, noticeId);
    const report = notice?.reports.find((one) => one.number === posting.reportNumber);
    if (!notice || !report) {
      throw new NotFound({ ja: 'この報は見つかりませんでした。', en: 'There is no such report.' });
    }
    const added = await noticeStore.addPosting(tx, {
      notice_id: noticeId,
      report_number: posting.reportNumber,
      surface: posting.surface,
      posted_at: posting.postedAt ?? report.publishedAt,
      known: posting.postedAt === undefined ? 'nothing' : posting.dayOnly ? 'day' : 'minute',
      approximate: posting.approximate ? 1 : 0,
      recorded_by: poster.name,
      note: posting.note ?? null,
    });
    if (!added) {
      throw new Conflict({ ja: 'この掲載先はすでに記録されています。', en: 'This surface has been recorded already.' });
    }
    const now = ground.clock.now();
    await record(tx, now, poster, 'posting:record', 'notice', noticeId, undefined, posting);
    await noticeStore.lock(tx, noticeId, notice.updatedAt);
    await noticeStore.nextEdition(tx, now);
  });
  ground.announce();
}
