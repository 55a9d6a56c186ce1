import type { Database, Tx } from '../db/open.ts';
import { type FieldProblem, Invalid } from '../errors.ts';
import { parse } from '../http/forms.ts';
import { type Actor, record } from '../staff/audit.ts';
import type { Clock } from '../time.ts';
import type { Catalogue } from './catalogue.ts';
import { catalogueInput } from './schema.ts';
import { catalogueStore } from './store.ts';

export interface CatalogueGround {
  db: Database;
  clock: Clock;
  /** Tells the public side, in the same transaction, that names have changed. */
  changed: (tx: Tx) => Promise<void>;
}

/** What would be taken over. @throws Invalid naming every wrong item. */
export function checkCatalogue(input: unknown): Catalogue {
  const parsed = parse(catalogueInput, input);
  const catalogue = { ...parsed, desks: parsed.desks ?? [] };
  const problems = inconsistencies(catalogue);
  if (problems.length > 0) throw new Invalid(problems);
  return catalogue;
}

/**
 * Replaces the whole catalogue. What is no longer named is retired and not deleted: old notices still speak of it; it comes back
 * when it is named again. `look` is shown what stands before, in the same transaction, and may refuse.
 * @throws Invalid naming every wrong item.
 */
export async function importCatalogue(
  ground: CatalogueGround,
  actor: Actor,
  input: unknown,
  look: (before: Catalogue) => void = () => {},
): Promise<Catalogue> {
  const catalogue = checkCatalogue(input);
  const now = ground.clock.now();
  return ground.db.transaction(async (tx) => {
    const before = await catalogueStore.load(tx);
    look(before);
    await catalogueStore.replace(tx, catalogue, now);
    await record(tx, now, actor, 'catalogue:import', 'catalogue', 'catalogue', countsOf(before), countsOf(catalogue));
    await ground.changed(tx);
    return catalogueStore.load(tx);
  });
}

function countsOf({ services, facilities, desks }: Catalogue) {
  return { services: services.length, facilities: facilities.length, desks: desks.length };
}

/** In the shape of what is sent: an operator without desks sees none. */
export function withoutEmpty({
  desks,
  ...catalogue
}: Catalogue): Omit<Catalogue, 'desks'> & { desks?: Catalogue['desks'] } {
  return desks.length > 0 ? { ...catalogue, desks } : catalogue;
}

function inconsistencies(catalogue: Catalogue): FieldProblem[] {
  const problems: FieldProblem[] = [];
  const services = new Set<string>();
  catalogue.services.forEach((service, index) => {
    if (services.has(service.key)) problems.push(twice(`services.${index}.key`, service.key));
    services.add(service.key);
  });
  catalogue.services.forEach((service, index) => {
    if (service.partOf !== undefined && (!services.has(service.partOf) || service.partOf === service.key)) {
      problems.push(unknown(`services.${index}.partOf`, service.partOf));
    }
    (service.dependsOn ?? []).forEach((other, position) => {
      if (!services.has(other) || other === service.key)
        problems.push(unknown(`services.${index}.dependsOn.${position}`, other));
    });
  });
  const codes = new Set<string>();
  catalogue.facilities.forEach((facility, index) => {
    if (codes.has(facility.code)) problems.push(twice(`facilities.${index}.code`, facility.code));
    codes.add(facility.code);
    if (!services.has(facility.service)) problems.push(unknown(`facilities.${index}.service`, facility.service));
  });
  return problems;
}

function twice(field: string, key: string): FieldProblem {
  return { field, ja: `「${key}」が2回書かれています。`, en: `"${key}" is given twice.` };
}

function unknown(field: string, key: string): FieldProblem {
  return { field, ja: `サービス「${key}」がありません。`, en: `There is no service "${key}".` };
}
