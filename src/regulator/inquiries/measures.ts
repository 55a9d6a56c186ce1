import { type Progress, type StandingMeasure, standingMeasures } from '../../notices/measures/progress.ts';
import type { Notice } from '../../notices/notice.ts';

/** The measures of the newest report that lists any, with what became of them since. */
export function measuresOf({ reports }: Notice, progress: Progress[] = []): StandingMeasure[] {
  const newest = reports.findLastIndex(({ picture }) => (picture.measures ?? []).length > 0);
  return standingMeasures({ reports: reports.slice(0, newest + 1) }, progress);
}
