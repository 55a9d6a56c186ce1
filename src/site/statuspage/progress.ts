import { type Notice, noticeState, workWindow } from '../../notices/notice.ts';
import type { Report } from '../../notices/report.ts';
import type { Instant } from '../../time.ts';
import { RECENT } from '../card.ts';

export type IncidentStatus = 'investigating' | 'identified' | 'monitoring' | 'resolved' | 'postmortem';
export type WorkStatus = 'scheduled' | 'in_progress' | 'verifying' | 'completed';

/** What was told to be over is over, though the last minutes of it lie ahead. */
const AT_LAST: Instant = Number.MAX_SAFE_INTEGER;

/** How far a fault has come by what was told of it. */
export function faultStatus(notice: Notice): IncidentStatus {
  switch (noticeState(notice, AT_LAST)) {
    case 'closed':
      return 'postmortem';
    case 'recovered':
      return 'resolved';
    case 'delayed':
      return 'monitoring';
    case 'partially_recovered':
      return 'identified';
    default: {
      const cause = notice.reports.at(-1)?.picture.cause?.state;
      return cause === 'presumed' || cause === 'confirmed' ? 'identified' : 'investigating';
    }
  }
}

/** Whether it counts as an open incident. */
export function isUnresolved(notice: Notice): boolean {
  const status = faultStatus(notice);
  return status !== 'resolved' && status !== 'postmortem';
}

/** How far a work has come by its times. What staff began by hand and nobody has ended is being verified, for a week at most. */
export function workStatus(notice: Notice, now: Instant): WorkStatus {
  const state = noticeState(notice, now);
  if (state === 'planned') return 'scheduled';
  if (state === 'in_progress') return 'in_progress';
  const end = workWindow(notice)?.to ?? 0;
  const unended = state === 'completed' && notice.actualFrom !== null && notice.actualTo === null;
  return unended && now < end + RECENT ? 'verifying' : 'completed';
}

/** The notice as its report of this place in the list left it. */
export function asToldBy(notice: Notice, index: number): Notice {
  const report = notice.reports[index];
  return {
    ...notice,
    impacts: report?.picture.impacts ?? [],
    planned: report?.picture.planned ?? notice.planned,
    reports: notice.reports.slice(0, index + 1),
  };
}

/** How far a work had come by a report of it. `told` is when the report first came out. */
export function workStatusAt(notice: Notice, report: Report, told: Instant): WorkStatus {
  switch (report.phase) {
    case 'start':
      return 'in_progress';
    case 'extend': {
      const begun = notice.reports.some((one) => one.phase === 'start' && one.number < report.number);
      return begun || told >= (report.picture.planned?.from ?? told) ? 'in_progress' : 'scheduled';
    }
    case 'complete':
    case 'cancel':
      return 'completed';
    default:
      return 'scheduled';
  }
}
