import { readFileSync } from 'node:fs';
import { parse as parseCsv } from 'csv-parse/sync';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bands } from '../../src/regulator/statistics/bands.ts';
import { type Counted, matrixOf, once, sumsAgree } from '../../src/regulator/statistics/statistics.ts';
import { type Shirase, startApp } from '../support/app.ts';
import { textOf } from '../support/console.ts';
import { expectValidHtml } from '../support/html.ts';
import { keyFor, staffAt } from '../support/people.ts';

interface Symptom {
  key: string;
  operator: string | null;
  service_ja: string;
  started_at: string;
  recovered_at: string;
  affected_users: { max: number; qualifier: string | null };
  criteria_category: string;
  classification: string;
}
interface Known {
  id: string;
  title_ja: string;
  title_en: string;
  occurred_at: string;
  cause_class: string;
  operators: { name: string; role: string; key?: string }[];
  symptoms: Symptom[];
  criteria: { major_symptoms: string[] };
}

const { accidents } = JSON.parse(readFileSync('test/fixtures/accidents-fy2015.json', 'utf8')) as { accidents: Known[] };
const CAUSES: Record<string, string> = { 設備: 'equipment', 人為: 'human', 外的: 'external', その他: 'other' };
const QUALIFIERS: Record<string, string> = { 約: 'about', 最大約: 'at_most_about', 最大: 'at_most' };

/** The eight accidents of fiscal 2015 as programs enter them: the notice, then what the regulator is told. */
async function enterAll({ app, db, clock }: Shirase): Promise<Map<string, string[]>> {
  const headers = await keyFor(db, clock, 'catalogue:write', 'notices:write', 'notices:backfill', 'regulator:write');
  const services = [...new Set(accidents.flatMap((one) => one.symptoms.map((symptom) => symptom.service_ja)))];
  const keyOf = (name: string) => `s${services.indexOf(name)}`;
  const catalogue = { services: services.map((ja) => ({ key: keyOf(ja), name: { ja } })), facilities: [] };
  expect((await app.inject({ method: 'PUT', url: '/api/v1/catalogue', headers, payload: catalogue })).statusCode).toBe(
    200,
  );
  const ids = new Map<string, string[]>();
  for (const accident of accidents) {
    // Of an accident that provider and reseller report, each enters his own.
    const reporters = accident.operators.length > 1 ? accident.operators : [null];
    for (const operator of reporters) {
      const symptoms = accident.symptoms.filter((one) => operator === null || one.operator === operator.name);
      const opened = await app.inject({
        method: 'POST',
        url: '/api/v1/notices',
        headers,
        payload: {
          kind: 'fault',
          title: { ja: accident.title_ja, en: accident.title_en },
          occurredAt: accident.occurred_at,
          impacts: symptoms.map((one) => ({
            service: keyOf(one.service_ja),
            facilities: 'all',
            symptom: 'unavailable',
            startedAt: one.started_at,
            recoveredAt: one.recovered_at,
          })),
          report: {
            phase: 'first',
            body: { ja: 'ご利用いただけませんでした。' },
            mail: false,
            publishedAt: '2016-05-01T10:00:00+09:00',
          },
          publish: true,
        },
      });
      expect(opened.statusCode, opened.body).toBe(201);
      const { id, impacts } = opened.json<{ id: string; impacts: { id: string }[] }>();
      const facts = {
        causeClass: CAUSES[accident.cause_class],
        wholesale: operator && { role: operator.role === 'primary' ? 'provider' : 'reseller', accident: accident.id },
        symptoms: symptoms.map((one, index) => ({
          key: one.key,
          impact: impacts[index]?.id,
          category: one.criteria_category,
          users: {
            value: one.affected_users.max,
            qualifier: QUALIFIERS[one.affected_users.qualifier ?? ''] ?? 'exact',
            unit: 'people',
          },
        })),
      };
      const put = await app.inject({ method: 'PUT', url: `/api/v1/notices/${id}/accident`, headers, payload: facts });
      expect(put.statusCode, put.body).toBe(200);
      const judged = put.json<{ level: string; symptoms: { key: string; level: string }[] }>();
      expect(judged.level).toBe('major');
      const major = judged.symptoms.filter((one) => one.level === 'major').map((one) => one.key);
      expect(major).toEqual(symptoms.filter((one) => one.classification === 'major').map((one) => one.key));
      ids.set(accident.id, [...(ids.get(accident.id) ?? []), id]);
    }
  }
  return ids;
}

describe('the eight serious accidents of fiscal 2015', () => {
  test('entered through the API they land in the right cells, with the stated sums, each counted once', async () => {
    const shirase = await startApp({ now: '2016-06-01T10:00:00+09:00' });
    const ids = await enterAll(shirase);
    expect([...ids.values()].flat().length).toBe(9);
    const staff = await staffAt(shirase, 'publisher');
    const csv = await staff.get('/console/regulator/statistics.csv?year=2015');
    expect(csv.body.startsWith('\ufeff')).toBe(true);
    const rows: string[][] = parseCsv(csv.body, { bom: true, relax_column_count: true });
    expect(rows.slice(1, 9)).toEqual([
      ['', '3万未満', '3万以上10万未満', '10万以上50万未満', '50万以上100万未満', '100万以上', '合計'],
      ['1時間未満', '0', '0', '0', '0', '0', '0'],
      ['1時間以上2時間未満', '0', '0', '1', '0', '1', '2'],
      ['2時間以上5時間未満', '0', '0', '2', '0', '0', '2'],
      ['5時間以上12時間未満', '0', '2', '0', '0', '0', '2'],
      ['12時間以上24時間未満', '0', '0', '0', '0', '0', '0'],
      ['24時間以上', '0', '1', '0', '0', '1', '2'],
      ['合計', '0', '3', '3', '0', '2', '8'],
    ]);
    const count = (name: string) => rows.find((row) => row[0] === name)?.[1];
    expect([count('設備'), count('人為')]).toEqual(['5', '3']);
    expect([
      count('緊急通報を取り扱う音声伝送役務'),
      count('緊急通報を取り扱わない音声伝送役務'),
      count('上記以外の電気通信役務'),
    ]).toEqual(['1', '2', '5']);
    const page = await staff.get('/console/regulator/statistics?year=2015');
    await expectValidHtml(page.body);
    expect(textOf(page)).toContain('8件 （前年度 0件、報告 9通）');
    expect(page.body).toContain('class="heat-4"');
    expect(textOf(await staff.get('/en/console/regulator/statistics?year=2015'))).toContain('8 accidents');
    await expectValidHtml((await staff.get('/console/regulator/statistics?year=1999')).body);
  });
});

const accident = fc.record({
  id: fc.uuid(),
  accident: fc.constantFrom('a', 'b', 'c', 'd', 'e'),
  fiscalYear: fc.constant(2015),
  level: fc.constantFrom('major' as const, 'periodic' as const),
  minutes: fc.integer({ min: 0, max: 100_000 }),
  users: fc.option(fc.integer({ min: 0, max: 60_000_000 })),
  category: fc.constant('other'),
  services: fc.constant<string[]>(['mail']),
  cause: fc.constant(null),
  equipment: fc.constant(null),
});

test('whatever is entered, the sums agree and no accident is counted twice', () => {
  fc.assert(
    fc.property(fc.array(accident), (entered: Counted[]) => {
      const counted = once(entered);
      const names = new Set(entered.map((one) => one.accident));
      return counted.length === names.size && sumsAgree(matrixOf(counted, bands()), counted.length);
    }),
  );
});
