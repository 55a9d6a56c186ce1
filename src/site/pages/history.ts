import { type Instant, wallClock } from '../../time.ts';
import { card, type NoticeCard } from '../card.ts';
import type { SiteContent } from '../content.ts';
import type { Kind } from '../sheet.ts';
import { pageSheets } from './print.ts';

/** `/history`: all there was. */
export const history: Kind = {
  routes: ['/history'],
  sheets: (printing) =>
    pageSheets(printing, {
      path: '/history',
      template: 'site/history',
      mark: printing.stamp(),
      view: () => historyPage(printing.content, printing.now, printing.operator.timeZone),
    }),
};

export interface HistoryPage {
  months: { year: number; month: number; notices: NoticeCard[] }[];
}

/** Every notice by the month in which it occurred, in the operator's zone, newest first. */
export function historyPage(content: SiteContent, now: Instant, zone: string): HistoryPage {
  const months = new Map<string, HistoryPage['months'][number]>();
  for (const notice of [...content.notices].sort((a, b) => b.occurredAt - a.occurredAt)) {
    const { year, month } = wallClock(notice.occurredAt, zone);
    const key = `${year}-${month}`;
    const group = months.get(key) ?? { year, month, notices: [] };
    group.notices.push(card(notice, content, now));
    months.set(key, group);
  }
  return { months: [...months.values()] };
}
