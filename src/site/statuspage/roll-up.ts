import type { ComponentStatus, Severity } from './severity.ts';

export interface RollUp {
  indicator: Severity;
  description: string;
}

/** The descriptions are the ones that clients compare with, in English on every page. */
const OPERATIONAL: RollUp = { indicator: 'none', description: 'All Systems Operational' };
const DEGRADED_PARTLY: RollUp = { indicator: 'minor', description: 'Partially Degraded Service' };
const DEGRADED: RollUp = { indicator: 'minor', description: 'Degraded System Service' };
const MINOR: RollUp = { indicator: 'minor', description: 'Minor Service Outage' };
const PARTIAL: RollUp = { indicator: 'major', description: 'Partial System Outage' };
const MAJOR: RollUp = { indicator: 'critical', description: 'Major System Outage' };

/**
 * The page in one word, by the table that Instatus and Freshstatus publish: an outage outranks what is slow, and that outranks work.
 * @param statuses of the services, without their groups
 * @param open how bad each open incident is: what there is to go by where there are no services
 * @param maintenance what planned work alone is called
 */
export function rollUp(statuses: ComponentStatus[], open: Severity[], maintenance: 'none' | 'maintenance'): RollUp {
  if (statuses.length === 0) return withoutComponents(open);
  const has = (status: ComponentStatus) => statuses.includes(status);
  const all = (status: ComponentStatus) => statuses.every((one) => one === status);
  if (all('major_outage')) return MAJOR;
  if (has('major_outage') || all('partial_outage')) return PARTIAL;
  if (has('partial_outage')) return MINOR;
  if (all('degraded_performance')) return DEGRADED;
  if (has('degraded_performance')) return DEGRADED_PARTLY;
  if (has('under_maintenance')) return { indicator: maintenance, description: 'Service Under Maintenance' };
  return OPERATIONAL;
}

function withoutComponents(open: Severity[]): RollUp {
  if (open.includes('critical')) return MAJOR;
  if (open.includes('major')) return PARTIAL;
  return open.includes('minor') ? MINOR : OPERATIONAL;
}
