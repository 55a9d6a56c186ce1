import type { Reader } from '../../db/open.ts';
import { type Instant, isoTime } from '../../time.ts';
import type { Notice } from '../notice.ts';
import { noticeStore } from '../store.ts';
import { measureStore } from './measure-store.ts';
import { isOverdue, type StandingMeasure, standingMeasures } from './progress.ts';

/** The measures whose planned day has passed in the operator's zone and that nobody has said are done. */
export async function overdueMeasures(
  db: Reader,
  now: Instant,
  zone: string,
): Promise<{ notice: Notice; measure: StandingMeasure }[]> {
  const today = isoTime(now, zone).slice(0, 10);
  const ids = await measureStore.promising(db);
  const overdue: { notice: Notice; measure: StandingMeasure }[] = [];
  for (let from = 0; from < ids.length; from += 100) {
    const some = ids.slice(from, from + 100);
    const progress = await measureStore.ofNotices(db, some);
    for (const notice of await noticeStore.byIds(db, some)) {
      const late = standingMeasures(notice, progress.get(notice.id) ?? []).filter((one) => isOverdue(one, today));
      overdue.push(...late.map((measure) => ({ notice, measure })));
    }
  }
  return overdue;
}
