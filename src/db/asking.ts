import type { Kysely } from 'kysely';
import type { Database, Last } from './open.ts';
import type { Tables } from './tables/index.ts';

/**
 * Several questions of one transaction at once: a database on a thread or behind a line hears them together. When it throws all of them have
 * come to their end, so that nothing is said any more after the rollback.
 * @throws what the first that failed threw.
 */
export async function atOnce<Answers extends readonly unknown[]>(
  ...questions: { [Place in keyof Answers]: Promise<Answers[Place]> }
): Promise<Answers> {
  const ends = await Promise.allSettled(questions);
  return ends.map((end) => {
    if (end.status === 'rejected') throw end.reason;
    return end.value;
  }) as unknown as Answers;
}

/** What is written last: `ended` waits until all of it has come to its end. @throws what the first that failed threw. */
export function lastWrites(): { last: Last; ended: () => Promise<unknown> } {
  const writes: Promise<unknown>[] = [];
  const last = (said: Promise<unknown>) => {
    // told by `ended`, which may be asked much later
    said.catch(() => {});
    writes.push(said);
  };
  return { last, ended: () => atOnce(...writes) };
}

/** Transactions whose questions are answered one by one: what is written last has come to its end before the commit. */
export function endingFirst(kysely: Kysely<Tables>): Database['transaction'] {
  return (work) =>
    kysely.transaction().execute(async (tx) => {
      const { last, ended } = lastWrites();
      const result = await work(tx, last);
      await ended();
      return result;
    });
}

/** Longer lists are rare; and SQLite takes no more than 32,766 values in a statement, which the next power of two would be above. */
const MADE_EVEN = 8192;

/**
 * Repeats the last value up to a power of two: so there are a dozen statements to remember, and not one for each length of a list. SQLite keeps
 * up to 130 KB for each, which came to a hundred megabytes in a mass mailing. Of no values it makes one NULL, in which nothing is: PostgreSQL
 * knows no empty list.
 */
export function evenly<Value>(values: readonly Value[]): readonly Value[] {
  if (values.length > MADE_EVEN) return values;
  const size = 2 ** Math.ceil(Math.log2(Math.max(1, values.length)));
  return [...values, ...Array<Value>(size - values.length).fill((values.at(-1) ?? null) as Value)];
}

/** Rows, or keys of rows, in the portions in which they are written or asked for: one statement for each. */
export function inPortions<Row>(rows: readonly Row[], size: number): Row[][] {
  return Array.from({ length: Math.ceil(rows.length / size) }, (_, n) => rows.slice(n * size, n * size + size));
}
