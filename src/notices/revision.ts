import type { FieldProblem } from '../errors.ts';
import { type Instant, MINUTE } from '../time.ts';
import type { Impact, ImpactFacts, Revision } from './impact.ts';
import type { RevisionInput } from './input.ts';
import type { Notice } from './notice.ts';

/** What a notice is after facts were told anew: the impacts, its onset, and what was otherwise before. */
export interface Revised {
  impacts: Impact[];
  occurred: { at: Instant; approximate: boolean };
  revisions: Revision[];
}

/** Clocks of people and machines differ a little. */
const SLACK = 5 * MINUTE;

/**
 * Tells facts anew, each with its reason. Where the onset of the whole moves, the impacts that began with it move too.
 * @returns every problem under the field's name, `revised.0.startedAt`.
 */
export function revise(notice: Notice, inputs: RevisionInput[], at: Instant, problems: FieldProblem[]): Revised {
  const impacts = notice.impacts.map((impact) => ({ ...impact }));
  const revised: Revised = {
    impacts,
    occurred: { at: notice.occurredAt, approximate: notice.occurredApproximate },
    revisions: [],
  };
  const report = (notice.reports.at(-1)?.number ?? 0) + 1;
  inputs.forEach((input, index) => {
    const field = `revised.${index}`;
    const before = problems.length;
    problems.push(...wrongStart(notice, input, at, field));
    if (problems.length > before) return;
    if (input.impact) reviseImpact(revised, input, input.impact, report, problems, field);
    else reviseOnset(revised, input, report);
  });
  return revised;
}

function wrongStart(notice: Notice, { startedAt }: RevisionInput, at: Instant, field: string): FieldProblem[] {
  if (startedAt === undefined || notice.kind !== 'fault' || startedAt <= at + SLACK) return [];
  return [{ field: `${field}.startedAt`, ja: '発生の日時が未来です。', en: 'The start cannot be in the future.' }];
}

function reviseOnset({ impacts, occurred, revisions }: Revised, input: RevisionInput, report: number): void {
  const before = { startedAt: occurred.at, approximate: occurred.approximate };
  const after = { startedAt: input.startedAt ?? occurred.at, approximate: input.approximate ?? false };
  for (const impact of impacts) {
    const began = impact.startedAt === before.startedAt;
    if (began && (impact.recoveredAt === null || impact.recoveredAt >= after.startedAt)) Object.assign(impact, after);
  }
  [occurred.at, occurred.approximate] = [after.startedAt, after.approximate];
  revisions.push({ impact: null, before, after, reason: input.reason, report });
}

function reviseImpact(
  { impacts, revisions }: Revised,
  input: RevisionInput,
  id: string,
  report: number,
  problems: FieldProblem[],
  field: string,
): void {
  const impact = impacts.find((one) => one.id === id);
  if (!impact) {
    problems.push({
      field: `${field}.impact`,
      ja: 'このお知らせにない影響です。',
      en: 'This notice has no such impact.',
    });
    return;
  }
  const after = changedFacts(impact, input);
  if (impact.recoveredAt !== null && (after.startedAt ?? impact.startedAt) > impact.recoveredAt) {
    problems.push({
      field: `${field}.startedAt`,
      ja: '発生の日時は回復より前にしてください。',
      en: 'The start must be before the recovery.',
    });
    return;
  }
  const names = Object.keys(after) as (keyof ImpactFacts)[];
  const before = Object.fromEntries(names.map((name) => [name, impact[name] ?? null])) as ImpactFacts;
  Object.assign(impact, after);
  if (names.length > 0) revisions.push({ impact: id, before, after, reason: input.reason, report });
}

/** Only what was given and is otherwise than before. A new start without 頃 is exact. */
function changedFacts(impact: Impact, input: RevisionInput): ImpactFacts {
  const { startedAt, symptom, detail, area, users } = input;
  const approximate = input.approximate ?? (startedAt === undefined ? undefined : false);
  const given = { startedAt, approximate, symptom, detail, area, users };
  return Object.fromEntries(
    Object.entries(given).filter(
      ([name, value]) =>
        value !== undefined && JSON.stringify(value) !== JSON.stringify(impact[name as keyof ImpactFacts] ?? null),
    ),
  );
}
