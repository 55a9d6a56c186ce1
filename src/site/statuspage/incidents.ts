import { type Notice, recoveredAt, workWindow } from '../../notices/notice.ts';
import { workWindows } from '../../notices/windows.ts';
import type { Instant } from '../../time.ts';
import type { Component, Components } from './components.ts';
import { asToldBy, faultStatus, type IncidentStatus, type WorkStatus, workStatus } from './progress.ts';
import { SEVERITIES, type Severity, statusUnder, worstOf } from './severity.ts';
import { isoMoment, maybeMoment, type Sight } from './sight.ts';
import { type IncidentUpdate, updatesOf } from './updates.ts';

/** A fault. */
export interface Incident {
  id: string;
  name: string;
  status: IncidentStatus | WorkStatus;
  created_at: string;
  updated_at: string;
  monitoring_at: string | null;
  resolved_at: string | null;
  impact: Severity;
  shortlink: string;
  started_at: string;
  page_id: string;
  incident_updates: IncidentUpdate[];
  components: Component[];
}

/** A planned work. */
export interface ScheduledMaintenance extends Incident {
  scheduled_for: string;
  scheduled_until: string;
}

export function incidentOf(notice: Notice, sight: Sight, components: Components): Incident {
  const updates = updatesOf(notice, sight, components);
  const status = faultStatus(notice);
  const over = status === 'resolved' || status === 'postmortem';
  return {
    ...commonOf(notice, sight, components),
    status,
    updated_at: isoMoment(lastWordOn(notice)),
    monitoring_at: updates.findLast((update) => update.status === 'monitoring')?.created_at ?? null,
    resolved_at: over ? maybeMoment(recoveredAt(notice)) : null,
    impact: severityOf(notice, sight),
    started_at: isoMoment(notice.occurredAt),
    incident_updates: updates,
  };
}

export function maintenanceOf(notice: Notice, sight: Sight, components: Components): ScheduledMaintenance {
  const { now } = sight.printing;
  const planned = notice.planned ?? { from: notice.occurredAt, to: notice.occurredAt };
  const window = workWindow(notice) ?? planned;
  const status = workStatus(notice, now);
  const cancelled = notice.reports.findLast((report) => report.phase === 'cancel');
  const ended = cancelled ? cancelled.publishedAt : window.to;
  // It begins and ends by the clock, without a report.
  const turns = cancelled
    ? []
    : workWindows(notice).flatMap(({ from, to }) => [from, to].filter((moment) => moment <= now));
  return {
    ...commonOf(notice, sight, components),
    status,
    updated_at: isoMoment(Math.max(lastWordOn(notice), ...turns)),
    monitoring_at: null,
    resolved_at: status === 'completed' ? isoMoment(ended) : null,
    impact: 'maintenance',
    started_at: isoMoment(window.from),
    incident_updates: updatesOf(notice, sight, components),
    scheduled_for: isoMoment(planned.from),
    scheduled_until: isoMoment(planned.to),
  };
}

function commonOf(notice: Notice, sight: Sight, components: Components) {
  const services = [...new Set(notice.impacts.map((impact) => impact.service))];
  return {
    id: sight.id(`notice ${notice.id}`),
    name: sight.line(notice.title),
    created_at: isoMoment(notice.firstPublishedAt ?? notice.updatedAt),
    shortlink: sight.url(`/notices/${notice.id}`),
    page_id: sight.pageId,
    components: services.map((service) => components.of(service)),
  };
}

/** Corrections are words too. */
function lastWordOn(notice: Notice): Instant {
  return notice.reports.reduce((last, report) => Math.max(last, report.publishedAt), 0);
}

/** By the worst that it ever did to a service, told at once or one by one: it keeps it when it is over. */
export function severityOf(notice: Notice, sight: Sight): Severity {
  const together = notice.reports.flatMap((_report, index) => {
    const open = asToldBy(notice, index).impacts.filter((impact) => impact.recoveredAt === null);
    const services = [...new Set(open.map((impact) => impact.service))];
    return services.map((service) => open.filter((impact) => impact.service === service));
  });
  const alone = notice.impacts.map((impact) => [impact]);
  const groups = [...alone, ...together];
  return SEVERITIES[worstOf(groups.map((group) => statusUnder(group, sight.facilities(group[0]?.service ?? ''))))];
}
