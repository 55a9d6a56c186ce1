import type { Impact } from '../../notices/impact.ts';
import type { Notice } from '../../notices/notice.ts';
import type { Report } from '../../notices/report.ts';
import type { Instant } from '../../time.ts';
import type { Components } from './components.ts';
import { asToldBy, faultStatus, type IncidentStatus, type WorkStatus, workStatusAt } from './progress.ts';
import { type ComponentStatus, statusUnder } from './severity.ts';
import { isoMoment, type Sight } from './sight.ts';

/** One report. */
export interface IncidentUpdate {
  id: string;
  status: IncidentStatus | WorkStatus;
  body: string;
  incident_id: string;
  created_at: string;
  updated_at: string;
  display_at: string;
  /** null where it is about none. */
  affected_components: AffectedComponent[] | null;
  deliver_notifications: boolean;
  custom_tweet: string | null;
  tweet_id: string | null;
}

interface AffectedComponent {
  code: string;
  name: string;
  old_status: ComponentStatus;
  new_status: ComponentStatus;
}

/** Every report of a notice as an update, newest first. */
export function updatesOf(notice: Notice, sight: Sight, components: Components): IncidentUpdate[] {
  const incident = sight.id(`notice ${notice.id}`);
  let before = new Map<string, ComponentStatus>();
  const updates = notice.reports.map((report, index): IncidentUpdate => {
    const told = firstToldAt(notice, report, sight);
    const status =
      notice.kind === 'work' ? workStatusAt(notice, report, told.at) : faultStatus(asToldBy(notice, index));
    const after = statusesBy(notice, report, status, sight);
    const affected = [...after].map(([service, now]) => ({
      code: components.of(service).id,
      name: components.fullName(service),
      old_status: before.get(service) ?? 'operational',
      new_status: now,
    }));
    before = after;
    // What was well before and after has not been affected; a work is about its services from the first.
    const worth = affected.filter(
      (one) => notice.kind === 'work' || one.old_status !== 'operational' || one.new_status !== 'operational',
    );
    return {
      id: sight.id(`report ${notice.id} ${report.number}`),
      status,
      body: sight.prose(report.body),
      incident_id: incident,
      created_at: isoMoment(told.at),
      updated_at: isoMoment(report.publishedAt),
      display_at: isoMoment(told.at),
      affected_components: worth.length > 0 ? worth : null,
      deliver_notifications: told.mailed,
      custom_tweet: null,
      tweet_id: null,
    };
  });
  return updates.reverse();
}

/** When a report came out, and whether it was mailed, before it was corrected. */
function firstToldAt(notice: Notice, report: Report, sight: Sight): { at: Instant; mailed: boolean } {
  const revisions = sight.printing.content.revisions.get(notice.id) ?? [];
  const first = revisions.find((one) => one.number === report.number && one.revision === 0) ?? report;
  return { at: first.publishedAt, mailed: first.mail || report.mail };
}

/** What each service of the notice was by this report, as far as this notice goes. */
function statusesBy(
  notice: Notice,
  report: Report,
  status: IncidentUpdate['status'],
  sight: Sight,
): Map<string, ComponentStatus> {
  const byService = new Map<string, Impact[]>();
  for (const impact of report.picture.impacts) {
    byService.set(impact.service, [...(byService.get(impact.service) ?? []), impact]);
  }
  const work = status === 'in_progress' ? 'under_maintenance' : 'operational';
  return new Map(
    [...byService].map(([service, impacts]) => {
      const open = impacts.filter((impact) => impact.recoveredAt === null);
      return [service, notice.kind === 'work' ? work : statusUnder(open, sight.facilities(service))];
    }),
  );
}
