import type { Settings } from '../../staff/settings.ts';
import { MINUTE } from '../../time.ts';
import { type ClockFacts, type Limit, limitsOf, mostUrgent, type Stage, stageOf } from '../clocks/clocks.ts';
import { LIMIT_PHASES, LIMIT_WORDS, STAGE_WORDS } from '../clocks/limit-words.ts';
import type { Notice } from '../notice.ts';
import type { Phase } from '../phases.ts';

/** The colour class of a stage; its word always stands beside it. */
const COLOURS: Record<Stage, string> = {
  met: 'normal',
  late: 'delay',
  calm: 'recovered',
  soon: 'delay',
  over: 'fault',
};

/** What is owed on a notice, as the console shows it. */
export function limitLooks(notice: Notice, facts: ClockFacts, next: readonly Phase[]) {
  const limits = limitsOf(notice, facts);
  return { limits: limits.map((limit) => limitLook(limit, facts, next)), urgent: mostUrgent(limits)?.due ?? null };
}

function limitLook(limit: Limit, facts: ClockFacts, next: readonly Phase[]) {
  const stage = stageOf(limit, facts);
  return {
    kind: limit.kind,
    word: LIMIT_WORDS[limit.kind],
    stage,
    stageWord: STAGE_WORDS[stage],
    colour: COLOURS[stage],
    from: limit.from,
    due: limit.due,
    met: limit.met,
    /** What was taken, or is so far, since the clock began. */
    taken: Math.max(0, (limit.met ?? facts.now) - limit.from),
    /** Negative: past the limit. */
    left: limit.due - (limit.met ?? facts.now),
    /** The report with which it is done. */
    phase: LIMIT_PHASES[limit.kind].find((phase) => next.includes(phase)),
  };
}

/** What the page's script needs to go on counting by itself. */
export function countdown(settings: Pick<Settings, 'warnBeforeMinutes'>) {
  const stages = (['calm', 'soon', 'over'] as const).map((stage) => ({
    colour: COLOURS[stage],
    word: STAGE_WORDS[stage],
  }));
  return { warnBefore: settings.warnBeforeMinutes * MINUTE, stages };
}
