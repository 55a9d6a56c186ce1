import { type Notice, noticeState } from '../../notices/notice.ts';
import type { Report } from '../../notices/report.ts';
import { DAY, type Instant } from '../../time.ts';
import { overAt } from '../card.ts';
import type { SiteContent } from '../edition/content.ts';
import { firstTold } from '../first-told.ts';
import { isOpen } from '../words.ts';

/** How long other sites go on telling what is over: whoever saw the fault there learns of its end there. */
const AFTERWARDS = DAY;

/** The prominent notices that are open, newest first; then those that have been over for less than a day. */
export function shownNotices(content: SiteContent, now: Instant): Notice[] {
  const prominent = content.notices.filter((notice) => notice.seriousAt !== null);
  const open = prominent.filter((notice) => isOpen(noticeState(notice, now)));
  const over = prominent.filter(
    (notice) => !open.includes(notice) && now - overSince(notice, content, now) < AFTERWARDS,
  );
  return [...open, ...over];
}

/** When it was over and readers could know: a recovery may be published hours after it. */
function overSince(notice: Notice, content: SiteContent, now: Instant): Instant {
  let teller: Report | undefined;
  for (const report of notice.reports.toReversed()) {
    if (!tellsTheEnd(notice, report)) break;
    teller = report;
  }
  const over = overAt(notice, noticeState(notice, now)) ?? 0;
  return Math.max(over, teller ? firstTold(notice, teller, content) : 0);
}

function tellsTheEnd({ kind }: Notice, { phase, picture }: Report): boolean {
  if (kind === 'work') return phase === 'complete' || phase === 'cancel';
  return picture.impacts.every((impact) => impact.recoveredAt !== null);
}
