/** A moment: UTC epoch milliseconds. Every stored and passed time has this unit. */
export type Instant = number;

export type Language = 'ja' | 'en';

/** Where the present comes from. Only main.ts, the cli and tests make one; everything else is handed it. */
export interface Clock {
  now(): Instant;
}

export const systemClock: Clock = { now: () => Date.now() };

export const SECOND = 1000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

const formats = new Map<string, Intl.DateTimeFormat>();

function format(zone: string, locale: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${zone}|${locale}|${JSON.stringify(options)}`;
  let made = formats.get(key);
  if (!made) {
    made = new Intl.DateTimeFormat(locale, { timeZone: zone, ...options });
    formats.set(key, made);
  }
  return made;
}

/** The wall clock of a zone, as numbers. `weekday` is 0 for Sunday. */
export interface WallClock {
  year: number;
  month: number;
  day: number;
  hour: number;
  minute: number;
  second: number;
  weekday: number;
}

const WEEKDAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];

export function wallClock(at: Instant, zone: string): WallClock {
  const local = new Date(at + offsetOf(at, zone));
  return {
    year: local.getUTCFullYear(),
    month: local.getUTCMonth() + 1,
    day: local.getUTCDate(),
    hour: local.getUTCHours(),
    minute: local.getUTCMinutes(),
    second: local.getUTCSeconds(),
    weekday: local.getUTCDay(),
  };
}

/** A quarter of the operator's fiscal year, which begins on 1 April: January to March 2016 is the fourth of 2015. */
export interface FiscalQuarter {
  year: number;
  /** 1 is April to June. */
  quarter: number;
}

export function fiscalQuarterOf(at: Instant, zone: string): FiscalQuarter {
  const { year, month } = wallClock(at, zone);
  return { year: month >= 4 ? year : year - 1, quarter: Math.floor(((month + 8) % 12) / 3) + 1 };
}

/** Minutes that the zone is ahead of UTC at that moment. */
export function offsetMinutes(at: Instant, zone: string): number {
  return Math.round(offsetOf(at, zone) / MINUTE);
}

const QUARTER = 15 * MINUTE;
const offsets = new Map<string, number>();

/**
 * Milliseconds that the zone is ahead of UTC. Zones change it at a whole quarter of an hour of UTC, so one question to Intl,
 * which costs as much as the rest of a small answer, serves all moments of that quarter.
 */
function offsetOf(at: Instant, zone: string): number {
  const start = Math.floor(at / QUARTER) * QUARTER;
  const key = `${zone}|${start}`;
  let offset = offsets.get(key);
  if (offset === undefined) {
    if (offsets.size >= 5000) offsets.clear();
    offset = askOffset(start, zone);
    offsets.set(key, offset);
  }
  return offset;
}

function askOffset(at: Instant, zone: string): number {
  const parts = format(zone, 'en-US', {
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  }).formatToParts(at);
  const part = (type: string) => Number(parts.find((p) => p.type === type)?.value);
  return Date.UTC(part('year'), part('month') - 1, part('day'), part('hour'), part('minute'), part('second')) - at;
}

const two = (n: number) => String(n).padStart(2, '0');

/** ISO 8601 with the zone's offset: what the API and `<time datetime>` carry. */
export function isoTime(at: Instant, zone: string): string {
  const w = wallClock(at, zone);
  const offset = offsetMinutes(at, zone);
  const sign = offset < 0 ? '-' : '+';
  const abs = Math.abs(offset);
  return `${w.year}-${two(w.month)}-${two(w.day)}T${two(w.hour)}:${two(w.minute)}:${two(w.second)}${sign}${two(Math.floor(abs / 60))}:${two(abs % 60)}`;
}

/** The value of an `<input type="datetime-local">` in the operator's zone. */
export function localInput(at: Instant, zone: string): string {
  return isoTime(at, zone).slice(0, 16);
}

/**
 * Reads what an `<input type="datetime-local">` sends (`2014-03-06T07:34`) as a wall-clock time of the operator's zone.
 * Returns undefined where it is no time. A time that the zone skips (summer time) is moved forward by the gap; of one that it has twice
 * the first is meant.
 */
export function parseLocalInput(text: string, zone: string): Instant | undefined {
  const m = /^(\d{4})-(\d{2})-(\d{2})[T ](\d{2}):(\d{2})(?::(\d{2}))?$/.exec(text.trim());
  if (!m) return undefined;
  const [year, month, day, hour, minute, second] = m.slice(1).map((v) => Number(v ?? 0)) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const asUtc = Date.UTC(year, month - 1, day, hour, minute, second);
  const check = new Date(asUtc);
  if (check.getUTCMonth() !== month - 1 || check.getUTCDate() !== day || hour > 23 || minute > 59) return undefined;
  const before = offsetMinutes(asUtc - DAY, zone) * MINUTE;
  const after = offsetMinutes(asUtc + DAY, zone) * MINUTE;
  const fits = [before, after].find((offset) => offsetMinutes(asUtc - offset, zone) * MINUTE === offset);
  return asUtc - (fits ?? before);
}

/** The zone's short name for readers: JST, or GMT+9 where the language has no name for it. */
export function zoneName(at: Instant, zone: string): string {
  const key = `${zone}|${offsetOf(at, zone)}`;
  let name = names.get(key);
  if (name === undefined) {
    const parts = format(zone, 'ja-JP', { timeZoneName: 'short' }).formatToParts(at);
    name = parts.find((p) => p.type === 'timeZoneName')?.value ?? zone;
    names.set(key, name);
  }
  return name;
}

/** By offset: a zone has one name for summer and one for winter. */
const names = new Map<string, string>();

const WEEKDAY_JA = ['日', '月', '火', '水', '木', '金', '土'];
const MONTH_EN = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

export interface ShowOptions {
  /** 頃 / about */
  approximate?: boolean;
  /** Leave the zone's name out: where several times stand together and one of them carries it. */
  withoutZone?: boolean;
}

/** A moment for readers, with the weekday and the zone's name: 2014年3月6日(木) 7:34頃 JST / about 07:34 JST, Thu 6 Mar 2014. */
export function showTime(at: Instant, zone: string, language: Language, options: ShowOptions = {}): string {
  const [clock, date] = [showClock(at, zone, language, options), showDate(at, zone, language)];
  return language === 'ja' ? `${date} ${clock}` : `${clock}, ${date}`;
}

/** The time of day alone, where its day stands beside it: 7:34頃 JST / about 07:34 JST. */
export function showClock(at: Instant, zone: string, language: Language, options: ShowOptions = {}): string {
  const w = wallClock(at, zone);
  const zoneText = options.withoutZone ? '' : ` ${zoneName(at, zone)}`;
  return language === 'ja'
    ? `${w.hour}:${two(w.minute)}${options.approximate ? '頃' : ''}${zoneText}`
    : `${options.approximate ? 'about ' : ''}${two(w.hour)}:${two(w.minute)}${zoneText}`;
}

const MONTH_NAMES = [
  ...['January', 'February', 'March', 'April', 'May', 'June'],
  ...['July', 'August', 'September', 'October', 'November', 'December'],
];

/** A month for readers: 2014年3月 / March 2014, or without its year 3月 / March. @param month 1 to 12. */
export function showMonth(
  year: number,
  month: number,
  language: Language,
  { withoutYear = false }: { withoutYear?: boolean } = {},
): string {
  const name = language === 'ja' ? `${month}月` : (MONTH_NAMES[month - 1] ?? '');
  if (withoutYear) return name;
  return language === 'ja' ? `${year}年${name}` : `${name} ${year}`;
}

/** A day for readers: 2014年3月6日(木) / Thu 6 Mar 2014. */
export function showDate(at: Instant, zone: string, language: Language): string {
  const w = wallClock(at, zone);
  return language === 'ja'
    ? `${w.year}年${w.month}月${w.day}日(${WEEKDAY_JA[w.weekday]})`
    : `${WEEKDAYS[w.weekday]} ${w.day} ${MONTH_EN[w.month - 1]} ${w.year}`;
}

/** A day where there is little room and its year is known: 3/6(木) / Thu 6 Mar. */
export function showDay(
  at: Instant,
  zone: string,
  language: Language,
  options: { withYear?: boolean; withoutWeekday?: boolean } = {},
): string {
  const w = wallClock(at, zone);
  if (language === 'ja') {
    const weekday = options.withoutWeekday ? '' : `(${WEEKDAY_JA[w.weekday]})`;
    return `${options.withYear ? `${w.year}/` : ''}${w.month}/${w.day}${weekday}`;
  }
  const weekday = options.withoutWeekday ? '' : `${WEEKDAYS[w.weekday]} `;
  return `${weekday}${w.day} ${MONTH_EN[w.month - 1]}${options.withYear ? ` ${w.year}` : ''}`;
}

/** A length of time for readers, to the minute: 8時間11分 / 8 h 11 min. */
export function showDuration(milliseconds: number, language: Language): string {
  const minutes = Math.max(0, Math.floor(milliseconds / MINUTE));
  const d = Math.floor(minutes / 1440);
  const h = Math.floor((minutes % 1440) / 60);
  const m = minutes % 60;
  const units: [number, string, string][] = [
    [d, '日', d === 1 ? ' day' : ' days'],
    [h, '時間', ' h'],
    [m, '分', ' min'],
  ];
  const shown = units.filter(([n]) => n > 0);
  if (shown.length === 0) return language === 'ja' ? '1分未満' : 'less than a minute';
  return language === 'ja'
    ? shown.map(([n, ja]) => `${n}${ja}`).join('')
    : shown.map(([n, , en]) => `${n}${en}`).join(' ');
}
