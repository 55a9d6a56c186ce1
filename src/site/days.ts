import { type Instant, isoTime, parseLocalInput } from '../time.ts';

/** A day of the operator's calendar, as 2014-03-06: days compare as their texts do. */
export type Day = string;

export function dayOf(at: Instant, zone: string): Day {
  return isoTime(at, zone).slice(0, 10);
}

/** Midnight, or the first moment of a day that begins later (summer time). */
export function startOfDay(day: Day, zone: string): Instant {
  return parseLocalInput(`${day}T00:00`, zone) ?? Date.parse(day);
}

/** @param count days after (before, where negative) that day. */
export function addDays(day: Day, count: number): Day {
  const [year = 0, month = 1, date = 1] = day.split('-').map(Number);
  return new Date(Date.UTC(year, month - 1, date + count)).toISOString().slice(0, 10);
}
