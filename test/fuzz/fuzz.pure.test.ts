import fc from 'fast-check';
import { describe, test } from 'vitest';
import { PROMISED } from './properties.ts';

/** Always the same, so that a commit is judged by what it changed; `npm run fuzz` looks for more. */
const SEED = 20140306;

describe('whatever is typed or sent', () => {
  test.each(PROMISED.map(({ name, property }) => [name, property] as const))('%s', (_, property) => {
    fc.assert(property, { seed: SEED, numRuns: 150 });
  });
});
