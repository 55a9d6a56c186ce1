import type { Impact } from '../../notices/impact.ts';
import type { Notice } from '../../notices/notice.ts';
import { workWindows } from '../../notices/windows.ts';
import type { Instant } from '../../time.ts';

/** A moment at which a service may have become another on the page. */
interface Turn {
  service: string;
  at: Instant;
}

/** By notice as it was read: a new version is another object. */
const known = new WeakMap<Notice, Turn[]>();

/** When each service last changed, as far as that has come: a poller that looked before and looks after finds a later time. */
export function lastTurns(notices: Notice[], now: Instant): Map<string, Instant> {
  const last = new Map<string, Instant>();
  for (const notice of notices) {
    for (const { service, at } of turnsOf(notice)) {
      if (at <= now && at > (last.get(service) ?? 0)) last.set(service, at);
    }
  }
  return last;
}

function turnsOf(notice: Notice): Turn[] {
  let turns = known.get(notice);
  if (!turns) {
    turns = notice.impacts.flatMap((impact) =>
      momentsOf(notice, impact).map((at) => ({ service: impact.service, at: Math.max(at, toldAt(notice, impact)) })),
    );
    known.set(notice, turns);
  }
  return turns;
}

/** When it broke and when it worked again, or when the work on it began and ended. */
function momentsOf(notice: Notice, impact: Impact): Instant[] {
  if (notice.kind === 'work') return workMoments(notice);
  return impact.recoveredAt === null
    ? [impact.startedAt]
    : [impact.startedAt, Math.max(impact.recoveredAt, recoveryToldAt(notice, impact.id))];
}

function workMoments(notice: Notice): Instant[] {
  const turns = workWindows(notice).flatMap(({ from, to }) => [from, to]);
  const cancelled = notice.reports.some((report) => report.phase === 'cancel');
  return cancelled ? [notice.updatedAt] : [...turns, notice.updatedAt];
}

/** It stood on the page from the report that first named it. A correction of that report came later: never too early. */
function toldAt(notice: Notice, impact: Impact): Instant {
  return notice.reports.find((report) => report.number === impact.addedByReport)?.publishedAt ?? 0;
}

function recoveryToldAt(notice: Notice, id: string): Instant {
  const over = (impact: Impact) => impact.id === id && impact.recoveredAt !== null;
  return notice.reports.find((report) => report.picture.impacts.some(over))?.publishedAt ?? 0;
}
