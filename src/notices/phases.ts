import type { NoticeKind } from './notice.ts';

export const FAULT_PHASES = ['first', 'update', 'partial_recovery', 'recovery', 'delay_recovery', 'final'] as const;
export const WORK_PHASES = ['plan', 'start', 'extend', 'complete', 'cancel'] as const;
export const PHASES = [...FAULT_PHASES, ...WORK_PHASES] as const;
export type Phase = (typeof PHASES)[number];

/**
 * What may follow what. `none` is a notice without a report.
 * After recovery an update tells what is left or what was found out; a facility that fails again is told by an update that
 * adds an impact, and then recovery may come once more.
 */
const FOLLOWERS: Record<Phase | 'none', Record<NoticeKind, readonly Phase[]>> = {
  none: { fault: ['first'], work: ['plan', 'start'] },
  first: { fault: ['update', 'partial_recovery', 'recovery', 'delay_recovery', 'final'], work: [] },
  update: { fault: ['update', 'partial_recovery', 'recovery', 'delay_recovery', 'final'], work: [] },
  partial_recovery: { fault: ['update', 'partial_recovery', 'recovery', 'delay_recovery'], work: [] },
  recovery: { fault: ['update', 'delay_recovery', 'final'], work: [] },
  delay_recovery: { fault: ['update', 'recovery', 'final'], work: [] },
  final: { fault: ['update'], work: [] },
  plan: { fault: [], work: ['plan', 'start', 'extend', 'complete', 'cancel'] },
  start: { fault: [], work: ['extend', 'complete'] },
  extend: { fault: [], work: ['extend', 'start', 'complete', 'cancel'] },
  complete: { fault: [], work: [] },
  cancel: { fault: [], work: ['plan'] },
};

/** Whether a report of this phase may be the next one on such a notice. */
export function mayFollow(kind: NoticeKind, previous: Phase | 'none', next: Phase): boolean {
  return FOLLOWERS[previous][kind].includes(next);
}

/** The phases that may come next, in the order in which staff are offered them. */
export function nextPhases(kind: NoticeKind, previous: Phase | 'none'): readonly Phase[] {
  return FOLLOWERS[previous][kind];
}
