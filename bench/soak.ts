import { setTimeout as wait } from 'node:timers/promises';
import { lookupHouse } from './lookup-house.ts';
import { load, openDescriptors, residentMegabytes } from './wrk.ts';

/**
 * A quarter of an hour of readers and lookups without a pause: memory and descriptors must be flat once it is warm.
 * `npm run build && MINUTES=15 npx tsx bench/soak.ts`; needs wrk.
 */
const MINUTES = Number(process.env.MINUTES ?? 15);
const CONNECTIONS = 500;
const EVERY = 10;

const house = await lookupHouse(3982);
const samples: { second: number; megabytes: number; descriptors: number }[] = [];
let errors = 0;
const began = performance.now();
const second = () => Math.round((performance.now() - began) / 1000);
const over = () => second() >= MINUTES * 60;
const readers = (async () => {
  while (!over()) {
    const page = await load(house.process, `${house.base}/`, EVERY, CONNECTIONS);
    const lookup = await load(house.process, `${house.base}/my`, EVERY, CONNECTIONS, [house.cookie]);
    errors += page.errors + lookup.errors;
    await settled();
    samples.push({
      second: second(),
      megabytes: residentMegabytes(house.process),
      descriptors: openDescriptors(house.process),
    });
  }
})();
await readers;

/** Between two loads all connections go: what is still open once no more of them close has been forgotten. */
async function settled(): Promise<void> {
  let open = Number.POSITIVE_INFINITY;
  for (let looks = 0; looks < 30 && open > CONNECTIONS / 10; looks++) {
    await wait(500);
    open = openDescriptors(house.process);
  }
}
await house.stop();
console.table(samples);
const warm = samples.slice(Math.floor(samples.length / 4));
const mean = (part: typeof samples, of: 'megabytes' | 'descriptors') =>
  part.reduce((sum, one) => sum + one[of], 0) / part.length;
const half = Math.floor(warm.length / 2);
const growth = mean(warm.slice(half), 'megabytes') / mean(warm.slice(0, half), 'megabytes') - 1;
const more = mean(warm.slice(half), 'descriptors') - mean(warm.slice(0, half), 'descriptors');
console.log(
  `${MINUTES} min: memory ${(growth * 100).toFixed(1)} % from half to half, descriptors ${more.toFixed(1)}, errors ${errors}`,
);
process.exit(errors === 0 && growth < 0.1 && more < 5 ? 0 : 1);
