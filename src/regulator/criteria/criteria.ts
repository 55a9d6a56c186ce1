import type { Message } from '../../errors.ts';

/** What can be judged: a fault of telecommunications equipment, of other equipment, or a leak of facts on equipment. */
export const ACCIDENT_KINDS = ['telecom_equipment', 'other_equipment', 'equipment_information_leak'] as const;
export type AccidentKind = (typeof ACCIDENT_KINDS)[number];

/** Met when both are reached (以上, inclusive). `users` null: whatever their number. Minutes are not rounded up. */
export interface Rule {
  minutes: number;
  users: number | null;
}

export interface CriteriaCategory {
  id: string;
  /** 一, 二, …; null where the rules had no items. */
  item: string | null;
  name: Message;
  rules: { minutes: number; users: number }[];
}

/** What must stand in the periodic report: either limit reached, or every case where there is none. */
export interface PeriodicRule {
  kind: AccidentKind;
  minutes?: number | undefined;
  users?: number | undefined;
}

/** A day as YYYY-MM-DD; null is without bound. */
interface Days {
  from: string | null;
  to: string | null;
}

export interface CriteriaVersion extends Days {
  id: string;
  name: Message;
  /** The days for which somebody has read the rule in a publication of the ministry. */
  confirmed: Days[];
  categories: CriteriaCategory[];
  criticalFacility: { minutes: number };
  periodic: PeriodicRule[];
  /** Equipment whose failure may be reported in the simplified form. */
  simplifiedFor: string[];
}

/** A version whose day in force nobody could verify: it counts from the day that an administrator gives. */
export interface LaterVersion {
  id: string;
  name: Message;
  note: Message;
  source: string;
  proposedFrom: string | null;
  categories: CriteriaCategory[];
}

export interface Criteria {
  versions: CriteriaVersion[];
  later: LaterVersion[];
  /** All categories that any version knows; `within` is where an accident counts in versions that do not. */
  categories: Map<string, { name: Message; within: string | null }>;
  equipment: Map<string, Message>;
  criticalEquipment: string[];
  guideline: string;
}

/** Later versions that are switched on: id to the first day of occurrence. */
export type SwitchedOn = Map<string, string>;

/** Versions in force, oldest first, with those that are switched on laid over what was before them. */
export function versionsInForce(criteria: Criteria, on: SwitchedOn): CriteriaVersion[] {
  const laid = [...criteria.versions];
  const wanted = criteria.later
    .flatMap((later) => (on.has(later.id) ? [{ later, from: on.get(later.id) ?? '' }] : []))
    .sort((a, b) => a.from.localeCompare(b.from));
  for (const { later, from } of wanted) {
    const before = versionOn(laid, from);
    laid.push({
      ...before,
      id: later.id,
      name: later.name,
      from,
      to: null,
      confirmed: [],
      categories: [
        ...before.categories.filter((one) => !later.categories.some((changed) => changed.id === one.id)),
        ...later.categories,
      ],
    });
  }
  return laid;
}

/** The version for an accident of that day: the newest that had begun. */
export function versionOn(versions: CriteriaVersion[], day: string): CriteriaVersion {
  const begun = versions
    .filter((version) => version.from === null || version.from <= day)
    .sort((a, b) => (a.from ?? '').localeCompare(b.from ?? ''));
  const newest = begun.at(-1);
  if (!newest) throw new Error(`no version of the criteria for ${day}`);
  return newest;
}

/** Whether a publication of the ministry states this version for that day. */
export function isConfirmed(version: CriteriaVersion, day: string): boolean {
  return version.confirmed.some(({ from, to }) => (from === null || from <= day) && (to === null || day <= to));
}

/** The category as that version counts it: what it does not know counts within a wider one, and at last among all. */
export function categoryIn(criteria: Criteria, version: CriteriaVersion, id: string): CriteriaCategory {
  for (let wanted: string | null = id; wanted !== null; wanted = criteria.categories.get(wanted)?.within ?? null) {
    const found = version.categories.find((category) => category.id === wanted);
    if (found) return found;
  }
  const all =
    version.categories.find((category) => category.id === 'all') ?? version.categories.find((c) => c.id === 'other');
  if (!all) throw new Error(`version ${version.id} has no category for ${id}`);
  return all;
}
