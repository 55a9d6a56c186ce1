import { type Instant, MINUTE } from '../../time.ts';
import {
  type Criteria,
  type CriteriaCategory,
  type CriteriaVersion,
  categoryIn,
  type Rule,
  versionOn,
} from './criteria.ts';

/** When something open becomes serious by one rule, if so many users are concerned. */
export interface Threshold {
  by: 'category' | 'facility';
  category: CriteriaCategory;
  rule: Rule;
  at: Instant;
  /** Milliseconds from now; zero or less where the time has been reached. */
  left: number;
  /** Whether the known number of users is enough; null where it is not known. */
  enoughUsers: boolean | null;
}

export interface OpenSymptom {
  category: string;
  startedAt: Instant;
  users: number | null;
  critical?: boolean;
}

/** All rules that an open symptom may still meet, the soonest first. */
export function forecast(
  criteria: Criteria,
  versions: CriteriaVersion[],
  symptom: OpenSymptom,
  { now, day }: { now: Instant; day: string },
): Threshold[] {
  const version = versionOn(versions, day);
  const category = categoryIn(criteria, version, symptom.category);
  const rules: { by: 'category' | 'facility'; rule: Rule }[] = category.rules.map((rule) => ({ by: 'category', rule }));
  if (symptom.critical)
    rules.push({ by: 'facility', rule: { minutes: version.criticalFacility.minutes, users: null } });
  return rules
    .map(({ by, rule }) => {
      const at = symptom.startedAt + rule.minutes * MINUTE;
      const enough = rule.users === null ? true : symptom.users === null ? null : symptom.users >= rule.users;
      return { by, category, rule, at, left: at - now, enoughUsers: enough };
    })
    .sort((a, b) => a.at - b.at);
}

/** What to tell: a rule that the known users meet soonest, else the soonest that they might. Null where none can be met. */
export function nextThreshold(thresholds: Threshold[]): Threshold | null {
  const sure = thresholds.find((one) => one.enoughUsers === true);
  if (sure) return sure;
  return (
    thresholds.filter((one) => one.enoughUsers === null).sort((a, b) => (a.rule.users ?? 0) - (b.rule.users ?? 0))[0] ??
    null
  );
}
