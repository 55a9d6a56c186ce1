import type { Impact } from '../../notices/impact.ts';
import type { Notice } from '../../notices/notice.ts';
import { type Instant, isoTime, MINUTE } from '../../time.ts';
import type { Criteria, CriteriaVersion } from '../criteria/criteria.ts';
import { countedUsers, gravest, judge, type Verdict } from '../criteria/judge.ts';
import type { Facts, SymptomFacts } from './facts.ts';

/** How a service counts where nobody has entered the facts of an accident. */
export interface ServiceRule {
  category: string;
  users: number | null;
  critical: boolean;
}

/** What every judgement needs. */
export interface Ruling {
  criteria: Criteria;
  versions: CriteriaVersion[];
  services: Map<string, ServiceRule>;
  zone: string;
}

/** A symptom with its period and what the criteria say of it as things stand. */
export interface AssessedSymptom {
  facts: SymptomFacts;
  impact: Impact | null;
  key: string;
  category: string;
  from: Instant;
  /** Null while it is open. */
  to: Instant | null;
  minutes: number;
  users: number | null;
  verdict: Verdict;
}

export interface Assessment {
  /** The day of occurrence in the operator's zone: it chooses the criteria. */
  day: string;
  symptoms: AssessedSymptom[];
  /** That of the gravest symptom; null where there is none. */
  verdict: Verdict | null;
}

/** What the criteria say of an accident. Symptoms that nobody entered are the notice's impacts. */
export function assess(notice: Notice, facts: Facts, ruling: Ruling, now: Instant): Assessment {
  const day = dayOfOccurrence(notice, ruling.zone);
  const symptoms = symptomsOf(notice, facts).map((one, index) =>
    assessOne(one, index, { notice, facts, ruling, now, day }),
  );
  return { day, symptoms, verdict: gravest(symptoms.map((one) => one.verdict)) };
}

export function dayOfOccurrence(notice: Pick<Notice, 'occurredAt'>, zone: string): string {
  return isoTime(notice.occurredAt, zone).slice(0, 10);
}

/** As entered, or one for each impact of the notice. */
export function symptomsOf(notice: Notice, facts: Facts): SymptomFacts[] {
  if (facts.symptoms.length > 0) return facts.symptoms;
  return notice.impacts.map((impact) => ({ ...EMPTY_SYMPTOM, impact: impact.id, effect: effectOf(impact) }));
}

export const EMPTY_SYMPTOM: SymptomFacts = {
  impact: null,
  key: null,
  service: null,
  category: null,
  effect: 'stop',
  description: null,
  users: null,
  publicUsers: null,
  differs: null,
  basis: null,
  usersUnderEquipment: null,
  official: null,
  reference: null,
  referenceNote: null,
  critical: false,
  allTrafficDown: false,
};

function effectOf(impact: Impact): SymptomFacts['effect'] {
  return impact.symptom === 'unavailable' ? 'stop' : 'degradation';
}

const MARKS = ['①', '②', '③', '④', '⑤', '⑥', '⑦', '⑧', '⑨', '⑩', '⑪', '⑫', '⑬', '⑭', '⑮', '⑯', '⑰', '⑱', '⑲', '⑳'];

interface Whole {
  notice: Notice;
  facts: Facts;
  ruling: Ruling;
  now: Instant;
  day: string;
}

function assessOne(symptom: SymptomFacts, index: number, { notice, facts, ruling, now, day }: Whole): AssessedSymptom {
  const impact = notice.impacts.find((one) => one.id === symptom.impact) ?? null;
  const service = ruling.services.get(impact?.service ?? '');
  const category = symptom.category ?? service?.category ?? 'other';
  const from = symptom.official?.from ?? impact?.startedAt ?? notice.occurredAt;
  const to = symptom.official ? symptom.official.to : (impact?.recoveredAt ?? null);
  const users = symptom.users?.value ?? null;
  const minutes = Math.max(0, ((to ?? now) - from) / MINUTE);
  const counted = { category, users, usersUnderEquipment: symptom.usersUnderEquipment };
  const verdict = judge(ruling.criteria, ruling.versions, day, {
    ...counted,
    kind: facts.kind,
    minutes,
    critical: symptom.critical || service?.critical === true,
    allTrafficDown: symptom.allTrafficDown,
    equipment: facts.equipment,
  });
  const key = symptom.key ?? MARKS[index] ?? String(index + 1);
  return { facts: symptom, impact, key, category, from, to, minutes, users: countedUsers(counted), verdict };
}
