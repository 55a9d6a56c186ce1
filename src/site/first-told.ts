import type { Notice } from '../notices/notice.ts';
import type { Report } from '../notices/report.ts';
import type { Instant } from '../time.ts';
import type { SiteContent } from './edition/content.ts';

/** When a report came out, whatever was corrected in it since. */
export function firstTold(notice: Notice, report: Report, { revisions }: SiteContent): Instant {
  const original = revisions.get(notice.id)?.find((one) => one.number === report.number && one.revision === 0);
  return original?.publishedAt ?? report.publishedAt;
}
