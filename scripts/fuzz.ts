import fc from 'fast-check';
import { PROMISED } from '../test/fuzz/properties.ts';

/**
 * Tries everything that test/fuzz promises with ever new inputs, for as many minutes as it is told (10 where it is not).
 * What fails is shown with its seed: `npm run fuzz -- 1 SEED` finds it again.
 */
const minutes = Number(process.argv[2] ?? 10);
const first = Number(process.argv[3] ?? Date.now() % 2 ** 31);
const end = performance.now() + minutes * 60_000;
let tries = 0;
let failures = 0;
for (let seed = first; performance.now() < end; seed++) {
  for (const { name, property } of PROMISED) {
    const outcome = fc.check(property, { seed, numRuns: 500 });
    tries += outcome.numRuns;
    if (!outcome.failed) continue;
    failures++;
    process.stdout.write(
      `${name}: seed ${seed}\n${JSON.stringify(outcome.counterexample)}\n${String(outcome.errorInstance ?? '')}\n`,
    );
  }
}
process.stdout.write(`${tries} inputs from seed ${first} on, ${failures} failed\n`);
process.exitCode = failures === 0 ? 0 : 1;
