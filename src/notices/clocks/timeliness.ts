import { type FiscalQuarter, fiscalQuarterOf, type Instant, MINUTE } from '../../time.ts';
import type { Notice } from '../notice.ts';
import type { Posting } from '../store.ts';

/** How soon one fault was told. Minutes, whole; null where it was not (yet). */
export interface Timeliness {
  /** Of the root fault: its notices are told as one. */
  root: string;
  title: Notice['title'];
  occurredAt: Instant;
  surfaces: SurfaceTimes[];
  /** From occurrence to the first word on any surface. */
  first: number | null;
  /** The longest time without a word on any surface, from the first to the one that told the recovery (or to now). */
  longestSilence: number | null;
  recoveredAt: Instant | null;
}

export interface SurfaceTimes {
  surface: string;
  /** From occurrence to its first report. */
  first: number;
  /** From report to report there, until recovery was told. */
  between: number[];
  /** From recovery to the first report that told it there. */
  afterRecovery: number | null;
  /** The first word came when it was over. */
  onlyAfterwards: boolean;
}

interface Word {
  surface: string;
  at: Instant;
  tellsRecovery: boolean;
}

/** Faults that share a root are one story, with the postings of all. */
export function timelinessOf(notices: Notice[], postings: Map<string, Posting[]>, now: Instant): Timeliness[] {
  const families = new Map<string, Notice[]>();
  for (const notice of notices.filter((one) => one.kind === 'fault' && one.reports.length > 0)) {
    families.set(notice.rootId, [...(families.get(notice.rootId) ?? []), notice]);
  }
  return [...families]
    .map(([root, family]) => storyOf(root, family, postings, now))
    .sort((a, b) => a.occurredAt - b.occurredAt);
}

function storyOf(root: string, family: Notice[], postings: Map<string, Posting[]>, now: Instant): Timeliness {
  const first = family.find((one) => one.id === root) ?? family[0];
  const occurredAt = Math.min(...family.map((one) => one.occurredAt));
  const words = family.flatMap((notice) => wordsOf(notice, postings.get(notice.id) ?? [])).sort((a, b) => a.at - b.at);
  const recoveredAt = recoveryOf(family);
  const told = words.find((word) => recoveredAt !== null && word.at >= recoveredAt && word.tellsRecovery)?.at ?? null;
  const surfaces = [...new Set(words.map((word) => word.surface))].map((surface) => {
    const here = words.filter((word) => word.surface === surface);
    return surfaceTimes(surface, here, { occurredAt, recoveredAt });
  });
  return {
    root,
    title: first?.title ?? { ja: root },
    occurredAt,
    surfaces,
    first: words[0] ? minutes(occurredAt, words[0].at) : null,
    longestSilence: silence(words, told ?? (recoveredAt === null ? now : null)),
    recoveredAt,
  };
}

function wordsOf(notice: Notice, postings: Posting[]): Word[] {
  // Of which only the day is known, or nothing, minutes cannot be counted.
  return postings.flatMap((posting) => {
    if (posting.known !== 'minute') return [];
    const report = notice.reports.find((one) => one.number === posting.reportNumber);
    const tells = report !== undefined && (report.tellsRecovery || report.phase === 'recovery');
    return [{ surface: posting.surface, at: posting.postedAt, tellsRecovery: tells }];
  });
}

/** When the last impact ended that is no mere delay; delays are told by a report of their own. Null while one is open. */
function recoveryOf(family: Notice[]): Instant | null {
  const impacts = family.flatMap((one) => one.impacts);
  const broken = impacts.filter((one) => one.symptom !== 'delayed');
  let last: Instant | null = null;
  for (const impact of broken.length > 0 ? broken : impacts) {
    if (impact.recoveredAt === null) return null;
    last = Math.max(last ?? 0, impact.recoveredAt);
  }
  return last;
}

function surfaceTimes(
  surface: string,
  words: Word[],
  { occurredAt, recoveredAt }: { occurredAt: Instant; recoveredAt: Instant | null },
): SurfaceTimes {
  const told = words.find((word) => recoveredAt !== null && word.tellsRecovery && word.at >= recoveredAt);
  const until = words.filter((word) => !told || word.at <= told.at);
  const moments = [...new Set(until.map((word) => word.at))];
  const start = moments[0] ?? occurredAt;
  return {
    surface,
    first: minutes(occurredAt, start),
    between: moments.slice(1).map((at, index) => minutes(moments[index] ?? at, at)),
    afterRecovery: told && recoveredAt !== null ? minutes(recoveredAt, told.at) : null,
    onlyAfterwards: recoveredAt !== null && start >= recoveredAt,
  };
}

/** Between words on any surface, up to that moment. */
function silence(words: Word[], until: Instant | null): number | null {
  const moments = [...new Set(words.map((word) => word.at))];
  const told = until === null ? moments : [...moments.filter((at) => at < until), until];
  if (told.length < 2) return null;
  return Math.max(...told.slice(1).map((at, index) => minutes(told[index] ?? at, at)));
}

const minutes = (from: Instant, to: Instant) => Math.floor((to - from) / MINUTE);

/** Minutes within which the guideline and the operators' own promises look. */
export const WITHIN = [30, 60, 120] as const;

export interface TimelinessSums {
  faults: number;
  /** Those whose first word is known to the minute: shares are of these. */
  timed: number;
  /** Of the first word on any surface: how many came within 30, 60 and 120 minutes. */
  within: Record<(typeof WITHIN)[number], number>;
  /** The middle one; null where nothing was told. */
  median: number | null;
  longestSilence: number | null;
}

export function sumsOf(stories: Timeliness[]): TimelinessSums {
  const firsts = stories.flatMap((one) => (one.first === null ? [] : [one.first])).sort((a, b) => a - b);
  const within = (limit: number) => firsts.filter((one) => one <= limit).length;
  const silences = stories.flatMap((one) => one.longestSilence ?? []);
  const middle = Math.floor((firsts.length - 1) / 2);
  return {
    faults: stories.length,
    timed: firsts.length,
    within: { 30: within(30), 60: within(60), 120: within(120) },
    median: firsts[middle] ?? null,
    longestSilence: silences.length === 0 ? null : Math.max(...silences),
  };
}

export interface QuarterSums extends FiscalQuarter, TimelinessSums {}

/** By the quarter in which the faults occurred, the oldest first. */
export function sumsByQuarter(stories: Timeliness[], zone: string): QuarterSums[] {
  const quarters = new Map<number, Timeliness[]>();
  for (const one of stories) {
    const { year, quarter } = fiscalQuarterOf(one.occurredAt, zone);
    const key = year * 4 + quarter - 1;
    quarters.set(key, [...(quarters.get(key) ?? []), one]);
  }
  return [...quarters]
    .sort(([a], [b]) => a - b)
    .map(([key, list]) => ({ year: Math.floor(key / 4), quarter: (key % 4) + 1, ...sumsOf(list) }));
}
