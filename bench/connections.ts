import { lookupHouse } from './lookup-house.ts';
import { load, openDescriptors, residentMegabytes } from './wrk.ts';

/**
 * Ten thousand connections at once, on a page and on the lookup of a signed-in customer: none may be refused or broken.
 * `npm run build && npx tsx bench/connections.ts`; needs wrk and a descriptor limit above 20,000 (`ulimit -n`).
 */
const CONNECTIONS = Number(process.env.CONNECTIONS ?? 10_000);
const SECONDS = Number(process.env.SECONDS ?? 20);

const house = await lookupHouse(3981);
const asked = { 'a page': { path: '/', headers: [] }, 'the lookup': { path: '/my', headers: [house.cookie] } };
const found: Record<string, object> = {};
let errors = 0;
for (const [name, { path, headers }] of Object.entries(asked)) {
  const one = await load(house.process, house.base + path, SECONDS, CONNECTIONS, headers);
  errors += one.errors;
  found[name] = {
    'answers/s': Math.round(one.perSecond),
    'answers/CPU s': Math.round(one.perCpuSecond),
    'p50 ms': Math.round(one.p50),
    'p99 ms': Math.round(one.p99),
    errors: one.errors,
    'MB resident': residentMegabytes(house.process),
    descriptors: openDescriptors(house.process),
  };
}
await house.stop();
console.log(`${CONNECTIONS} connections, ${SECONDS} s each, one core`);
console.table(found);
process.exit(errors === 0 ? 0 : 1);
