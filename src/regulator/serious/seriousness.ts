import type { Notice } from '../../notices/notice.ts';
import type { Instant } from '../../time.ts';
import { forecast, nextThreshold, type Threshold } from '../criteria/forecast.ts';
import { countOf, dayOfOccurrence, type Ruling, reportedUsers, symptomsOf } from '../facts/assess.ts';
import type { Facts } from '../facts/facts.ts';
import { type Usage, usersOf } from './estimate.ts';

/** One open symptom of a fault and when it becomes serious. */
export interface OpenThreshold {
  impact: string;
  service: string;
  startedAt: Instant;
  /** As entered, else estimated; null where nobody knows. */
  users: number | null;
  estimated: boolean;
  thresholds: Threshold[];
  next: Threshold | null;
}

/** For each open impact of a fault, when it becomes serious by the criteria of its day. */
export function openThresholds(
  notice: Notice,
  facts: Facts,
  { ruling, usage }: { ruling: Ruling; usage: Usage },
  now: Instant,
): OpenThreshold[] {
  if (notice.kind !== 'fault') return [];
  const day = dayOfOccurrence(notice, ruling.zone);
  const entered = new Map(symptomsOf(notice, facts).map((symptom) => [symptom.impact, symptom]));
  return notice.impacts
    .filter((impact) => impact.recoveredAt === null)
    .map((impact) => {
      const symptom = entered.get(impact.id);
      const service = ruling.services.get(impact.service);
      const category = symptom?.category ?? service?.category ?? 'other';
      const told = category === 'emergency_voice' ? (symptom?.usersUnderEquipment ?? null) : null;
      const reported = told ?? (symptom ? countOf(reportedUsers(symptom, notice)) : null);
      const users = reported ?? usersOf(impact, usage);
      const critical = symptom?.critical === true || service?.critical === true;
      const open = { category, startedAt: impact.startedAt, users, critical };
      const thresholds = forecast(ruling.criteria, ruling.versions, open, { now, day });
      return {
        impact: impact.id,
        service: impact.service,
        startedAt: impact.startedAt,
        users,
        estimated: reported === null,
        thresholds,
        next: nextThreshold(thresholds),
      };
    });
}

/** The one to tell: what is sure before what may be, the soonest first. Null where nothing can become serious. */
export function mostUrgent(open: OpenThreshold[]): Threshold | null {
  const next = open.flatMap((one) => (one.next ? [one.next] : []));
  const rank = (threshold: Threshold) => (threshold.enoughUsers === true ? 0 : 1);
  return next.toSorted((a, b) => rank(a) - rank(b) || a.at - b.at)[0] ?? null;
}
