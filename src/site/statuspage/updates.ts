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
  let before: Statuses = new Map();
  const updates = notice.reports.map((report, index): IncidentUpdate => {
    const told = firstToldAt(notice, report, sight);
    const status =
      notice.kind === 'work' ? workStatusAt(notice, report, told.at) : faultStatus(asToldBy(notice, index));
    const after = statusesBy(notice, report, status, sight);
    const affected = affectedBy(notice, report, before, after).map((service) => ({
      code: components.of(service).id,
      name: components.fullName(service),
      old_status: before.get(service) ?? 'operational',
      new_status: after.get(service) ?? 'operational',
    }));
    before = after;
    return {
      id: sight.id(`report ${notice.id} ${report.number}`),
      status,
      body: sight.prose(report.body),
      incident_id: sight.id(`notice ${notice.id}`),
      created_at: isoMoment(told.at),
      updated_at: isoMoment(report.publishedAt),
      display_at: isoMoment(told.at),
      affected_components: affected.length > 0 ? affected : null,
      deliver_notifications: told.mailed,
      custom_tweet: null,
      tweet_id: null,
    };
  });
  return updates.reverse();
}

/** By service. */
type Statuses = Map<string, ComponentStatus>;

/** What was well before and after is told of only where the report is the first to speak of it; a work is about its services throughout. */
function affectedBy(notice: Notice, report: Report, before: Statuses, after: Statuses): string[] {
  const { impacts } = report.picture;
  const ill = (statuses: Statuses, service: string) => (statuses.get(service) ?? 'operational') !== 'operational';
  const named = (service: string) =>
    impacts.some((impact) => impact.service === service && impact.addedByReport === report.number);
  return [...after.keys()].filter(
    (service) => notice.kind === 'work' || ill(before, service) || ill(after, service) || named(service),
  );
}

/** When a report came out, and whether it was mailed, before it was corrected. */
function firstToldAt(notice: Notice, report: Report, sight: Sight): { at: Instant; mailed: boolean } {
  const revisions = sight.printing.content.revisions.get(notice.id) ?? [];
  const first = revisions.find((one) => one.number === report.number && one.revision === 0) ?? report;
  return { at: first.publishedAt, mailed: first.mail || report.mail };
}

/** What each service of the notice was by this report, as far as this notice goes. */
function statusesBy(notice: Notice, report: Report, status: IncidentUpdate['status'], sight: Sight): Statuses {
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
