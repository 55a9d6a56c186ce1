import { readFileSync } from 'node:fs';
import type { Database } from '../../src/db/open.ts';
import type { ImpactsTable } from '../../src/db/tables/notices.ts';
import { at } from '../support/clock.ts';

/** 6 March 2014 as rows: what the lookup reads, whoever wrote it. */

export const day = JSON.parse(readFileSync(new URL('../fixtures/ocn-2014-03-06.json', import.meta.url), 'utf8')) as {
  equipment: { code: string; name_ja: string; name_en: string }[];
  equipment_notices: { id: string; equipment: string[] | null; started_at: string; recovered_at: string }[];
  lookup_vectors: {
    equipment: string;
    at: string;
    expected_equipment_notices: string[];
    expected_service_wide_notices: string[];
    expected_mail_stopped: boolean;
  }[];
};

export const minuteOf = (time: string) => at(`2014-03-06T${time}:00+09:00`);

export async function addCatalogue(db: Database): Promise<void> {
  const service = (key: string, name_ja: string, name_en: string, part_of: string | null, position: number) => ({
    key,
    name_ja,
    name_en,
    part_of,
    position,
    group_name: null,
    retired_at: null,
  });
  await db.kysely
    .insertInto('services')
    .values([
      service('mail', 'OCNメール', 'OCN Mail', null, 1),
      service('webmail', 'OCNメール（Webメール）', 'OCN Mail (webmail)', 'mail', 2),
    ])
    .execute();
  await db.kysely
    .insertInto('facilities')
    .values(
      day.equipment.map(({ code, name_ja, name_en }, index) => ({
        code,
        name_ja,
        name_en,
        service: 'mail',
        position: index,
        retired_at: null,
      })),
    )
    .execute();
}

/** A customer whose mailboxes live on these facilities: `a-051@mail.example` and so on. */
export async function addCustomer(db: Database, id: string, facilities: string[]): Promise<void> {
  await db.kysely
    .insertInto('customers')
    .values({ id, login: `${id}@login.example`, display_name: null, password_hash: null, created_at: 0 })
    .execute();
  for (const facility of facilities) {
    await db.kysely
      .insertInto('mailboxes')
      .values({ address: `${id}-${facility}@mail.example`, customer_id: id, facility, created_at: 0 })
      .execute();
  }
}

interface ToldImpact {
  service?: string;
  facilities?: string[] | 'all';
  symptom?: ImpactsTable['symptom'];
  startedAt: number;
  recoveredAt?: number | null;
  approximate?: boolean;
}

export interface Told {
  id: string;
  kind?: 'fault' | 'work';
  title?: { ja: string; en?: string };
  impacts: ToldImpact[];
  planned?: { from: number; to: number };
  expectedRecoveryAt?: number | null;
  published?: boolean;
  /** What the report says beside: unaffected, workaround, residual. */
  advice?: object;
}

/** A notice with one report, and the next edition with it. */
export async function tell(db: Database, told: Told): Promise<void> {
  const published = told.published ?? true;
  await db.transaction(async (tx) => {
    const title = told.title ?? { ja: told.id };
    const occurred = Math.min(...told.impacts.map((impact) => impact.startedAt));
    await tx
      .insertInto('notices')
      .values({
        id: told.id,
        kind: told.kind ?? 'fault',
        title_ja: title.ja,
        title_en: title.en ?? null,
        root_id: told.id,
        occurred_at: occurred,
        occurred_approximate: 0,
        recognised_at: null,
        serious_at: null,
        planned_from: told.planned?.from ?? null,
        planned_to: told.planned?.to ?? null,
        actual_from: null,
        actual_to: null,
        created_at: 0,
        created_by: 'test',
        first_published_at: published ? occurred : null,
        updated_at: 0,
        version: 0,
      })
      .execute();
    for (const [position, impact] of told.impacts.entries()) {
      const id = `${told.id}-${position}`;
      const facilities = impact.facilities ?? 'all';
      await tx
        .insertInto('impacts')
        .values({
          id,
          notice_id: told.id,
          service: impact.service ?? 'mail',
          all_facilities: facilities === 'all' ? 1 : 0,
          area_ja: null,
          area_en: null,
          symptom: impact.symptom ?? 'unavailable',
          started_at: impact.startedAt,
          started_approximate: impact.approximate ? 1 : 0,
          recovered_at: impact.recoveredAt ?? null,
          position,
          added_by_report: 1,
        })
        .execute();
      for (const facility of facilities === 'all' ? [] : facilities) {
        await tx.insertInto('impact_facilities').values({ impact_id: id, facility }).execute();
      }
    }
    if (published) await report(tx, told, occurred);
    await tx
      .updateTable('edition')
      .set((e) => ({ number: e('number', '+', 1) }))
      .execute();
  });
}

async function report(tx: Parameters<Parameters<Database['transaction']>[0]>[0], told: Told, publishedAt: number) {
  await tx
    .insertInto('reports')
    .values({
      notice_id: told.id,
      number: 1,
      revision: 0,
      phase: told.kind === 'work' ? 'plan' : 'first',
      tells_recovery: 0,
      published_at: publishedAt,
      published_by: 'test',
      body_ja: 'お知らせ',
      body_en: null,
      picture: JSON.stringify({ expectedRecoveryAt: told.expectedRecoveryAt ?? null, ...told.advice }),
      mail: 0,
      backfilled: 0,
      reason_ja: null,
      reason_en: null,
    })
    .execute();
}

const SERVICE: Record<string, { service: string; symptom: ImpactsTable['symptom'] }> = {
  'notice-1': { service: 'mail', symptom: 'unavailable' },
  'notice-2': { service: 'mail', symptom: 'unavailable' },
  'notice-3': { service: 'mail', symptom: 'delayed' },
  'notice-4': { service: 'webmail', symptom: 'login' },
};

/** The four notices with their recoveries. */
export async function tellTheDay(db: Database): Promise<void> {
  for (const notice of day.equipment_notices) {
    await tell(db, {
      id: notice.id,
      impacts: [
        {
          ...SERVICE[notice.id],
          facilities: notice.equipment?.map((name) => name.slice(-3)) ?? 'all',
          startedAt: at(notice.started_at),
          recoveredAt: at(notice.recovered_at),
          approximate: true,
        },
      ],
    });
  }
}

/** An impact recovers and that is published. */
export async function recover(db: Database, noticeId: string, recoveredAt: number): Promise<void> {
  await db.transaction(async (tx) => {
    await tx.updateTable('impacts').set({ recovered_at: recoveredAt }).where('notice_id', '=', noticeId).execute();
    await tx
      .updateTable('edition')
      .set((e) => ({ number: e('number', '+', 1) }))
      .execute();
  });
}
