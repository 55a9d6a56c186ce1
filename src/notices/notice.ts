import type { Instant, Language } from '../time.ts';
import type { Impact } from './impact.ts';
import type { NoticeLink } from './links/link.ts';
import type { Report } from './report.ts';
import { type Planned, type Window, workWindows } from './windows.ts';

/** Text that staff wrote: Japanese always, English where they had the time. */
export interface Text {
  ja: string;
  en?: string | undefined;
}

/** The language's text, or the Japanese where there is none. */
export function inLanguage(text: Text, language: Language): string {
  return language === 'en' ? (text.en ?? text.ja) : text.ja;
}

export type NoticeKind = 'fault' | 'work';

/** A fault or a planned work with everything published on it so far. Times are epoch milliseconds. */
export interface Notice {
  id: string;
  kind: NoticeKind;
  title: Text;
  /** Notices of one root fault share their three mails. */
  rootId: string;
  occurredAt: Instant;
  occurredApproximate: boolean;
  recognisedAt: Instant | null;
  /** When it was declared serious; null while it is not prominent. */
  seriousAt: Instant | null;
  /** Works only: what was announced, and what really happened. */
  planned: Planned | null;
  actualFrom: Instant | null;
  actualTo: Instant | null;
  /** How it hangs together with others, as staff said on this one. */
  links?: NoticeLink[] | undefined;
  firstPublishedAt: Instant | null;
  updatedAt: Instant;
  version: number;
  impacts: Impact[];
  /** Newest revision of each number, oldest number first. Empty while it is a draft. */
  reports: Report[];
}

/** Derived, never stored. */
export type NoticeState =
  | 'draft'
  // faults
  | 'ongoing'
  | 'partially_recovered'
  | 'delayed'
  | 'recovered'
  | 'closed'
  // works
  | 'planned'
  | 'in_progress'
  | 'completed'
  | 'cancelled';

/**
 * 発生中, 一部回復, 遅延中 (only delays remain), 回復, 終了 (final report out); 予定, 工事中, 完了, 中止.
 * Work begins and ends by its times: nothing needs to run for it.
 */
export function noticeState(notice: Notice, now: Instant): NoticeState {
  if (notice.reports.length === 0) return 'draft';
  return notice.kind === 'fault' ? faultState(notice, now) : workState(notice, now);
}

function faultState(notice: Notice, now: Instant): NoticeState {
  const open = notice.impacts.filter((impact) => impact.recoveredAt === null || impact.recoveredAt > now);
  if (open.length === 0) return isExplained(notice) ? 'closed' : 'recovered';
  if (open.every((impact) => impact.symptom === 'delayed')) {
    return open.length === notice.impacts.length && !saidRecovered(notice) ? 'ongoing' : 'delayed';
  }
  return open.length < notice.impacts.length ? 'partially_recovered' : 'ongoing';
}

/** A final report is out, and the notice was not reopened after it. */
export function isExplained(notice: Pick<Notice, 'reports'>): boolean {
  const turn = notice.reports.findLast(
    (report) => report.phase === 'final' || (report.phase === 'update' && report.picture.reopened !== undefined),
  );
  return turn?.phase === 'final';
}

/** A notice that has only ever been about a delay is under way, not "delayed after recovery". */
function saidRecovered(notice: Notice): boolean {
  return notice.reports.some((report) => report.tellsRecovery || report.phase === 'recovery');
}

function workState(notice: Notice, now: Instant): NoticeState {
  // What was cancelled may be planned anew.
  if (notice.reports.at(-1)?.phase === 'cancel') return 'cancelled';
  const windows = workWindows(notice);
  if (notice.actualTo !== null && windows.length === 1) return notice.actualTo <= now ? 'completed' : 'in_progress';
  const next = windows.find((window) => now < window.to);
  if (!next) return windows.length > 0 ? 'completed' : 'planned';
  return next.from <= now ? 'in_progress' : 'planned';
}

/** From the first moment of work to the last: the actual times where they are known, else the planned ones. */
export function workWindow(notice: Notice): Window | null {
  const windows = workWindows(notice);
  const [first, last] = [windows[0], windows.at(-1)];
  return first && last ? { from: first.from, to: last.to } : null;
}

/** Whether the time of recoveredAt() is one that is not known to the minute. */
export function recoveredApproximately(notice: Notice): boolean {
  const last = recoveredAt(notice);
  return notice.impacts.some((impact) => impact.recoveredAt === last && impact.recoveredApproximate === true);
}

/** When the last impact ended; null while one is open. */
export function recoveredAt(notice: Notice): Instant | null {
  let last: Instant | null = null;
  for (const impact of notice.impacts) {
    if (impact.recoveredAt === null) return null;
    last = Math.max(last ?? 0, impact.recoveredAt);
  }
  return last;
}
