import { Forbidden, NotFound } from '../errors.ts';
import { record } from '../staff/audit.ts';
import type { AlsoInTransaction, NoticeGround } from './ground.ts';
import type { CorrectionInput } from './input.ts';
import type { Notice } from './notice.ts';
import type { Poster } from './poster.ts';
import { enqueue } from './publish.ts';
import type { Report } from './report.ts';
import { noticeStore } from './store.ts';

/**
 * Corrects a published report (第N報改): a new revision with a reason; the text before stays readable. It is mailed only where
 * staff ask for it, and then out of what is left of the three.
 */
export async function correctReport(
  ground: NoticeGround,
  poster: Poster,
  noticeId: string,
  number: number,
  input: CorrectionInput,
  also?: AlsoInTransaction,
): Promise<Notice> {
  if (!poster.mayPublish) throw new Forbidden();
  if (input.publishedAt !== undefined && !poster.mayBackfill) throw new Forbidden();
  const notice = await ground.db.transaction(async (tx) => {
    const now = ground.clock.now();
    const at = input.publishedAt ?? now;
    const missing = new NotFound({ ja: 'この報は見つかりませんでした。', en: 'There is no such report.' });
    if (!(await noticeStore.lock(tx, noticeId, at))) throw missing;
    const before = await noticeStore.find(tx, noticeId);
    const wrong = before?.reports.find((report) => report.number === number);
    if (!before || !wrong) throw missing;
    const report = revise(wrong, input, at);
    await noticeStore.addReport(tx, noticeId, report, poster.name);
    if (input.title) {
      await noticeStore.update(tx, noticeId, { title_ja: input.title.ja, title_en: input.title.en ?? null });
    }
    await record(tx, now, poster, 'report:correct', 'notice', noticeId, wrong, report);
    const after = await noticeStore.find(tx, noticeId);
    if (!after) throw missing;
    if (!report.backfilled) await enqueue(ground, tx, { notice: after, report });
    await noticeStore.nextEdition(tx, now);
    await also?.(tx, after);
    return after;
  });
  ground.announce();
  return notice;
}

function revise(wrong: Report, input: CorrectionInput, at: number): Report {
  const { reason, title, body, mail, publishedAt, ...facts } = input;
  const given = Object.fromEntries(
    Object.entries(facts)
      .filter(([, value]) => value !== undefined)
      // 確認中 is said by null; of anything else null means that it is withdrawn.
      .map(([name, value]) => [name, value === null && name !== 'expectedRecoveryAt' ? undefined : value]),
  );
  return {
    ...wrong,
    revision: wrong.revision + 1,
    publishedAt: at,
    body: body ?? wrong.body,
    picture: { ...wrong.picture, ...given, ...(title ? { title } : {}) },
    mail: publishedAt === undefined && (mail ?? false),
    backfilled: publishedAt !== undefined,
    reason,
  };
}
