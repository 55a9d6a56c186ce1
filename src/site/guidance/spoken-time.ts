import { DAY, type Instant, type Language, wallClock } from '../../time.ts';
import type { Part } from './speech.ts';

/** A moment as it is said, its day seen from now: 今日の午前7時34分 / 7:34 a.m. today. No zone: callers live in the operator's. */
export function spokenTime(at: Instant, now: Instant, zone: string, language: Language): Part[] {
  const { hour, minute } = wallClock(at, zone);
  const noon = hour === 12 && minute === 0;
  const days = dayNumber(at, zone) - dayNumber(now, zone);
  if (language === 'ja') {
    const half = hour < 12 ? '午前' : '午後';
    const clock = noon ? '正午' : `${half}${hour % 12}時${minute === 0 ? '' : `${minute}分`}`;
    return [`${DAYS_JA[days] ?? dateJa(at, now, zone)}の${clock}`];
  }
  const minutes = minute === 0 ? '' : `:${String(minute).padStart(2, '0')}`;
  const clock = { text: `${hour % 12 || 12}${minutes} ${hour < 12 ? 'a.m.' : 'p.m.'}`, as: 'time' } as const;
  return [noon ? 'noon' : clock, ` ${DAYS_EN[days] ?? dateEn(at, now, zone)}`];
}

const DAYS_JA: Record<number, string> = { [-1]: '昨日', 0: '今日', 1: '明日' };
const DAYS_EN: Record<number, string> = { [-1]: 'yesterday', 0: 'today', 1: 'tomorrow' };

function dateJa(at: Instant, now: Instant, zone: string): string {
  const { year, month, day } = wallClock(at, zone);
  return `${year === wallClock(now, zone).year ? '' : `${year}年`}${month}月${day}日`;
}

function dateEn(at: Instant, now: Instant, zone: string): string {
  const { year, month, day } = wallClock(at, zone);
  return `on ${MONTHS[month - 1]} ${day}${year === wallClock(now, zone).year ? '' : `, ${year}`}`;
}

const MONTHS = [
  ...['January', 'February', 'March', 'April', 'May', 'June'],
  ...['July', 'August', 'September', 'October', 'November', 'December'],
];

/** Days since 1970 on the zone's calendar. */
function dayNumber(at: Instant, zone: string): number {
  const { year, month, day } = wallClock(at, zone);
  return Date.UTC(year, month - 1, day) / DAY;
}
