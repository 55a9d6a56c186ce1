import type { Tx } from '../../db/open.ts';
import type { ScheduledReportsTable } from '../../db/tables/notices.ts';
import type { Message } from '../../errors.ts';
import { record, SYSTEM } from '../../staff/audit.ts';
import { isoTime } from '../../time.ts';
import type { NoticeGround } from '../ground.ts';
import { noticeStore } from '../store.ts';
import { tellStaff } from '../warnings/tell.ts';
import { draftingStore } from './drafting-store.ts';

/**
 * What was to be published is not: says why beside the draft, which stays, and tells staff by mail and call. Once, whoever finds it
 * out; nothing happens where it was carried out or taken back meanwhile.
 */
export async function failSchedule(
  ground: Pick<NoticeGround, 'clock' | 'operator' | 'publicUrl'>,
  tx: Tx,
  schedule: ScheduledReportsTable,
  why: Message,
): Promise<void> {
  const now = ground.clock.now();
  if (!(await draftingStore.failSchedule(tx, schedule, now, JSON.stringify(why)))) return;
  const { notice_id: id, publish_at: publishAt, set_by_name: setBy } = schedule;
  await record(tx, now, SYSTEM, 'report:schedule-fail', 'notice', id, { publishAt, setBy }, { why });
  const notice = await noticeStore.find(tx, id);
  if (!notice) return;
  const url = `${ground.publicUrl}/console/notices/${id}`;
  await tellStaff(ground, tx, {
    id: `unpublished.${id}.${publishAt}.${schedule.draft_version}`,
    template: 'mail/unpublished',
    view: { title: notice.title, url, why, publishAt, setBy },
    call: {
      type: 'schedule.failed',
      timestamp: new Date(now).toISOString(),
      data: {
        notice: id,
        title: notice.title,
        url,
        publishAt: isoTime(publishAt, ground.operator.timeZone),
        setBy,
        why,
      },
    },
  });
}
