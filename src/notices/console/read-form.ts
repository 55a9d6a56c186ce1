import { loadCatalogue } from '../../catalogue/read.ts';
import { type FieldProblem, Invalid } from '../../errors.ts';
import type { FormGround, Reading } from '../form/form-reader.ts';
import type { NoticeGround } from '../ground.ts';

/** The API's schema and the form's own reading together: every problem at once, each field's first. @throws Invalid */
export function parseReading<Input>(
  reading: Reading,
  parseBody: (body: unknown) => Input,
  more: FieldProblem[] = [],
): Input {
  const problems = [...reading.problems, ...more];
  try {
    const input = parseBody(reading.body);
    if (problems.length === 0) return input;
  } catch (error) {
    if (!(error instanceof Invalid)) throw error;
    const before = new Set(problems.map((problem) => problem.field));
    problems.push(...error.problems.filter((problem) => !before.has(reading.place(problem).field)));
  }
  throw new Invalid(problems);
}

export async function formGround(ground: NoticeGround): Promise<FormGround> {
  const { facilities } = await loadCatalogue(ground.db.kysely);
  return {
    zone: ground.operator.timeZone,
    codesOf: (service) => facilities.filter((facility) => facility.service === service).map(({ code }) => code),
  };
}
