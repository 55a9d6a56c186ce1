import { type Notice, noticeState } from '../notices/notice.ts';
import { workWindows } from '../notices/windows.ts';
import { DAY, type Instant } from '../time.ts';
import { addDays, type Day, dayOf, startOfDay } from './days.ts';
import type { SiteContent } from './edition/content.ts';
import type { Printing } from './edition/sheet.ts';

/** What a day was for a service; the worst of it counts. */
export type DayState = 'fault' | 'delay' | 'work';

/** A day on which something was. */
export interface EventfulDay {
  day: Day;
  /** 0 to 89 from the left; today is the last. */
  at: number;
  state: DayState;
  notices: { id: string; title: Notice['title'] }[];
}

export const DAYS = 90;

/** Made once for each edition and day, whatever is printed of it. */
const made = new WeakMap<SiteContent, { key: string; days: Map<string, EventfulDay[]> }>();

/** The last ninety days of each service, oldest first, without the days on which nothing was. */
export function ninetyDays(printing: Printing): Map<string, EventfulDay[]> {
  const { content, today } = printing;
  const key = `${printing.stamp()} ${today}`;
  const known = made.get(content);
  if (known?.key === key) return known.days;
  const days = daysOf(printing);
  made.set(content, { key, days });
  return days;
}

/** Worst last. */
const ORDER: DayState[] = ['work', 'delay', 'fault'];

function daysOf({ content, now, today, operator }: Printing): Map<string, EventfulDay[]> {
  const zone = operator.timeZone;
  const first = addDays(today, 1 - DAYS);
  const since = startOfDay(first, zone);
  const places = new Map(Array.from({ length: DAYS }, (_, at) => [addDays(first, at), at]));
  const found = new Map<string, Map<Day, EventfulDay>>();
  for (const notice of content.notices) {
    for (const { service, from, to, state } of stretchesOf(notice, now)) {
      if (from > now || (from < since && to <= since)) continue;
      const days = found.get(service) ?? new Map<Day, EventfulDay>();
      found.set(service, days);
      for (const day of daysBetween(Math.max(from, since), to, zone)) {
        const at = places.get(day);
        if (at === undefined) continue;
        const event = days.get(day) ?? { day, at, state, notices: [] };
        days.set(day, event);
        if (ORDER.indexOf(state) > ORDER.indexOf(event.state)) event.state = state;
        if (event.notices.every(({ id }) => id !== notice.id))
          event.notices.push({ id: notice.id, title: notice.title });
      }
    }
  }
  return new Map([...found].map(([service, days]) => [service, [...days.values()].sort((a, b) => a.at - b.at)]));
}

interface Stretch {
  service: string;
  from: Instant;
  to: Instant;
  state: DayState;
}

function stretchesOf(notice: Notice, now: Instant): Stretch[] {
  if (notice.kind === 'fault') {
    return notice.impacts.map((impact) => ({
      service: impact.service,
      from: impact.startedAt,
      to: impact.recoveredAt ?? now,
      state: impact.symptom === 'delayed' ? 'delay' : 'fault',
    }));
  }
  // What was cancelled was never done.
  if (noticeState(notice, now) === 'cancelled') return [];
  const windows = workWindows(notice).filter((window, index) => index === 0 || window.from < now);
  return notice.impacts.flatMap(({ service }) =>
    windows.map(({ from, to }) => ({ service, from, to: Math.min(to, now), state: 'work' as const })),
  );
}

/** Each day that a stretch touches; one that ends at midnight does not touch the day that begins then. */
function daysBetween(from: Instant, to: Instant, zone: string): Day[] {
  const last = dayOf(Math.max(from, to - 1), zone);
  const days: Day[] = [];
  for (let day = dayOf(from, zone); day <= last && days.length <= (to - from) / DAY + 2; day = addDays(day, 1))
    days.push(day);
  return days;
}
