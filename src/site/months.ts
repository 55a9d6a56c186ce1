import type { Notice } from '../notices/notice.ts';
import { type Instant, wallClock } from '../time.ts';

/** A month with its notices, newest first. */
export interface Month {
  /** 2014-03 */
  key: string;
  year: number;
  /** 1 to 12 */
  month: number;
  notices: Notice[];
}

/** Every month in which something occurred, in the operator's zone, newest first. */
export function monthsOf(notices: Notice[], zone: string): Month[] {
  const months = new Map<string, Month>();
  for (const notice of notices) {
    const key = monthKey(notice, zone);
    const month = months.get(key);
    if (month) month.notices.push(notice);
    else months.set(key, { key, ...partsOf(key), notices: [notice] });
  }
  const sorted = [...months.values()].sort((a, b) => (a.key < b.key ? 1 : -1));
  for (const { notices: some } of sorted) some.sort((a, b) => b.occurredAt - a.occurredAt);
  return sorted;
}

/** By notice as it was read: years of them are sorted into months with every edition. */
const known = new WeakMap<Notice, string>();

function monthKey(notice: Notice, zone: string): string {
  let key = known.get(notice);
  if (key === undefined) {
    key = monthOf(notice.occurredAt, zone);
    known.set(notice, key);
  }
  return key;
}

/** 2014-03 */
export function monthOf(at: Instant, zone: string): string {
  const { year, month } = wallClock(at, zone);
  return `${year}-${String(month).padStart(2, '0')}`;
}

export function partsOf(key: string): { year: number; month: number } {
  const [year = 0, month = 0] = key.split('-').map(Number);
  return { year, month };
}
