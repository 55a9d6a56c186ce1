import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../config.ts';

/** The parts of example/ocn-2014-03-06.json that the example and the replay use. Times are ISO 8601 with offset. */
export interface Day {
  incident: { occurred_at: string };
  other_affected_services: { no: number; name_ja: string }[];
  equipment: { code: string; name_ja: string; name_en: string }[];
  equipment_notices: {
    id: string;
    started_at: string;
    recovered_at: string;
    equipment: string[] | null;
    body_ja: string;
    body_en: string;
  }[];
  postings: { id: string; posted_at: string; body_ja: string; body_en: string }[];
  causes: { id: string; ja: string; en: string }[];
  prevention: {
    area_en: string;
    status: string | null;
    ja: string;
    en: string;
    sub_measures?: { ja: string; en?: string; status: string | null; date?: string | null }[];
  }[];
  contact: { customer: { desk_ja: string; phone: string } };
}

export function readDay(): Day {
  return JSON.parse(readFileSync(join(packageRoot, 'example', 'ocn-2014-03-06.json'), 'utf8')) as Day;
}

/** A posting's words in both languages. */
export function wordsOf(day: Day, postingId: string): { ja: string; en: string } {
  const posting = day.postings.find((candidate) => candidate.id === postingId);
  if (!posting) throw new Error(`the example has no posting ${postingId}`);
  return { ja: posting.body_ja, en: posting.body_en };
}

/** An equipment notice's words in both languages. */
export function toldBy(day: Day, noticeId: string): { ja: string; en: string } {
  const notice = day.equipment_notices.find((candidate) => candidate.id === noticeId);
  if (!notice) throw new Error(`the example has no notice ${noticeId}`);
  return { ja: notice.body_ja, en: notice.body_en };
}

/** An equipment notice's start and recovery. */
export function windowOf(day: Day, noticeId: string): { startedAt: string; recoveredAt: string } {
  const notice = day.equipment_notices.find((candidate) => candidate.id === noticeId);
  if (!notice) throw new Error(`the example has no notice ${noticeId}`);
  return { startedAt: notice.started_at, recoveredAt: notice.recovered_at };
}

/** OCNメール設備121 → 121 */
export function codesOf(day: Day, noticeId: string): string[] {
  const notice = day.equipment_notices.find((candidate) => candidate.id === noticeId);
  return (notice?.equipment ?? []).map((name) => name.slice(-3));
}

/** Services, the twenty facilities, their (invented) mail domains and the desk of the day. */
export function catalogueOf(day: Day): object {
  const others = day.other_affected_services.map((service) => ({
    key: `web-${String(service.no).padStart(2, '0')}`,
    name: { ja: service.name_ja },
    group: 'Webサービス',
    dependsOn: ['ocn-id'],
  }));
  return {
    services: [
      { key: 'mail', name: { ja: 'OCNメール', en: 'OCN Mail' }, group: 'メール' },
      {
        key: 'webmail',
        name: { ja: 'OCNメール（Webメール）', en: 'OCN Mail (webmail)' },
        group: 'メール',
        partOf: 'mail',
        dependsOn: ['mail', 'ocn-id'],
      },
      { key: 'ocn-id', name: { ja: 'OCN ID認証', en: 'OCN ID sign-in' }, group: 'ログイン' },
      ...others,
    ],
    facilities: day.equipment.map((unit) => ({
      code: unit.code,
      name: { ja: unit.name_ja, en: unit.name_en },
      service: 'mail',
      mailDomains: [`m${unit.code}.ocn.example`],
    })),
    desks: [
      {
        key: 'customers',
        name: { ja: day.contact.customer.desk_ja, en: 'Customer support' },
        phone: '0120-000-000',
        hours: { ja: '10:00〜19:00（日曜・祝日も受け付けています）', en: '10:00–19:00 every day' },
      },
    ],
  };
}

const STATUS: Record<string, string> = { 実施済: 'done', 実施中: 'in_progress' };
const FIELD: Record<string, string> = {
  Hardware: 'hardware',
  Software: 'software',
  Organisation: 'organisation',
  'Customer information': 'information',
};

/** Measures [1] to [5] and their parts, as the final report lists them. */
export function measuresOf(day: Day): object[] {
  return day.prevention.flatMap((measure) => {
    const field = FIELD[measure.area_en] ?? 'organisation';
    const whole = {
      field,
      status: STATUS[measure.status ?? ''] ?? 'in_progress',
      text: { ja: measure.ja, en: measure.en },
    };
    const parts = (measure.sub_measures ?? []).map((part) => ({
      field,
      status: STATUS[part.status ?? ''] ?? 'in_progress',
      text: { ja: part.ja, ...(part.en ? { en: part.en } : {}) },
      ...(part.date ? { date: part.date } : {}),
    }));
    return [whole, ...parts];
  });
}

export function causesOf(day: Day): object[] {
  return day.causes.map((cause, index) => ({
    kind: index === 0 ? 'occurrence' : 'spread',
    state: 'confirmed',
    text: { ja: cause.ja, en: cause.en },
  }));
}
