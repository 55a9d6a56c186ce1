import type { Instant } from '../time.ts';
import { wallClock } from '../time.ts';
import type { SiteContent } from './content.ts';
import { card, type NoticeCard } from './front-page.ts';

export interface HistoryPage {
  months: { year: number; month: number; notices: NoticeCard[] }[];
  reload: false;
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
  return { months: [...months.values()], reload: false };
}
