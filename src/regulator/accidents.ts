import type { Reader } from '../db/open.ts';
import { NotFound } from '../errors.ts';
import type { Notice } from '../notices/notice.ts';
import { faultTimes, findNotice, loadFaults } from '../notices/read.ts';
import { fiscalQuarterOf, type Instant } from '../time.ts';
import { type Assessment, assess, type Ruling } from './facts/assess.ts';
import { NO_FACTS } from './facts/facts.ts';
import { factsStore, type SavedFacts } from './facts/facts-store.ts';
import { loadRuling } from './ruling.ts';

/** A fault as the regulator sees it: the notice, what was entered beside it, and what the criteria say. */
export interface Accident {
  notice: Notice;
  saved: SavedFacts;
  assessment: Assessment;
}

/** @throws NotFound where there is no such notice, or it is a planned work. */
export async function loadAccident(db: Reader, id: string, zone: string, now: Instant): Promise<Accident> {
  const notice = await findNotice(db, id);
  if (notice?.kind !== 'fault') {
    throw new NotFound({ ja: 'この番号の故障は見つかりませんでした。', en: 'There is no fault of this number.' });
  }
  return accidentOf(notice, await factsStore.find(db, id), await loadRuling(db, zone), now);
}

export interface Span {
  from: Instant;
  /** The first moment after it. */
  to: Instant;
}

/** Every published fault that occurred within the span, newest first. */
export async function loadAccidents(db: Reader, zone: string, now: Instant, span: Span): Promise<Accident[]> {
  const ruling = await loadRuling(db, zone);
  const facts = await factsStore.all(db);
  return (await loadFaults(db, span)).map((notice) =>
    accidentOf(notice, facts.get(notice.id) ?? NOTHING_SAVED, ruling, now),
  );
}

/** The fiscal years in which faults occurred, the newest first. */
export async function faultYears(db: Reader, zone: string): Promise<number[]> {
  const years = new Set((await faultTimes(db)).map((at) => fiscalQuarterOf(at, zone).year));
  return [...years].sort((a, b) => b - a);
}

const NOTHING_SAVED = { facts: NO_FACTS, version: 0, savedAt: null, savedBy: null };

function accidentOf(notice: Notice, saved: SavedFacts, ruling: Ruling, now: Instant): Accident {
  return { notice, saved, assessment: assess(notice, saved.facts, ruling, now) };
}
