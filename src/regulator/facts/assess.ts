import type { Impact } from '../../notices/impact.ts';
import type { Notice } from '../../notices/notice.ts';
import { type Instant, isoTime, MINUTE } from '../../time.ts';
import type { Criteria, CriteriaVersion } from '../criteria/criteria.ts';
import { countedUsers, gravest, judge, type Verdict } from '../criteria/judge.ts';
import type { Facts, Figure, SymptomFacts } from './facts.ts';

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
  /** Users as reported: as entered, else as the notice tells. */
  reported: Figure | null;
  /** Users as told in public, where that is another number than the reported one. */
  publicly: Figure | null;
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

/** Users of a symptom as reported: as entered, else as the notice tells of its impact. Null: nobody knows yet. */
export function reportedUsers(symptom: SymptomFacts, notice: Notice): Figure | null {
  return symptom.users ?? toldUsers(symptom, notice);
}

/** What was told in public, where it is not the number that is reported. */
function publicUsers(symptom: SymptomFacts, notice: Notice): Figure | null {
  const told = symptom.publicUsers ?? toldUsers(symptom, notice);
  const reported = reportedUsers(symptom, notice);
  const same =
    told?.value === reported?.value && told?.qualifier === reported?.qualifier && told?.unit === reported?.unit;
  return same ? null : told;
}

/** What the notice tells of an impact's users; of its only impact also what it tells of the whole. */
function toldUsers({ impact }: SymptomFacts, { impacts, reports }: Notice): Figure | null {
  const own = impacts.find((one) => one.id === impact)?.users;
  const whole = impacts.length === 1 && impacts[0]?.id === impact ? reports.at(-1)?.picture.users : null;
  const told = own ?? whole;
  return told ? { value: told.count, qualifier: told.qualifier, unit: told.unit } : null;
}

/** The number that the criteria compare: fewer than 30,000 does not reach 30,000. */
export function countOf(figure: Figure | null): number | null {
  if (figure === null) return null;
  return figure.qualifier === 'under' ? Math.max(0, figure.value - 1) : figure.value;
}

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
  const reported = reportedUsers(symptom, notice);
  const users = countOf(reported);
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
  return {
    facts: symptom,
    impact,
    key,
    category,
    from,
    to,
    minutes,
    users: countedUsers(counted),
    reported,
    publicly: publicUsers(symptom, notice),
    verdict,
  };
}
