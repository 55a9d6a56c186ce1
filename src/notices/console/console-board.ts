import { DAY, type Instant } from '../../time.ts';
import type { ClockFacts } from '../clocks/clocks.ts';
import { type Notice, type NoticeState, noticeState } from '../notice.ts';
import { nextPhases, type Phase } from '../phases.ts';
import type { Draft } from '../store.ts';
import { PHASE_WORDS, STATE_WORDS } from '../wording/words.ts';
import { limitLooks } from './limit-look.ts';

/** How long what is over stays on the board. */
export const RECENT = 14 * DAY;

/** A notice as the board of the console shows it. */
export function boardEntry(notice: Notice, facts: ClockFacts) {
  const { now } = facts;
  const state = noticeState(notice, now);
  const last = notice.reports.at(-1);
  const next = phaseLinks(notice);
  return {
    id: notice.id,
    kind: notice.kind,
    title: notice.title,
    state,
    stateWord: STATE_WORDS[state],
    badge: badgeOf(state),
    prominent: notice.seriousAt !== null,
    occurredAt: notice.occurredAt,
    approximate: notice.occurredApproximate,
    since: now - notice.occurredAt,
    last: last && {
      number: last.number,
      phase: PHASE_WORDS[last.phase],
      at: last.publishedAt,
      age: now - last.publishedAt,
    },
    planned: notice.planned,
    next,
    ...limitLooks(
      notice,
      facts,
      next.map(({ phase }) => phase),
    ),
  };
}

export type BoardEntry = ReturnType<typeof boardEntry>;

/** A draft on the board: of a notice nobody has read of yet, or of the next report. */
export interface BoardDraft extends Pick<Draft, 'noticeId' | 'savedAt' | 'savedBy' | 'version'> {
  entry: BoardEntry;
  first: boolean;
}

/** What staff must do now: what is owed first; then what is open, what waits for its final report, works ahead, what ended lately. */
export function board(notices: Notice[], drafts: Draft[], factsOf: (notice: Notice) => ClockFacts, now: Instant) {
  const entries = notices.map((notice) => ({ entry: boardEntry(notice, factsOf(notice)), notice }));
  const of = (states: NoticeState[]) =>
    entries.filter(({ entry }) => states.includes(entry.state)).map(({ entry }) => entry);
  const written: BoardDraft[] = drafts.flatMap(({ noticeId, savedAt, savedBy, version }) => {
    const found = entries.find(({ entry }) => entry.id === noticeId);
    if (!found) return [];
    return [{ noticeId, savedAt, savedBy, version, entry: found.entry, first: found.notice.reports.length === 0 }];
  });
  return {
    due: dueNow(entries.map(({ entry }) => entry)),
    drafts: written,
    open: of(['ongoing', 'partially_recovered', 'delayed', 'in_progress']).sort(byUrgency),
    unexplained: of(['recovered']).sort(byUrgency),
    planned: of(['planned']).sort((a, b) => (a.planned?.from ?? 0) - (b.planned?.from ?? 0)),
    closed: entries
      .filter(({ entry }) => ['closed', 'completed', 'cancelled'].includes(entry.state))
      .filter(({ notice }) => now - notice.updatedAt < RECENT)
      .map(({ entry }) => entry),
  };
}

/** Only the next thing owed of each notice: whoever does it sees what comes after. */
function dueNow(entries: BoardEntry[]) {
  return entries
    .flatMap((entry) => {
      const limit = entry.limits.find((one) => one.met === null);
      return limit && isNear(limit) ? [{ entry, limit }] : [];
    })
    .sort((a, b) => a.limit.due - b.limit.due);
}

/** A final report due in weeks and works of next month are owed, but not now. */
function isNear(limit: { left: number }): boolean {
  return limit.left < DAY;
}

function byUrgency(a: BoardEntry, b: BoardEntry): number {
  return (a.urgent ?? Number.POSITIVE_INFINITY) - (b.urgent ?? Number.POSITIVE_INFINITY) || b.occurredAt - a.occurredAt;
}
/** The reports that staff would write next, by their words: no final report while something is broken, no recovery after it. */
export function phaseLinks(notice: Notice): { phase: Phase; word: (typeof PHASE_WORDS)[Phase] }[] {
  const previous = notice.reports.at(-1)?.phase ?? 'none';
  const open = notice.impacts.some((impact) => impact.recoveredAt === null);
  const delayed = notice.impacts.some((impact) => impact.recoveredAt === null && impact.symptom === 'delayed');
  const sensible = (phase: Phase) => {
    if (phase === 'final') return !open;
    if (phase === 'recovery' || phase === 'partial_recovery') return open;
    return phase !== 'delay_recovery' || delayed;
  };
  return nextPhases(notice.kind, previous)
    .filter(sensible)
    .map((phase) => ({ phase, word: PHASE_WORDS[phase] }));
}

/** The colour class of a state; its word always stands beside it. */
export function badgeOf(state: NoticeState): string {
  switch (state) {
    case 'draft':
      return 'draft';
    case 'ongoing':
    case 'partially_recovered':
      return 'fault';
    case 'delayed':
      return 'delay';
    case 'planned':
      return 'work planned';
    case 'in_progress':
      return 'work';
    case 'recovered':
      return 'recovered';
    case 'closed':
    case 'completed':
    case 'cancelled':
      return 'normal';
  }
}
