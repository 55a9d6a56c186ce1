import type { FieldProblem } from '../errors.ts';
import type { ReportInput } from './input.ts';
import type { Cause, Measure, Picture } from './report.ts';

/** Causes and measures as a report tells them; those of the report before stand where it tells none. */
export function explanationOf(
  input: Pick<ReportInput, 'causes' | 'measures'>,
  before: Picture | undefined,
  problems: FieldProblem[],
): { causes: Cause[] | undefined; measures: Measure[] | undefined } {
  problems.push(...brokenChain(input.causes ?? []));
  return {
    causes: input.causes ?? before?.causes,
    measures: numbered(input.measures, before?.measures ?? [], problems),
  };
}

/** A cause is led to by one that stands before it: a chain has a beginning. */
function brokenChain(causes: Cause[]): FieldProblem[] {
  return causes.flatMap(({ dueTo }, index) =>
    dueTo === undefined || dueTo <= index
      ? []
      : [
          {
            field: `causes.${index}.dueTo`,
            ja: 'もとになった原因は、この原因より前の番号にしてください。',
            en: 'Name a cause that stands before this one.',
          },
        ],
  );
}

/** Each measure keeps its id from report to report, so that it can be followed up; a new one takes the next. */
function numbered(told: Measure[] | undefined, before: Measure[], problems: FieldProblem[]): Measure[] | undefined {
  if (!told) return before.length > 0 ? before : undefined;
  const known = new Set(before.map(({ id }) => id));
  let last = Math.max(0, ...[...before, ...told].map(({ id }) => Number(/^m(\d+)$/.exec(id ?? '')?.[1] ?? 0)));
  return told.map((measure, index) => {
    if (measure.id !== undefined && !known.has(measure.id)) {
      problems.push({
        field: `measures.${index}.id`,
        ja: '前の報にない再発防止策です。新しいものは id を省いてください。',
        en: 'The report before has no such measure. Leave the id of a new one out.',
      });
    }
    return { ...measure, id: measure.id ?? `m${++last}` };
  });
}
