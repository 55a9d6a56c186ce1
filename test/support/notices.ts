import type { Database } from '../../src/db/open.ts';
import type { NoticeGround } from '../../src/notices/ground.ts';
import { type NoticeInput, parseNotice, parseReport, type ReportInput } from '../../src/notices/input.ts';
import type { Poster } from '../../src/notices/poster.ts';
import type { Clock } from '../../src/time.ts';

/** Somebody who may publish; for tests that are not about permissions. */
export const publisher: Poster = {
  kind: 'staff',
  id: 'publisher',
  name: '公開担当',
  mayPublish: true,
  mayBackfill: true,
};

export function noticeGround(db: Database, clock: Clock, announce: () => void = () => {}): NoticeGround {
  return {
    db,
    clock,
    operator: { name: { ja: 'OCN', en: 'OCN' }, timeZone: 'Asia/Tokyo' },
    publicUrl: 'http://status.example',
    announce,
  };
}

/** The mail service with some of its facilities, webmail as a way of using it, and a service of its own. */
export async function smallCatalogue(db: Database, codes = ['051', '062', '121', '122', '141', '142']): Promise<void> {
  const service = { group_name: null, retired_at: null };
  await db.kysely
    .insertInto('services')
    .values([
      { ...service, key: 'mail', name_ja: 'OCNメール', name_en: 'OCN Mail', part_of: null, position: 0 },
      {
        ...service,
        key: 'webmail',
        name_ja: 'OCNメール（Webメール）',
        name_en: 'OCN Mail (webmail)',
        part_of: 'mail',
        position: 1,
      },
      { ...service, key: 'ocn-id', name_ja: 'OCN ID認証', name_en: 'OCN ID', part_of: null, position: 2 },
    ])
    .execute();
  await db.kysely
    .insertInto('facilities')
    .values(
      codes.map((code, position) => ({
        code,
        name_ja: `OCNメール設備${code}`,
        name_en: `OCN Mail equipment ${code}`,
        service: 'mail',
        position,
        retired_at: null,
      })),
    )
    .execute();
}

/** A fault of the mail service, as a program would send it. */
export function faultInput(overrides: Record<string, unknown> = {}, report: Record<string, unknown> = {}): NoticeInput {
  return parseNotice({
    kind: 'fault',
    title: { ja: 'OCNメールがご利用いただけません', en: 'OCN Mail is unavailable' },
    occurredAt: '2014-03-06T07:34:00+09:00',
    approximate: true,
    impacts: [
      { service: 'mail', facilities: ['051', '121'], symptom: 'unavailable', startedAt: '2014-03-06T07:34:00+09:00' },
    ],
    report: { phase: 'first', body: { ja: '7時34分頃からご利用いただけません。' }, mail: true, ...report },
    publish: true,
    ...overrides,
  });
}

export function nextReport(overrides: Record<string, unknown>): ReportInput {
  return parseReport({ body: { ja: '本文です。' }, publish: true, ...overrides });
}
