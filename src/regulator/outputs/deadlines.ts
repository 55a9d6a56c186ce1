import { DAY, fiscalQuarterOf, type Instant, parseLocalInput, wallClock } from '../../time.ts';
import type { Level } from '../criteria/judge.ts';

/** When what must be with the ministry. How long each takes is a setting: REGULATION 2.3, 2.4, 2.7. */
export interface DeadlineRules {
  detailedReportDays: number;
  periodicReportEach: 'quarter' | 'fiscal_year';
  periodicReportMonths: number;
}

/** A quarter (2015-Q1: April to June) or a fiscal year (2015) of the operator's calendar; fiscal years begin on 1 April. */
export interface Period {
  key: string;
  fiscalYear: number;
  /** 1 to 4; null for the whole year. */
  quarter: number | null;
  from: Instant;
  /** The first moment after it. */
  to: Instant;
}

export function fiscalYearOf(at: Instant, zone: string): number {
  return fiscalQuarterOf(at, zone).year;
}

export function fiscalYear(year: number, zone: string): Period {
  return {
    key: String(year),
    fiscalYear: year,
    quarter: null,
    from: firstOf(year, 4, zone),
    to: firstOf(year + 1, 4, zone),
  };
}

/** @param quarter 1 is April to June. */
export function quarterOf(year: number, quarter: number, zone: string): Period {
  const month = 1 + quarter * 3;
  return {
    key: `${year}-Q${quarter}`,
    fiscalYear: year,
    quarter,
    from: firstOf(year, month, zone),
    to: firstOf(year, month + 3, zone),
  };
}

/** 2015-Q1 or 2015; undefined where it is neither. */
export function parsePeriod(key: string, zone: string): Period | undefined {
  const match = /^(\d{4})(?:-Q([1-4]))?$/.exec(key);
  if (!match) return undefined;
  const year = Number(match[1]);
  if (year < 1985 || year > 2200) return undefined;
  return match[2] === undefined ? fiscalYear(year, zone) : quarterOf(year, Number(match[2]), zone);
}

/** The period that an accident is reported in. */
export function periodOf(at: Instant, each: DeadlineRules['periodicReportEach'], zone: string): Period {
  const { year, quarter } = fiscalQuarterOf(at, zone);
  return each === 'fiscal_year' ? fiscalYear(year, zone) : quarterOf(year, quarter, zone);
}

/** The last moment at which the period's report is in time: the end of the last day of that many months after it. */
export function periodicDue(period: Period, months: number, zone: string): Instant {
  const { year, month } = wallClock(period.to, zone);
  return firstOf(year, month + months, zone) - 1;
}

/** The last moment at which the detailed report on a serious accident is in time. */
export function detailedDue(occurredAt: Instant, days: number, zone: string): Instant {
  const { year, month, day } = wallClock(occurredAt + days * DAY, zone);
  return midnight(year, month, day, zone) + DAY - 1;
}

export interface Deadline {
  kind: 'prompt' | 'detailed' | 'periodic';
  /** Null: as soon as it is known. */
  due: Instant | null;
  /** What a submission of it is filed under: a notice's number or a period's key. */
  subject: string;
}

/** What an accident of that level must be reported with, and by when. */
export function deadlinesOf(
  accident: { id: string; occurredAt: Instant; level: Level | null },
  rules: DeadlineRules,
  zone: string,
): Deadline[] {
  const { id, occurredAt, level } = accident;
  if (level === null || level === 'none') return [];
  const period = periodOf(occurredAt, rules.periodicReportEach, zone);
  const periodic: Deadline = {
    kind: 'periodic',
    due: periodicDue(period, rules.periodicReportMonths, zone),
    subject: period.key,
  };
  if (level === 'periodic') return [periodic];
  return [
    { kind: 'prompt', due: null, subject: id },
    { kind: 'detailed', due: detailedDue(occurredAt, rules.detailedReportDays, zone), subject: id },
    periodic,
  ];
}

/** Midnight of the first of a month; months beyond 12 are of the next years. */
function firstOf(year: number, month: number, zone: string): Instant {
  return midnight(year + Math.floor((month - 1) / 12), ((month - 1) % 12) + 1, 1, zone);
}

function midnight(year: number, month: number, day: number, zone: string): Instant {
  const two = (n: number) => String(n).padStart(2, '0');
  return parseLocalInput(`${year}-${two(month)}-${two(day)}T00:00`, zone) ?? Date.UTC(year, month - 1, day);
}
