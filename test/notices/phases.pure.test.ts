import { describe, expect, test } from 'vitest';
import { FAULT_PHASES, mayFollow, nextPhases, PHASES, type Phase, WORK_PHASES } from '../../src/notices/phases.ts';

/** Written out by hand, so that the table in src cannot change by itself. */
const ALLOWED: Record<string, Phase[]> = {
  'fault none': ['first'],
  'fault first': ['update', 'partial_recovery', 'recovery', 'delay_recovery', 'final'],
  'fault update': ['update', 'partial_recovery', 'recovery', 'delay_recovery', 'final'],
  'fault partial_recovery': ['update', 'partial_recovery', 'recovery', 'delay_recovery'],
  'fault recovery': ['update', 'delay_recovery', 'final'],
  'fault delay_recovery': ['update', 'recovery', 'final'],
  'fault final': ['update'],
  'work none': ['plan', 'start'],
  'work plan': ['plan', 'start', 'extend', 'complete', 'cancel'],
  'work start': ['extend', 'complete'],
  'work extend': ['extend', 'start', 'complete', 'cancel'],
  'work complete': [],
  'work cancel': ['plan'],
};

describe('what may follow what', () => {
  for (const kind of ['fault', 'work'] as const) {
    for (const previous of ['none', ...PHASES] as const) {
      for (const next of PHASES) {
        const allowed = (ALLOWED[`${kind} ${previous}`] ?? []).includes(next);
        test(`on a ${kind}, ${next} ${allowed ? 'may' : 'may not'} follow ${previous}`, () => {
          expect(mayFollow(kind, previous, next)).toBe(allowed);
          expect(nextPhases(kind, previous).includes(next)).toBe(allowed);
        });
      }
    }
  }

  test('every phase belongs to faults or to works', () => {
    expect([...FAULT_PHASES, ...WORK_PHASES].sort()).toEqual([...PHASES].sort());
  });
});
