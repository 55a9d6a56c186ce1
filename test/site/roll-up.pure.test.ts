import { describe, expect, test } from 'vitest';
import type { Impact } from '../../src/notices/impact.ts';
import { rollUp } from '../../src/site/statuspage/roll-up.ts';
import { type ComponentStatus, statusUnder, worstOf } from '../../src/site/statuspage/severity.ts';

const LETTERS: Record<string, ComponentStatus> = {
  o: 'operational',
  w: 'under_maintenance',
  d: 'degraded_performance',
  p: 'partial_outage',
  m: 'major_outage',
};
const components = (letters: string) => [...letters].map((letter) => LETTERS[letter] ?? 'operational');

describe('the page in one word', () => {
  test.each([
    ['oooo', 'none', 'All Systems Operational'],
    ['wooo', 'none', 'Service Under Maintenance'],
    ['wwww', 'none', 'Service Under Maintenance'],
    ['dooo', 'minor', 'Partially Degraded Service'],
    ['dwoo', 'minor', 'Partially Degraded Service'],
    ['dddd', 'minor', 'Degraded System Service'],
    ['pooo', 'minor', 'Minor Service Outage'],
    ['pddw', 'minor', 'Minor Service Outage'],
    ['pppp', 'major', 'Partial System Outage'],
    ['mooo', 'major', 'Partial System Outage'],
    ['mwww', 'major', 'Partial System Outage'],
    ['mmmp', 'major', 'Partial System Outage'],
    ['mmmm', 'critical', 'Major System Outage'],
  ])('of %s is %s, "%s"', (letters, indicator, description) => {
    expect(rollUp(components(letters), [], 'none')).toEqual({ indicator, description });
  });

  test('may be maintenance, where there is nothing worse and the operator says so', () => {
    const under = { indicator: 'maintenance', description: 'Service Under Maintenance' };
    expect(rollUp(components('wo'), [], 'maintenance')).toEqual(under);
    expect(rollUp(components('wd'), [], 'maintenance').indicator).toBe('minor');
    expect(rollUp(components('oo'), [], 'maintenance').indicator).toBe('none');
  });

  test('goes by open incidents where the catalogue has no services', () => {
    expect(rollUp([], [], 'none').indicator).toBe('none');
    expect(rollUp([], ['minor', 'critical'], 'none').indicator).toBe('critical');
    expect(rollUp([], ['minor', 'major'], 'none').indicator).toBe('major');
    expect(rollUp([], ['minor'], 'none').indicator).toBe('minor');
  });
});

describe('a service', () => {
  const impact = (symptom: Impact['symptom'], facilities: Impact['facilities'] = 'all'): Impact => ({
    id: '1',
    service: 'mail',
    facilities,
    area: null,
    symptom,
    startedAt: 0,
    approximate: false,
    recoveredAt: null,
    addedByReport: 1,
  });
  const under = (...impacts: Impact[]) => statusUnder(impacts, ['051', '121']);

  test('is out where all its facilities are, named at once or one by one, and partly out where some are', () => {
    expect(under()).toBe('operational');
    expect(under(impact('unavailable'))).toBe('major_outage');
    expect(under(impact('unavailable', ['051', '121']))).toBe('major_outage');
    expect(under(impact('unavailable', ['051']), impact('unavailable', ['121']))).toBe('major_outage');
    expect(under(impact('unavailable', ['051']))).toBe('partial_outage');
    expect(under(impact('unavailable', ['051']), impact('delayed'))).toBe('partial_outage');
  });

  test.each(['degraded', 'login', 'delayed'] as const)('that is %s is degraded, all of it or in part', (symptom) => {
    expect(under(impact(symptom))).toBe('degraded_performance');
    expect(under(impact(symptom, ['051']))).toBe('degraded_performance');
  });

  test('with work and a fault on it has the fault', () => {
    expect(worstOf(['under_maintenance', 'degraded_performance'])).toBe('degraded_performance');
    expect(worstOf(['under_maintenance', 'operational'])).toBe('under_maintenance');
    expect(worstOf([])).toBe('operational');
  });
});
