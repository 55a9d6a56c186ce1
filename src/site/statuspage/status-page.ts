import type { Notice, NoticeKind } from '../../notices/notice.ts';
import type { Instant, Language } from '../../time.ts';
import type { Printing } from '../sheet.ts';
import { type Component, Components } from './components.ts';
import { type Incident, incidentOf, maintenanceOf, type ScheduledMaintenance, severityOf } from './incidents.ts';
import { isUnresolved, type WorkStatus, workStatus } from './progress.ts';
import { type RollUp, rollUp } from './roll-up.ts';
import { isoMoment, Sight } from './sight.ts';

/** How many a list of any state holds. */
const NEWEST = 50;

/** The whole page as its clients know it, in one language. Only what an answer asks for is made. */
export class StatusPage {
  readonly #printing: Printing;
  readonly #sight: Sight;
  readonly #components: Components;

  constructor(printing: Printing, language: Language) {
    this.#printing = printing;
    this.#sight = new Sight(printing, language);
    this.#components = new Components(this.#sight);
  }

  get page() {
    const { operator, content } = this.#printing;
    const changed = this.components.map((component) => component.updated_at);
    return {
      id: this.#sight.pageId,
      name: this.#sight.line(operator.name),
      url: this.#sight.url('/').replace(/\/$/, ''),
      time_zone: operator.timeZone,
      // Work begins and ends without a publication.
      updated_at: [isoMoment(content.changedAt), ...changed].toSorted().at(-1) ?? '',
    };
  }

  get status(): RollUp {
    const open = this.#faults().filter(isUnresolved);
    return rollUp(
      this.#components.statuses,
      open.map((notice) => severityOf(notice, this.#sight)),
      this.#printing.statuspageMaintenance,
    );
  }

  get components(): Component[] {
    return this.#components.list;
  }

  get incidents(): Incident[] {
    return this.#incidents(this.#faults().slice(0, NEWEST));
  }

  get unresolved(): Incident[] {
    return this.#incidents(this.#faults().filter(isUnresolved));
  }

  get maintenances(): ScheduledMaintenance[] {
    return this.#maintenances(this.#newest('work').slice(0, NEWEST));
  }

  /** Works in these states, the next one first. */
  maintenancesThatAre(...statuses: WorkStatus[]): ScheduledMaintenance[] {
    const works = this.#newest('work').filter((notice) => statuses.includes(workStatus(notice, this.#printing.now)));
    return this.#maintenances(works.sort((a, b) => plannedFrom(a) - plannedFrom(b)));
  }

  #incidents(notices: Notice[]): Incident[] {
    return notices.map((notice) => incidentOf(notice, this.#sight, this.#components));
  }

  #maintenances(notices: Notice[]): ScheduledMaintenance[] {
    return notices.map((notice) => maintenanceOf(notice, this.#sight, this.#components));
  }

  #faults(): Notice[] {
    return this.#newest('fault');
  }

  /** By when they were first told: a client that looks at the first of them sees each new one. */
  #newest(kind: NoticeKind): Notice[] {
    return this.#printing.content.notices
      .filter((notice) => notice.kind === kind)
      .sort((a, b) => toldAt(b) - toldAt(a) || (a.id < b.id ? 1 : -1));
  }
}

function toldAt(notice: Notice): Instant {
  return notice.firstPublishedAt ?? notice.updatedAt;
}

function plannedFrom(notice: Notice): Instant {
  return notice.planned?.from ?? notice.occurredAt;
}
