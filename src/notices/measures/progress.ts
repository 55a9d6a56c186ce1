import type { Instant } from '../../time.ts';
import type { Notice, Text } from '../notice.ts';
import type { Measure, MeasureStatus } from '../report.ts';

/** What was said of a measure after its report, as an entry with a day of its own. */
export interface Progress {
  measure: string;
  status: MeasureStatus;
  /** YYYY-MM-DD or YYYY-MM as known: done on, or planned for. */
  date: string | null;
  text: Text | null;
  publishedAt: Instant;
}

/** A measure as it stands today. */
export interface StandingMeasure extends Measure {
  id: string;
  /** Oldest first. */
  progress: Progress[];
}

/** The measures of the newest report with all that was said of them since. A later report that says otherwise outranks an entry. */
export function standingMeasures(notice: Pick<Notice, 'reports'>, progress: Progress[]): StandingMeasure[] {
  const told = notice.reports.at(-1)?.picture.measures ?? [];
  return told.map((measure, index) => {
    // Reports of old gave no ids: the place in the list was as good.
    const id = measure.id ?? `m${index + 1}`;
    const own = progress.filter((entry) => entry.measure === id);
    const last = own.at(-1);
    const newer = last !== undefined && last.publishedAt >= toldAt(notice, index, measure);
    const standing = newer ? { status: last.status, date: last.date ?? measure.date } : {};
    return { ...measure, ...standing, id, progress: own };
  });
}

/** When the status that the newest report tells was first told. */
function toldAt({ reports }: Pick<Notice, 'reports'>, index: number, measure: Measure): Instant {
  const same = (one: Measure | undefined) => one?.status === measure.status && one.date === measure.date;
  const at = reports.findLastIndex(({ picture }) => {
    const before = picture.measures ?? [];
    return !same(measure.id === undefined ? before[index] : before.find(({ id }) => id === measure.id));
  });
  return reports[at + 1]?.publishedAt ?? 0;
}

/** Whether its planned day has passed and it is not done. `today` is YYYY-MM-DD; a month passes with its last day. */
export function isOverdue({ status, date }: Pick<Measure, 'status' | 'date'>, today: string): boolean {
  return status !== 'done' && date !== undefined && (date.length === 7 ? `${date}-31` : date) < today;
}
