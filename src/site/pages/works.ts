import { type Notice, noticeState, workWindow } from '../../notices/notice.ts';
import { workWindows } from '../../notices/windows.ts';
import { DAY, type Instant, localInput, MINUTE, parseLocalInput } from '../../time.ts';
import { card, type NoticeCard } from '../card.ts';
import type { Kind, Printing } from '../edition/sheet.ts';
import { monthOf, partsOf } from '../months.ts';
import { pageSheets } from './print.ts';

/** `/works`: planned work as a calendar and as a list, and what is over. */
export const works: Kind = {
  routes: ['/works'],
  sheets(printing) {
    const all = printing.content.notices.filter((notice) => notice.kind === 'work');
    return pageSheets(printing, {
      path: '/works',
      template: 'site/works',
      mark: printing.stamp(all),
      // Today is marked, and what has been over for long goes.
      seal: printing.today,
      view: () => worksPage(printing, all),
    });
  },
};

/** How long a work that is over stays on this page; the history has them all. */
const OVER_FOR = 90 * DAY;

export interface WorksPage {
  months: CalendarMonth[];
  working: NoticeCard[];
  planned: NoticeCard[];
  over: NoticeCard[];
}

export function worksPage(printing: Printing, notices: Notice[]): WorksPage {
  const { content, now } = printing;
  const of = (...states: string[]) => notices.filter((notice) => states.includes(noticeState(notice, now)));
  const begin = (notice: Notice) => workWindow(notice)?.from ?? notice.occurredAt;
  const cards = (some: Notice[]) => some.map((notice) => card(notice, content, now));
  const open = of('in_progress', 'planned').sort((a, b) => begin(a) - begin(b));
  const over = of('completed', 'cancelled').filter((notice) => now - (workWindow(notice)?.to ?? 0) < OVER_FOR);
  return {
    months: calendar(printing, [...open, ...over.filter((notice) => noticeState(notice, now) === 'completed')]),
    working: cards(open.filter((notice) => noticeState(notice, now) === 'in_progress')),
    planned: cards(open.filter((notice) => noticeState(notice, now) === 'planned')),
    over: cards(over.sort((a, b) => begin(b) - begin(a))),
  };
}

export interface CalendarMonth {
  year: number;
  month: number;
  /** Sunday first; null where a week begins before the month or ends after it. */
  weeks: (CalendarDay | null)[][];
}

export interface CalendarDay {
  day: number;
  /** 2014-03-06 */
  iso: string;
  weekday: number;
  today: boolean;
  /** With the moment at which it begins, on its first day. */
  works: { id: string; title: Notice['title']; begins: Instant | null }[];
}

/** This month, and each later one in which work is planned; at most a year. */
function calendar({ now, today, operator }: Printing, notices: Notice[]): CalendarMonth[] {
  const zone = operator.timeZone;
  const days = new Map<string, CalendarDay['works']>();
  const first = monthOf(now, zone);
  const wanted = new Set([first]);
  for (const notice of [...notices].sort((a, b) => (workWindow(a)?.from ?? 0) - (workWindow(b)?.from ?? 0))) {
    for (const window of workWindows(notice)) {
      for (const iso of datesOf(window.from, window.to, zone)) {
        const begins = iso === dateOf(window.from, zone) ? window.from : null;
        const works = days.get(iso) ?? [];
        // A night that ends on the day on which the next one begins touches it once.
        const same = works.find((work) => work.id === notice.id);
        if (same) same.begins ??= begins;
        else works.push({ id: notice.id, title: notice.title, begins });
        days.set(iso, works);
        if (iso.slice(0, 7) >= first) wanted.add(iso.slice(0, 7));
      }
    }
  }
  return [...wanted]
    .sort()
    .slice(0, 12)
    .map((key) => ({ ...partsOf(key), weeks: weeksOf(key, days, today) }));
}

/** At most two months of days: a work that goes on for longer is in the list. */
const LONGEST = 62;

function datesOf(from: Instant, to: Instant, zone: string): string[] {
  const dates: string[] = [];
  // A work that ends at midnight does not touch the day that begins then.
  const last = dateOf(Math.max(from, to - MINUTE), zone);
  for (let at = noon(dateOf(from, zone), zone); dates.length < LONGEST; at += DAY) {
    const iso = dateOf(at, zone);
    if (iso > last) break;
    dates.push(iso);
  }
  return dates;
}

/** 2014-03-06 */
function dateOf(at: Instant, zone: string): string {
  return localInput(at, zone).slice(0, 10);
}

/** From noon to noon is a day later whatever clocks do in between. */
function noon(iso: string, zone: string): Instant {
  return parseLocalInput(`${iso}T12:00`, zone) ?? 0;
}

function weeksOf(key: string, works: Map<string, CalendarDay['works']>, today: string): CalendarMonth['weeks'] {
  const { year, month } = partsOf(key);
  const length = new Date(Date.UTC(year, month, 0)).getUTCDate();
  const offset = new Date(Date.UTC(year, month - 1, 1)).getUTCDay();
  const cells: (CalendarDay | null)[] = Array.from({ length: offset }, () => null);
  for (let day = 1; day <= length; day++) {
    const iso = `${key}-${String(day).padStart(2, '0')}`;
    cells.push({ day, iso, weekday: (offset + day - 1) % 7, today: iso === today, works: works.get(iso) ?? [] });
  }
  while (cells.length % 7 !== 0) cells.push(null);
  return Array.from({ length: cells.length / 7 }, (_, week) => cells.slice(week * 7, week * 7 + 7));
}
