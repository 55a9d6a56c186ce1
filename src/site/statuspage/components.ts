import type { Service } from '../../catalogue/catalogue.ts';
import { type ComponentStatus, worstOf } from './severity.ts';
import { isoMoment, type Sight } from './sight.ts';
import { plainLine } from './text.ts';

/** A service, or a group of services. */
export interface Component {
  id: string;
  name: string;
  status: ComponentStatus;
  created_at: string;
  updated_at: string;
  /** From 1, among the components of its group, or among groups and services without one. */
  position: number;
  description: string | null;
  showcase: boolean;
  start_date: string | null;
  group_id: string | null;
  page_id: string;
  group: boolean;
  only_show_if_degraded: boolean;
  /** Groups only: the ids of what is in it. */
  components?: string[];
}

/** The services of the catalogue in its order, each group in front of its own, and those that old notices still name. */
export class Components {
  readonly #sight: Sight;
  readonly #places = new Map<string, Place>();
  readonly #groups = new Map<string, string[]>();
  #list: Component[] | undefined;
  readonly #made = new Map<string, Component>();

  constructor(sight: Sight) {
    this.#sight = sight;
    let top = 0;
    for (const { key, group } of sight.printing.content.catalogue.services) {
      if (group === undefined) {
        this.#places.set(key, { position: ++top, group: undefined });
        continue;
      }
      const members = this.#groups.get(group) ?? [];
      if (members.length === 0) this.#places.set(groupKey(group), { position: ++top, group: undefined });
      members.push(key);
      this.#groups.set(group, members);
      this.#places.set(key, { position: members.length, group });
    }
  }

  /** All of them, groups too. */
  get list(): Component[] {
    this.#list ??= this.#ordered();
    return this.#list;
  }

  /** The status of each service, groups left out. */
  get statuses(): ComponentStatus[] {
    return this.list.filter((component) => !component.group).map((component) => component.status);
  }

  /** One service, retired or not. */
  of(service: string): Component {
    let component = this.#made.get(service);
    if (!component) {
      component = this.#service(service);
      this.#made.set(service, component);
    }
    return component;
  }

  /** What updates call it: `Group - Service`. */
  fullName(service: string): string {
    const group = this.#places.get(service)?.group;
    const { name } = this.of(service);
    return group === undefined ? name : `${plainLine(group)} - ${name}`;
  }

  #ordered(): Component[] {
    const told = new Set<string>();
    return this.#sight.printing.content.catalogue.services.flatMap(({ key, group }: Service) => {
      if (group === undefined) return [this.of(key)];
      if (told.has(group)) return [];
      told.add(group);
      const members = (this.#groups.get(group) ?? []).map((member) => this.of(member));
      return [this.#group(group, members), ...members];
    });
  }

  #service(key: string): Component {
    const { names } = this.#sight.printing.content;
    const place = this.#places.get(key);
    return {
      ...this.#shared(`service ${key}`),
      name: this.#sight.line(names.service(key)),
      status: this.#sight.status(key),
      created_at: isoMoment(names.since(key)),
      updated_at: isoMoment(this.#sight.changedAt(key)),
      // What is retired comes after everything else.
      position: place?.position ?? this.#places.size + 1,
      group_id: place?.group === undefined ? null : this.#sight.id(groupKey(place.group)),
      group: false,
    };
  }

  #group(name: string, members: Component[]): Component {
    return {
      ...this.#shared(groupKey(name)),
      name: plainLine(name),
      status: worstOf(members.map((member) => member.status)),
      created_at:
        members
          .map((member) => member.created_at)
          .toSorted()
          .at(0) ?? '',
      updated_at:
        members
          .map((member) => member.updated_at)
          .toSorted()
          .at(-1) ?? '',
      position: this.#places.get(groupKey(name))?.position ?? 0,
      group_id: null,
      group: true,
      components: members.map((member) => member.id),
    };
  }

  #shared(key: string) {
    return {
      id: this.#sight.id(key),
      page_id: this.#sight.pageId,
      description: null,
      showcase: true,
      start_date: null,
      only_show_if_degraded: false,
    };
  }
}

interface Place {
  position: number;
  group: string | undefined;
}

/** No service has it: its key may hold no space. */
function groupKey(name: string): string {
  return `group ${name}`;
}
