import type { Accident } from '../accidents.ts';
import { fiscalYearOf } from '../outputs/deadlines.ts';
import type { Counted } from './statistics.ts';

/** Reportable accidents, as the statistics see them. */
export function countedOf(accidents: Accident[], zone: string): Counted[] {
  return accidents.flatMap(({ notice, saved, assessment }): Counted[] => {
    const { verdict, symptoms } = assessment;
    if (!verdict || verdict.level === 'none') return [];
    const users = symptoms.flatMap((one) => (one.users === null ? [] : [one.users]));
    return [
      {
        id: notice.id,
        accident: saved.facts.wholesale?.accident ?? notice.id,
        fiscalYear: fiscalYearOf(notice.occurredAt, zone),
        level: verdict.level,
        minutes: Math.max(0, ...symptoms.map((one) => one.minutes)),
        users: users.length === 0 ? null : Math.max(...users),
        category: verdict.category.id,
        services: [...new Set(symptoms.flatMap((one) => one.impact?.service ?? []))],
        cause: saved.facts.causeClass,
        equipment: saved.facts.equipment,
      },
    ];
  });
}
