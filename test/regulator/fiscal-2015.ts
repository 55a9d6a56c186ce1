import { readFileSync } from 'node:fs';
import { expect } from 'vitest';
import { loadCatalogue } from '../../src/catalogue/read.ts';
import type { Shirase } from '../support/app.ts';
import { keyFor } from '../support/people.ts';

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
export async function enterAll({ app, db, clock }: Shirase): Promise<Map<string, string[]>> {
  const headers = await keyFor(db, clock, 'catalogue:write', 'notices:write', 'notices:backfill', 'regulator:write');
  const services = [...new Set(accidents.flatMap((one) => one.symptoms.map((symptom) => symptom.service_ja)))];
  const keyOf = (name: string) => `s${services.indexOf(name)}`;
  // A catalogue is sent whole: what is there already stays.
  const there = await loadCatalogue(db.kysely);
  const fresh = services.map((ja) => ({ key: keyOf(ja), name: { ja } }));
  const catalogue = { ...there, services: [...there.services, ...fresh] };
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
