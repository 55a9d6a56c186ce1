import {
  type AccidentKind,
  type Criteria,
  type CriteriaCategory,
  type CriteriaVersion,
  categoryIn,
  isConfirmed,
  type Rule,
  versionOn,
} from './criteria.ts';

/** One symptom of one service of one operator, as the criteria see it. */
export interface Symptom {
  kind: AccidentKind;
  category: string;
  /** From its start to its end, or to now. Not rounded. */
  minutes: number;
  /** null: not known yet. */
  users: number | null;
  /** All users under the failed equipment; emergency-call voice is counted by these, used or not. */
  usersUnderEquipment?: number | null | undefined;
  /** A satellite, a submarine cable or an equal facility, and all of its traffic stopped. */
  critical?: boolean | undefined;
  allTrafficDown?: boolean | undefined;
  equipment?: string | null | undefined;
}

/** 重大, 定期報告の対象, 対象外. */
export type Level = 'major' | 'periodic' | 'none';
export type Form = 'detailed' | 'simplified';

/** What the rules say of a symptom, with the rule and the numbers that decide. */
export interface Verdict {
  level: Level;
  version: CriteriaVersion;
  /** Nobody has read this rule for that day in a publication: the last known one was used. */
  confirmed: boolean;
  category: CriteriaCategory;
  /** `facility` is the rule on satellites and cables. Null below `major`. */
  met: { by: 'category' | 'facility'; rule: Rule } | null;
  /** Which limits of the periodic report are reached; `always` where it asks no size. */
  reasons: ('users' | 'minutes' | 'always')[];
  form: Form | null;
  minutes: number;
  /** The number that counts; null where it is not known. */
  users: number | null;
}

const LEVELS: Level[] = ['none', 'periodic', 'major'];

/** @param day of occurrence in the operator's zone, YYYY-MM-DD. */
export function judge(criteria: Criteria, versions: CriteriaVersion[], day: string, symptom: Symptom): Verdict {
  const version = versionOn(versions, day);
  const category = categoryIn(criteria, version, symptom.category);
  const users = countedUsers(symptom);
  const met = metRule(version, category, symptom, users);
  const reasons = periodicReasons(version, symptom, users);
  const level = met ? 'major' : reasons.length > 0 ? 'periodic' : 'none';
  const simplified = level === 'periodic' && version.simplifiedFor.includes(symptom.equipment ?? '');
  return {
    level,
    version,
    confirmed: isConfirmed(version, day),
    category,
    met,
    reasons,
    form: level === 'none' ? null : simplified ? 'simplified' : 'detailed',
    minutes: symptom.minutes,
    users,
  };
}

/** An accident is what its gravest symptom is. Null where there is no symptom. */
export function gravest(verdicts: Verdict[]): Verdict | null {
  return verdicts.reduce<Verdict | null>(
    (worst, one) => (worst === null || LEVELS.indexOf(one.level) > LEVELS.indexOf(worst.level) ? one : worst),
    null,
  );
}

/** Emergency-call voice counts all users under the failed equipment, also those who did not use it meanwhile. */
export function countedUsers(symptom: Pick<Symptom, 'category' | 'users' | 'usersUnderEquipment'>): number | null {
  if (symptom.category !== 'emergency_voice') return symptom.users;
  return symptom.usersUnderEquipment ?? symptom.users;
}

function metRule(
  version: CriteriaVersion,
  category: CriteriaCategory,
  symptom: Symptom,
  users: number | null,
): Verdict['met'] {
  if (symptom.kind !== 'telecom_equipment') return null;
  const { minutes } = version.criticalFacility;
  if (symptom.critical && symptom.allTrafficDown && symptom.minutes >= minutes) {
    return { by: 'facility', rule: { minutes, users: null } };
  }
  const rule = category.rules.find((one) => symptom.minutes >= one.minutes && (users ?? 0) >= one.users);
  return rule ? { by: 'category', rule } : null;
}

function periodicReasons(version: CriteriaVersion, symptom: Symptom, users: number | null): Verdict['reasons'] {
  const rule = version.periodic.find((one) => one.kind === symptom.kind);
  if (!rule) return [];
  if (rule.minutes === undefined && rule.users === undefined) return ['always'];
  const reasons: Verdict['reasons'] = [];
  if (rule.users !== undefined && (users ?? 0) >= rule.users) reasons.push('users');
  if (rule.minutes !== undefined && symptom.minutes >= rule.minutes) reasons.push('minutes');
  return reasons;
}
