import type { Notice } from '../../notices/notice.ts';
import type { Language } from '../../time.ts';
import type { Printing } from '../edition/sheet.ts';
import { type Component, Components } from './components.ts';
import { type Incident, incidentOf, maintenanceOf, type ScheduledMaintenance, severityOf } from './incidents.ts';
import type { Lists } from './lists.ts';
import { type WorkStatus, workStatus } from './progress.ts';
import { type RollUp, rollUp } from './roll-up.ts';
import { isoMoment, Sight } from './sight.ts';

/** The whole page as its clients know it, in one language. Only what an answer asks for is made. */
export class StatusPage {
  readonly #printing: Printing;
  readonly #sight: Sight;
  readonly #components: Components;
  readonly #lists: Lists;
  #unresolved: Incident[] | undefined;

  constructor(printing: Printing, language: Language, lists: Lists) {
    this.#printing = printing;
    this.#lists = lists;
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
    const { statuses } = this.#components;
    // Without services there are only the incidents to go by.
    const open = statuses.length > 0 ? [] : this.#lists.unresolved.map((notice) => severityOf(notice, this.#sight));
    return rollUp(statuses, open, this.#printing.statuspageMaintenance);
  }

  get components(): Component[] {
    return this.#components.list;
  }

  get incidents(): Incident[] {
    return this.#incidents(this.#lists.newestFaults);
  }

  get unresolved(): Incident[] {
    this.#unresolved ??= this.#incidents(this.#lists.unresolved);
    return this.#unresolved;
  }

  get maintenances(): ScheduledMaintenance[] {
    return this.#maintenances(this.#lists.newestWorks);
  }

  /** One notice, whatever its state. */
  told(notice: Notice): Incident | ScheduledMaintenance {
    const tell = notice.kind === 'work' ? maintenanceOf : incidentOf;
    return tell(notice, this.#sight, this.#components);
  }

  /** Works in these states, the next one first. */
  maintenancesThatAre(...statuses: WorkStatus[]): ScheduledMaintenance[] {
    return this.#maintenances(this.#lists.works((work) => statuses.includes(workStatus(work, this.#printing.now))));
  }

  #incidents(notices: Notice[]): Incident[] {
    return notices.map((notice) => incidentOf(notice, this.#sight, this.#components));
  }

  #maintenances(notices: Notice[]): ScheduledMaintenance[] {
    return notices.map((notice) => maintenanceOf(notice, this.#sight, this.#components));
  }
}
