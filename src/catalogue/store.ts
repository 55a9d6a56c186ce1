import type { Reader, Tx } from '../db/open.ts';
import type { Instant } from '../time.ts';
import type { Catalogue, CatalogueNames, Desk, Name } from './catalogue.ts';

/** The room's only SQL. */
export const catalogueStore = {
  async replace(tx: Tx, catalogue: Catalogue, now: Instant): Promise<void> {
    await tx.deleteFrom('service_dependencies').execute();
    await tx.deleteFrom('facility_domains').execute();
    await tx.deleteFrom('desks').execute();
    await tx.updateTable('services').set({ retired_at: now }).where('retired_at', 'is', null).execute();
    await tx.updateTable('facilities').set({ retired_at: now }).where('retired_at', 'is', null).execute();
    await inChunks(
      catalogue.services.map((service, position) => ({
        key: service.key,
        name_ja: service.name.ja,
        name_en: service.name.en ?? null,
        group_name: service.group ?? null,
        part_of: service.partOf ?? null,
        position,
        retired_at: null,
        created_at: now,
      })),
      (rows) =>
        tx
          .insertInto('services')
          .values(rows)
          .onConflict((conflict) =>
            conflict.column('key').doUpdateSet((eb) => ({
              name_ja: eb.ref('excluded.name_ja'),
              name_en: eb.ref('excluded.name_en'),
              group_name: eb.ref('excluded.group_name'),
              part_of: eb.ref('excluded.part_of'),
              position: eb.ref('excluded.position'),
              retired_at: null,
            })),
          )
          .execute(),
    );
    await inChunks(
      catalogue.facilities.map((facility, position) => ({
        code: facility.code,
        name_ja: facility.name.ja,
        name_en: facility.name.en ?? null,
        service: facility.service,
        position,
        retired_at: null,
      })),
      (rows) =>
        tx
          .insertInto('facilities')
          .values(rows)
          .onConflict((conflict) =>
            conflict.column('code').doUpdateSet((eb) => ({
              name_ja: eb.ref('excluded.name_ja'),
              name_en: eb.ref('excluded.name_en'),
              service: eb.ref('excluded.service'),
              position: eb.ref('excluded.position'),
              retired_at: null,
            })),
          )
          .execute(),
    );
    await inChunks(
      catalogue.services.flatMap((service) =>
        [...new Set(service.dependsOn ?? [])].map((other) => ({ service: service.key, depends_on: other })),
      ),
      (rows) => tx.insertInto('service_dependencies').values(rows).execute(),
    );
    await inChunks(
      catalogue.facilities.flatMap((facility) =>
        [...new Set(facility.mailDomains ?? [])].map((domain) => ({ domain, facility: facility.code })),
      ),
      (rows) => tx.insertInto('facility_domains').values(rows).execute(),
    );
    await inChunks(
      catalogue.desks.map((desk, position) => ({
        key: desk.key,
        name_ja: desk.name.ja,
        name_en: desk.name.en ?? null,
        phone: desk.phone ?? null,
        url: desk.url ?? null,
        hours_ja: desk.hours?.ja ?? null,
        hours_en: desk.hours?.en ?? null,
        position,
      })),
      (rows) => tx.insertInto('desks').values(rows).execute(),
    );
  },

  async load(db: Reader): Promise<Catalogue> {
    const services = await db
      .selectFrom('services')
      .selectAll()
      .where('retired_at', 'is', null)
      .orderBy('position')
      .execute();
    const facilities = await db
      .selectFrom('facilities')
      .selectAll()
      .where('retired_at', 'is', null)
      .orderBy('position')
      .execute();
    const dependencies = await db.selectFrom('service_dependencies').selectAll().orderBy('depends_on').execute();
    const domains = await db.selectFrom('facility_domains').selectAll().orderBy('domain').execute();
    const dependsOn = group(dependencies, (row) => row.service);
    const domainsOf = group(domains, (row) => row.facility);
    return {
      services: services.map((row) => ({
        key: row.key,
        name: nameOf(row),
        ...(row.group_name === null ? {} : { group: row.group_name }),
        ...(row.part_of === null ? {} : { partOf: row.part_of }),
        ...(dependsOn.has(row.key)
          ? { dependsOn: (dependsOn.get(row.key) ?? []).map((other) => other.depends_on) }
          : {}),
      })),
      facilities: facilities.map((row) => ({
        code: row.code,
        name: nameOf(row),
        service: row.service,
        ...(domainsOf.has(row.code)
          ? { mailDomains: (domainsOf.get(row.code) ?? []).map((entry) => entry.domain) }
          : {}),
      })),
      desks: await catalogueStore.desks(db),
    };
  },

  async desks(db: Reader): Promise<Desk[]> {
    const rows = await db.selectFrom('desks').selectAll().orderBy('position').execute();
    return rows.map((row) => ({
      key: row.key,
      name: nameOf(row),
      ...(row.phone === null ? {} : { phone: row.phone }),
      ...(row.url === null ? {} : { url: row.url }),
      ...(row.hours_ja === null ? {} : { hours: nameOf({ name_ja: row.hours_ja, name_en: row.hours_en }) }),
    }));
  },

  async names(db: Reader): Promise<CatalogueNames> {
    const services = await db.selectFrom('services').select(['key', 'name_ja', 'name_en', 'created_at']).execute();
    const facilities = await db.selectFrom('facilities').select(['code', 'name_ja', 'name_en']).execute();
    const service = new Map(services.map((row) => [row.key, nameOf(row)]));
    const facility = new Map(facilities.map((row) => [row.code, nameOf(row)]));
    const since = new Map(services.map((row) => [row.key, row.created_at]));
    return {
      service: (key) => service.get(key) ?? { ja: key },
      facility: (code) => facility.get(code) ?? { ja: code },
      since: (key) => since.get(key) ?? 0,
    };
  },
};

function nameOf(row: { name_ja: string; name_en: string | null }): Name {
  return row.name_en === null ? { ja: row.name_ja } : { ja: row.name_ja, en: row.name_en };
}

function group<Row>(rows: Row[], key: (row: Row) => string): Map<string, Row[]> {
  const groups = new Map<string, Row[]>();
  for (const row of rows) groups.set(key(row), [...(groups.get(key(row)) ?? []), row]);
  return groups;
}

/** Both engines limit the parameters of one statement. */
async function inChunks<Row>(rows: Row[], insert: (rows: Row[]) => Promise<unknown>): Promise<void> {
  for (let i = 0; i < rows.length; i += 200) await insert(rows.slice(i, i + 200));
}
