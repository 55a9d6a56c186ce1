import { DAY, type Instant } from '../../time.ts';
import { type Notice, type NoticeState, noticeState } from '../notice.ts';
import { nextPhases, type Phase } from '../phases.ts';
import { firstReportClock } from '../wording/report-look.ts';
import { PHASE_WORDS, STATE_WORDS } from '../wording/words.ts';

/** How long what is over stays on the board. */
const RECENT = 14 * DAY;

/** A notice as the board of the console shows it. */
export function boardEntry(notice: Notice, now: Instant) {
  const state = noticeState(notice, now);
  const last = notice.reports.at(-1);
  const due = last?.picture.nextUpdateAt ?? null;
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
    clock: firstReportClock(notice, now),
    last: last && {
      number: last.number,
      phase: PHASE_WORDS[last.phase],
      at: last.publishedAt,
      age: now - last.publishedAt,
    },
    /** When the last report said that the next one would come. */
    due,
    overdue: due !== null && due < now ? now - due : null,
    planned: notice.planned,
    next: phaseLinks(notice),
  };
}

/** What staff must do now: what is open, what waits for its final report, works ahead, and what ended lately. */
export function board(notices: Notice[], now: Instant) {
  const entries = notices.map((notice) => ({ entry: boardEntry(notice, now), notice }));
  const of = (states: NoticeState[]) =>
    entries.filter(({ entry }) => states.includes(entry.state)).map(({ entry }) => entry);
  return {
    open: of(['ongoing', 'partially_recovered', 'delayed', 'in_progress']),
    unexplained: of(['recovered']),
    planned: of(['planned']).sort((a, b) => (a.planned?.from ?? 0) - (b.planned?.from ?? 0)),
    closed: entries
      .filter(({ entry }) => ['closed', 'completed', 'cancelled'].includes(entry.state))
      .filter(({ notice }) => now - notice.updatedAt < RECENT)
      .map(({ entry }) => entry),
  };
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
