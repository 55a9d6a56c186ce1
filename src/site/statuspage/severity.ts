import type { Impact } from '../../notices/impact.ts';

export type ComponentStatus =
  | 'operational'
  | 'under_maintenance'
  | 'degraded_performance'
  | 'partial_outage'
  | 'major_outage';

const WORST_LAST: ComponentStatus[] = [
  'operational',
  'under_maintenance',
  'degraded_performance',
  'partial_outage',
  'major_outage',
];

/** The worst of them; nothing at all is operational. A fault outranks work. */
export function worstOf(statuses: Iterable<ComponentStatus>): ComponentStatus {
  let worst = 0;
  for (const status of statuses) worst = Math.max(worst, WORST_LAST.indexOf(status));
  return WORST_LAST[worst] ?? 'operational';
}

/**
 * What open impacts of one service make of it. It is out where nobody can use it; all its facilities may be named by several
 * impacts together.
 * @param facilities the codes of all that the service has
 */
export function statusUnder(impacts: Impact[], facilities: string[]): ComponentStatus {
  if (impacts.length === 0) return 'operational';
  const down = impacts.filter((impact) => impact.symptom === 'unavailable').map((impact) => impact.facilities);
  if (down.length === 0) return 'degraded_performance';
  if (down.includes('all')) return 'major_outage';
  const codes = new Set(down.flat());
  return facilities.every((code) => codes.has(code)) ? 'major_outage' : 'partial_outage';
}

export type Severity = 'none' | 'maintenance' | 'minor' | 'major' | 'critical';

/** What an incident is called by the worst that it did to a component. */
export const SEVERITIES: Record<ComponentStatus, Severity> = {
  operational: 'none',
  under_maintenance: 'maintenance',
  degraded_performance: 'minor',
  partial_outage: 'major',
  major_outage: 'critical',
};
