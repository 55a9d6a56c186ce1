import type { Settings } from '../../staff/settings.ts';
import { DAY, type Instant, MINUTE } from '../../time.ts';
import { type Notice, noticeState, recoveredAt, workWindow } from '../notice.ts';
import { afterNight, type Night, nextWall } from './night.ts';

/**
 * What staff owe their readers on a notice, and until when.
 * - first_occurrence, first_recognition: the first report, on both clocks (REGULATION 1.6 counts the one, the promise of 2014 the other)
 * - update: the next report while something is broken; delay: the same while only delays remain
 * - promised: the last report named the time of the next one
 * - expected: the last report named a time of recovery, and it is not there yet
 * - recovery: somebody knows that it works again, and readers do not
 * - final: the causes, once it is over
 * - work_start, work_end: the work that was announced begins, and should be over
 */
export const LIMIT_KINDS = [
  'first_occurrence',
  'first_recognition',
  'update',
  'delay',
  'promised',
  'expected',
  'recovery',
  'final',
  'work_start',
  'work_end',
] as const;
export type LimitKind = (typeof LIMIT_KINDS)[number];

export interface Limit {
  kind: LimitKind;
  /** When its clock began. */
  from: Instant;
  due: Instant;
  /** When it was done; null while it is owed. */
  met: Instant | null;
}

/** met: in time. late: done, but after it was due. calm, soon, over: owed. */
export type Stage = 'met' | 'late' | 'calm' | 'soon' | 'over';

export interface ClockFacts {
  settings: Settings;
  zone: string;
  now: Instant;
  /** When a draft or an alarm says that everything works again, though no report does. */
  recoverySeenAt?: Instant | null | undefined;
}

/** Everything owed on this notice, the most urgent first, and what was owed and is done. */
export function limitsOf(notice: Notice, facts: ClockFacts): Limit[] {
  const limits = notice.kind === 'fault' ? faultLimits(notice, facts) : workLimits(notice, facts);
  return limits.sort((a, b) => Number(a.met !== null) - Number(b.met !== null) || a.due - b.due);
}

export function stageOf(limit: Limit, { settings, now }: Pick<ClockFacts, 'settings' | 'now'>): Stage {
  if (limit.met !== null) return limit.met <= limit.due ? 'met' : 'late';
  if (now > limit.due) return 'over';
  return now >= limit.due - settings.warnBeforeMinutes * MINUTE ? 'soon' : 'calm';
}

/** The first limit that is still owed. */
export function mostUrgent(limits: Limit[]): Limit | undefined {
  return limits.find((limit) => limit.met === null);
}

function faultLimits(notice: Notice, facts: ClockFacts): Limit[] {
  return [
    ...firstReport(notice, facts),
    ...nextReport(notice, facts),
    ...recovery(notice, facts),
    ...final(notice, facts),
  ];
}

function firstReport(notice: Notice, { settings }: ClockFacts): Limit[] {
  const within = settings.firstReportMinutes * MINUTE;
  const met = notice.firstPublishedAt;
  const clock = (kind: LimitKind, from: Instant): Limit => ({ kind, from, due: from + within, met });
  return [
    clock('first_occurrence', notice.occurredAt),
    ...(notice.recognisedAt === null ? [] : [clock('first_recognition', notice.recognisedAt)]),
  ];
}

/** While anything is left: at least every so often, except by night; and what the last report itself promised. */
function nextReport(notice: Notice, { settings, zone, now }: ClockFacts): Limit[] {
  const last = notice.reports.at(-1);
  const state = noticeState(notice, now);
  if (!last || !['ongoing', 'partially_recovered', 'delayed'].includes(state)) return [];
  const from = last.publishedAt;
  const { nextUpdateAt, expectedRecoveryAt, lastToday } = last.picture;
  const night: Night = { from: settings.nightFrom, to: settings.nightTo, zone };
  const limits: Limit[] = [];
  if (nextUpdateAt) limits.push({ kind: 'promised', from, due: nextUpdateAt, met: null });
  if (expectedRecoveryAt) limits.push({ kind: 'expected', from, due: expectedRecoveryAt, met: null });
  // "The last for today" is a promise until morning, or until the time that it names.
  if (!(lastToday && nextUpdateAt)) {
    const due = lastToday ? nextWall(from, night.to, zone) : afterNight(from + settings.updateMinutes * MINUTE, night);
    limits.push({ kind: state === 'delayed' ? 'delay' : 'update', from, due, met: null });
  }
  return limits;
}

/** From the moment at which it works again to the report that says so. */
function recovery(notice: Notice, { settings, recoverySeenAt }: ClockFacts): Limit[] {
  const within = settings.recoveryReportMinutes * MINUTE;
  const told = notice.reports.findLast((report) => report.tellsRecovery);
  if (told) {
    const ends = told.picture.impacts.flatMap((impact) => impact.recoveredAt ?? []);
    const from = Math.max(...ends);
    return ends.length === 0 ? [] : [{ kind: 'recovery', from, due: from + within, met: told.publishedAt }];
  }
  if (recoverySeenAt === null || recoverySeenAt === undefined || notice.reports.length === 0) return [];
  return [{ kind: 'recovery', from: recoverySeenAt, due: recoverySeenAt + within, met: null }];
}

function final(notice: Notice, { settings, now }: ClockFacts): Limit[] {
  const from = recoveredAt(notice);
  const wanted = notice.seriousAt !== null || settings.finalReportFor === 'all';
  if (from === null || !wanted || notice.reports.length === 0) return [];
  const told = notice.reports.find((report) => report.phase === 'final');
  if (!told && noticeState(notice, now) !== 'recovered') return [];
  return [{ kind: 'final', from, due: from + settings.finalReportDays * DAY, met: told?.publishedAt ?? null }];
}

/** Readers see by the clock that work begins and ends. Whether it really did, only staff can tell them. */
function workLimits(notice: Notice, { now }: ClockFacts): Limit[] {
  const window = workWindow(notice);
  const state = noticeState(notice, now);
  if (!window || notice.reports.length === 0 || state === 'cancelled' || notice.actualTo !== null) return [];
  const from = notice.reports.at(-1)?.publishedAt ?? notice.updatedAt;
  const begun = notice.actualFrom !== null || now >= window.from;
  return begun
    ? [{ kind: 'work_end', from: window.from, due: window.to, met: null }]
    : [{ kind: 'work_start', from, due: window.from, met: null }];
}
