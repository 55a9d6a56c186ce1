import { Conflict, Forbidden, NotFound } from '../errors.ts';
import { record } from '../staff/audit.ts';
import type { AlsoInTransaction, NoticeGround } from './ground.ts';
import type { Notice } from './notice.ts';
import type { Poster } from './poster.ts';
import { noticeStore } from './store.ts';

/**
 * Declares a published fault serious without another report: from now on its newest report stands on the top surface too, and the
 * half-hour clock runs. Nobody is mailed for it. One that is serious already stays as it is.
 * @throws NotFound, Forbidden; Conflict where it is no published fault.
 */
export async function promoteNotice(
  ground: Pick<NoticeGround, 'db' | 'clock' | 'announce'>,
  poster: Poster,
  id: string,
  also?: AlsoInTransaction,
): Promise<void> {
  if (!poster.mayPublish) throw new Forbidden();
  const now = ground.clock.now();
  await ground.db.transaction(async (tx) => {
    if (!(await noticeStore.lock(tx, id, now))) throw new NotFound();
    const notice = await noticeStore.find(tx, id);
    const newest = notice?.reports.at(-1);
    if (notice?.kind !== 'fault' || !newest) throw notPublished();
    if (notice.seriousAt === null) {
      await noticeStore.update(tx, id, { serious_at: now });
      const posting = { notice_id: id, report_number: newest.number, surface: 'top', posted_at: now };
      await noticeStore.addPosting(tx, { ...posting, recorded_by: poster.name, note: null });
      await record(tx, now, poster, 'notice:promote', 'notice', id, { seriousAt: null }, { seriousAt: now });
      await noticeStore.nextEdition(tx, now);
    }
    await also?.(tx, { ...notice, seriousAt: notice.seriousAt ?? now } satisfies Notice);
  });
  ground.announce();
}

function notPublished(): Conflict {
  return new Conflict({
    ja: '公開済みの故障だけを重大にできます。先に初報を公開してください。',
    en: 'Only a published fault can be serious. Publish its first report first.',
  });
}
