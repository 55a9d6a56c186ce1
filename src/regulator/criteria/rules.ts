import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { packageRoot } from '../../config.ts';
import { ACCIDENT_KINDS, type Criteria, type SwitchedOn } from './criteria.ts';

const words = z.object({ ja: z.string(), en: z.string() });
const day = z.iso.date();
const bound = day.nullable();
const rule = z.object({ minutes: z.number().positive(), users: z.number().positive() });
const category = z.object({
  id: z.string(),
  item: z.string().nullable(),
  name: words.optional(),
  rules: z.array(rule).min(1),
});
const version = z.object({
  id: z.string(),
  name: words,
  from: bound,
  to: bound,
  confirmed: z.array(z.object({ from: bound, to: bound })),
  categories: z.array(category).min(1),
  criticalFacility: z.object({ minutes: z.number().positive() }),
  periodic: z.array(
    z.object({ kind: z.enum(ACCIDENT_KINDS), minutes: z.number().optional(), users: z.number().optional() }),
  ),
  simplifiedFor: z.array(z.string()),
});
const file = z.object({
  guideline: z.string(),
  categories: z.record(z.string(), z.object({ name: words, within: z.string().nullish() })),
  versions: z.array(version).min(1),
  later: z.array(
    z.object({
      id: z.string(),
      name: words,
      note: words,
      source: z.string(),
      proposedFrom: bound,
      categories: z.array(category),
    }),
  ),
  equipment: z.array(z.object({ id: z.string(), name: words })),
  criticalEquipment: z.array(z.string()),
});

let read: Criteria | undefined;

/** The criteria that came with this program. Read once; a rule that changes is another version in the file. */
export function criteria(): Criteria {
  read ??= parseCriteria(JSON.parse(readFileSync(join(packageRoot, 'regulation', 'criteria.json'), 'utf8')));
  return read;
}

export function parseCriteria(content: unknown): Criteria {
  const { categories, equipment, ...rest } = file.parse(content);
  const named = new Map(
    Object.entries(categories).map(([id, one]) => [id, { name: one.name, within: one.within ?? null }]),
  );
  const name = (list: z.output<typeof category>[]) =>
    list.map((one) => ({ ...one, name: one.name ?? named.get(one.id)?.name ?? { ja: one.id, en: one.id } }));
  return {
    ...rest,
    categories: named,
    equipment: new Map(equipment.map((one) => [one.id, one.name])),
    versions: rest.versions.map((one) => ({ ...one, categories: name(one.categories) })),
    later: rest.later.map((one) => ({ ...one, categories: name(one.categories) })),
  };
}

/** Reads the setting `criteriaLater`: `proposal-2025-09=2026-04-01`, several with commas. What cannot be read is left out. */
export function switchedOn(setting: string): SwitchedOn {
  const pairs = setting.split(',').map((one) => one.trim().split('='));
  return new Map(pairs.flatMap(([id, from]) => (id && from && day.safeParse(from).success ? [[id, from]] : [])));
}
