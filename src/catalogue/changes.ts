import type { Catalogue, Desk, Facility, Name, Service } from './catalogue.ts';

/** What an import would do to one thing of the catalogue. */
export interface CatalogueChange {
  what: 'service' | 'facility' | 'desk';
  key: string;
  kind: 'added' | 'removed' | 'changed';
  /** Of a change only those that differ; a value that is not there is ''. */
  fields: { field: string; before: string; after: string }[];
}

type Facts = Record<string, string>;

/** Everything that an import would add, change or retire, in the order of the catalogue. Equal things are left out. */
export function catalogueChanges(before: Catalogue, after: Catalogue): CatalogueChange[] {
  return [
    ...changesOf(
      'service',
      factsBy(before.services, keyOf, serviceFacts),
      factsBy(after.services, keyOf, serviceFacts),
    ),
    ...changesOf(
      'facility',
      factsBy(before.facilities, codeOf, facilityFacts),
      factsBy(after.facilities, codeOf, facilityFacts),
    ),
    ...changesOf('desk', factsBy(before.desks, keyOf, deskFacts), factsBy(after.desks, keyOf, deskFacts)),
  ];
}

function changesOf(
  what: CatalogueChange['what'],
  before: Map<string, Facts>,
  after: Map<string, Facts>,
): CatalogueChange[] {
  const changes: CatalogueChange[] = [];
  for (const [key, facts] of after) {
    const old = before.get(key);
    const fields = differences(old ?? {}, facts);
    if (!old || fields.length > 0) changes.push({ what, key, kind: old ? 'changed' : 'added', fields });
  }
  for (const [key, facts] of before) {
    if (!after.has(key)) changes.push({ what, key, kind: 'removed', fields: differences(facts, {}) });
  }
  return changes;
}

function differences(before: Facts, after: Facts): CatalogueChange['fields'] {
  return [...new Set([...Object.keys(before), ...Object.keys(after)])]
    .map((field) => ({ field, before: before[field] ?? '', after: after[field] ?? '' }))
    .filter((one) => one.before !== one.after);
}

function factsBy<Thing>(things: Thing[], key: (thing: Thing) => string, facts: (thing: Thing) => Facts) {
  return new Map(things.map((thing) => [key(thing), facts(thing)]));
}

const keyOf = ({ key }: { key: string }) => key;
const codeOf = ({ code }: { code: string }) => code;

function serviceFacts({ name, group, partOf, dependsOn }: Service): Facts {
  return { ...named(name), group: group ?? '', partOf: partOf ?? '', dependsOn: sorted(dependsOn) };
}

function facilityFacts({ name, service, mailDomains }: Facility): Facts {
  return { ...named(name), service, mailDomains: sorted(mailDomains) };
}

function deskFacts({ name, phone, url, hours }: Desk): Facts {
  return { ...named(name), phone: phone ?? '', url: url ?? '', hours: hours ? `${hours.ja} / ${hours.en ?? ''}` : '' };
}

function named(name: Name): Facts {
  return { ja: name.ja, en: name.en ?? '' };
}

/** Their order means nothing. */
function sorted(list: string[] = []): string {
  return [...new Set(list)].sort().join(', ');
}
