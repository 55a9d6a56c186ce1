import type { Reader } from '../../db/open.ts';
import type { Message } from '../../errors.ts';
import type { Text } from '../../notices/notice.ts';
import { readSettings } from '../../staff/settings.ts';
import { DAY, type Instant } from '../../time.ts';
import type { Accident } from '../accidents.ts';
import { type Deadline, deadlinesOf, parsePeriod, periodicDue } from './deadlines.ts';
import { submissionStore } from './submission-store.ts';

/** No report is due later after its accident than a fiscal year and twelve months; what is older is a matter of lists, not of deadlines. */
export const LATEST_DUE = 2 * 366 * DAY;

export const REPORT_WORDS: Record<Deadline['kind'], Message> = {
  prompt: { ja: '速報', en: 'Prompt report' },
  detailed: { ja: '詳細な報告', en: 'Detailed report' },
  periodic: { ja: '定期報告', en: 'Periodic report' },
};

/** A report that has not been handed in, and what it is about. */
export interface Due extends Deadline {
  /** Of the accident; null for a period. */
  title: Text | null;
  /** A console path. */
  path: string;
  /** Milliseconds; null: at once. */
  left: number | null;
  /** When it is, or became, due: what is due at once, since the accident. */
  since: Instant;
}

/** What has not been handed in: what is due nearest to now comes first, what has been late for years last. */
export async function dueOf(
  accidents: Accident[],
  { db, zone, now }: { db: Reader; zone: string; now: Instant },
): Promise<Due[]> {
  const settings = await readSettings(db);
  const done = await submissionStore.done(db);
  const due = new Map<string, Due>();
  for (const { notice, assessment } of accidents) {
    const level = assessment.verdict?.level ?? null;
    for (const deadline of deadlinesOf({ id: notice.id, occurredAt: notice.occurredAt, level }, settings, zone)) {
      const key = `${deadline.subject} ${deadline.kind}`;
      if (done.has(key) || due.has(key)) continue;
      const period = deadline.kind === 'periodic' ? parsePeriod(deadline.subject, zone) : undefined;
      const at = period ? periodicDue(period, settings.periodicReportMonths, zone) : deadline.due;
      due.set(key, {
        ...deadline,
        due: at,
        title: period ? null : notice.title,
        path: period
          ? `/console/regulator/periodic?period=${deadline.subject}`
          : `/console/notices/${notice.id}/accident/${deadline.kind === 'prompt' ? 'prompt' : 'sheet'}`,
        left: at === null ? null : at - now,
        since: at ?? notice.occurredAt,
      });
    }
  }
  return [...due.values()].sort((a, b) => Math.abs(a.since - now) - Math.abs(b.since - now));
}
