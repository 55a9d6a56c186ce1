import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../src/config.ts';

/** The eight serious accidents of fiscal 2015, as facts (test/fixtures/accidents-fy2015.json). */
interface Accident {
  id: string;
  occurred_at: string;
  title_ja: string;
  title_en: string;
  failure_summary_ja: string;
  symptoms: {
    key: string;
    operator: string | null;
    service_ja: string;
    effect: 'stop' | 'browse';
    description_ja: string;
    started_at: string;
    recovered_at: string;
    affected_users: { max: number; qualifier: string | null };
    regions: string[];
  }[];
  causes: { kind: '発生' | '大規模化' | '長期化'; ja: string }[];
  prevention: { ja: string; status: '実施済'; date: string }[];
  prevention_note_ja: string | null;
  users_note_ja: string | null;
  postings: {
    posted_at: string | null;
    precision: 'minute' | 'date' | null;
    approx: boolean;
    surface: string;
    title_ja: string;
    operator: string | null;
  }[];
  inquiries: { items: { count: number; as_of: string }[] };
}

export const ACCIDENTS = (
  JSON.parse(readFileSync(join(packageRoot, 'test/fixtures/accidents-fy2015.json'), 'utf8')) as {
    accidents: Accident[];
  }
).accidents;

/** An accident as staff would enter it: one report when it was over, one that explains. */
export function entered(accident: Accident) {
  const services = [...new Set(accident.symptoms.map(({ service_ja }) => service_ja))];
  const symptoms = accident.symptoms.map((symptom) => ({
    facilities: 'all',
    service: `s${services.indexOf(symptom.service_ja) + 1}`,
    symptom: symptom.effect === 'stop' ? 'unavailable' : 'degraded',
    detail: symptom.description_ja,
    area: symptom.regions.join('、') + (symptom.operator ? `（${symptom.operator}）` : ''),
    startedAt: symptom.started_at,
    recoveredAt: symptom.recovered_at,
    users: {
      count: symptom.affected_users.max,
      qualifier: { 最大約: 'at_most_about', 約: 'about' }[symptom.affected_users.qualifier ?? ''] ?? 'exact',
      unit: 'people',
    },
  }));
  const postings = accident.postings.map((posting, index) => ({
    reportNumber: accident.postings.slice(0, index + 1).filter(({ surface }) => surface === posting.surface).length,
    surface: posting.surface,
    known: posting.precision === 'minute' ? 'minute' : posting.precision === 'date' ? 'day' : 'nothing',
    postedAt: posting.precision === 'date' ? `${posting.posted_at}T00:00:00+09:00` : posting.posted_at,
    approximate: posting.approx,
    note: posting.title_ja + (posting.operator ? `（${posting.operator}）` : ''),
  }));
  return {
    catalogue: { services: services.map((ja, index) => ({ key: `s${index + 1}`, name: { ja } })), facilities: [] },
    title: { ja: accident.title_ja, en: accident.title_en },
    occurredAt: accident.occurred_at,
    symptoms,
    body: [accident.failure_summary_ja, accident.users_note_ja, accident.prevention_note_ja]
      .filter((part) => part !== null)
      .join('\n\n'),
    causes: accident.causes.map(({ kind, ja }) => ({
      kind: { 発生: 'occurrence', 大規模化: 'spread', 長期化: 'prolongation' }[kind],
      state: 'confirmed',
      text: ja,
    })),
    measures: accident.prevention.map(({ ja, date }) => ({ field: 'hardware', status: 'done', text: ja, date })),
    postings,
    /** What was told between the first word and the last: one report for each further posting on a surface. */
    updates: [...new Set(postings.map(({ reportNumber }) => reportNumber))]
      .filter((number) => number > 1)
      .map((number) =>
        postings
          .filter((one) => one.reportNumber === number)
          .map(({ note }) => note)
          .join('\n\n'),
      ),
  };
}

const two = (n: number) => String(n).padStart(2, '0');
const japan = (iso: string) => new Date(Date.parse(iso) + 9 * 3_600_000);

/** 2015年7月3日(金) 6:34, as pages show a time of Japan. */
export function shownTime(iso: string): string {
  const at = japan(iso);
  return `${shownDay(iso)} ${at.getUTCHours()}:${two(at.getUTCMinutes())}`;
}

export function shownDay(iso: string): string {
  const at = japan(iso);
  const weekday = '日月火水木金土'[at.getUTCDay()];
  return `${at.getUTCFullYear()}年${at.getUTCMonth() + 1}月${at.getUTCDate()}日(${weekday})`;
}

/** The facts that the page of an accident must show, as its readers see them. */
export function factsOf(accident: Accident): string[] {
  const { postings } = entered(accident);
  return [
    accident.title_ja,
    accident.failure_summary_ja,
    ...accident.symptoms.flatMap((symptom) => [
      symptom.service_ja,
      symptom.description_ja,
      symptom.regions.join('、'),
      `${symptom.affected_users.qualifier ?? ''}${symptom.affected_users.max.toLocaleString('en-US')}人`,
      shownTime(symptom.started_at),
      `${japan(symptom.recovered_at).getUTCHours()}:${two(japan(symptom.recovered_at).getUTCMinutes())}`,
    ]),
    ...accident.causes.flatMap(({ kind, ja }) => [`${kind}の原因`, ja]),
    ...accident.prevention.flatMap(({ ja, status, date }) => {
      const [year, month] = date.split('-').map(Number);
      return [ja, status, `${year}年${month}月`];
    }),
    ...postings.flatMap((posting) => [
      posting.note,
      posting.known === 'nothing' || !posting.postedAt
        ? '時刻の記録なし'
        : posting.known === 'day'
          ? shownDay(posting.postedAt)
          : shownTime(posting.postedAt) + (posting.approximate ? '頃' : ''),
    ]),
  ];
}
