import { type Notice, noticeState } from '../../notices/notice.ts';
import { workWindows } from '../../notices/windows.ts';
import type { Instant } from '../../time.ts';
import { RECENT } from '../card.ts';
import { isOpen } from '../words.ts';

/** The first moment after `now` at which a page would say something else without anybody publishing. */
export function nextChange(notices: Notice[], now: Instant): Instant {
  let next = Number.MAX_SAFE_INTEGER;
  for (const notice of notices) {
    for (const moment of turningPoints(notice)) if (moment > now && moment < next) next = moment;
  }
  return next;
}

/** By notice as it was read: a new version is another object. */
const known = new WeakMap<Notice, Instant[]>();

/** When a page changes by itself because of this notice, in no order. */
export function turningPoints(notice: Notice): Instant[] {
  let points = known.get(notice);
  if (!points) {
    points = pointsOf(notice);
    known.set(notice, points);
  }
  return points;
}

function pointsOf(notice: Notice): Instant[] {
  const windows = workWindows(notice);
  const last = notice.reports.at(-1);
  const ends = notice.impacts.flatMap((impact) => impact.recoveredAt ?? []);
  ends.push(...windows.map((window) => window.to));
  // What was promised turns into an apology when its time has passed.
  const promises = [last?.picture.expectedRecoveryAt, last?.picture.nextUpdateAt].flatMap((moment) => moment ?? []);
  const recent = last ? [...ends, last.publishedAt] : ends;
  return [
    ...notice.impacts.map((impact) => impact.startedAt),
    ...windows.map((window) => window.from),
    ...ends,
    ...promises,
    ...recent.map((moment) => moment + RECENT),
  ];
}

/** Whether all that could happen to it by itself has: nothing of it is open, ahead or recent. */
export function isSettled(notice: Notice, now: Instant): boolean {
  return !isOpen(noticeState(notice, now)) && turningPoints(notice).every((moment) => moment <= now);
}
