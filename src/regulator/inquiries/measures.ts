import type { Notice } from '../../notices/notice.ts';
import type { Measure } from '../../notices/report.ts';

/** The measures of the newest report that lists any. */
export function measuresOf(notice: Notice): Measure[] {
  return notice.reports.findLast((report) => (report.picture.measures ?? []).length > 0)?.picture.measures ?? [];
}
