import type { Notice } from '../../notices/notice.ts';
import type { Report } from '../../notices/report.ts';
import type { Instant } from '../../time.ts';

/** One report with the notice that it is about. */
export interface Told {
  notice: Notice;
  report: Report;
}

/** How many reports a feed holds: those of the longest fault, and whoever looks in once a day misses nothing. */
const LENGTH = 50;

/** Notices, the one of which something was told last first. Corrections count: they are news too. */
export function lastToldFirst(notices: Notice[]): Notice[] {
  return notices
    .map((notice) => ({ notice, at: lastTold(notice) }))
    .sort((a, b) => b.at - a.at)
    .map(({ notice }) => notice);
}

/** The newest reports of notices that stand in that order. Beyond the first fifty notices none can be among the fifty newest. */
export function newestReports(notices: Notice[]): Told[] {
  return notices
    .slice(0, LENGTH)
    .flatMap((notice) => notice.reports.map((report) => ({ notice, report })))
    .sort((a, b) => b.report.publishedAt - a.report.publishedAt || b.report.number - a.report.number)
    .slice(0, LENGTH);
}

/** The same notices by service, each service with no more than a feed can show. */
export function byService(notices: Notice[]): Map<string, Notice[]> {
  const services = new Map<string, Notice[]>();
  for (const notice of notices) {
    for (const service of new Set(notice.impacts.map((impact) => impact.service))) {
      const told = services.get(service);
      if (!told) services.set(service, [notice]);
      else if (told.length < LENGTH) told.push(notice);
    }
  }
  return services;
}

/** When the newest of its reports and their corrections came out. */
export function lastTold(notice: Notice): Instant {
  let last = 0;
  for (const report of notice.reports) last = Math.max(last, report.publishedAt);
  return last;
}
