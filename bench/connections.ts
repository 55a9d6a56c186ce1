import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Orders, Waits } from './at-once.ts';
import { lookupHouse } from './lookup-house.ts';
import { cpuSeconds, openDescriptors, residentMegabytes } from './wrk.ts';

/**
 * Ten thousand clients at one moment, on a page, on the lookup of a signed-in customer, and half of them on each: every one must be
 * answered. `npm run build && npx tsx bench/connections.ts`; needs a descriptor limit above twice as many (`ulimit -n`) and
 * `sysctl net.core.somaxconn=16384` (`unshare -n` gives a network of its own to set it in).
 */
const CLIENTS = Number(process.env.CONNECTIONS ?? 10_000);
const ROUNDS = 3;
const PATIENCE = 60_000;
const CLIENTS_CORE = '1';

const run = promisify(execFile);
const program = fileURLToPath(new URL('./at-once.ts', import.meta.url));
const house = await lookupHouse(3981);
const request = (path: string, ...headers: string[]) =>
  `${[`GET ${path} HTTP/1.1`, 'Host: bench', 'Accept-Encoding: gzip', ...headers].join('\r\n')}\r\n\r\n`;
const page = request('/');
const lookup = request('/my', house.cookie);

async function atOnce(clients: number, requests: string[]): Promise<Waits[]> {
  const orders: Orders = { port: 3981, requests, clients, rounds: ROUNDS, patience: PATIENCE };
  const { stdout } = await run('taskset', ['-c', CLIENTS_CORE, 'npx', 'tsx', program, JSON.stringify(orders)]);
  return JSON.parse(stdout) as Waits[];
}

// what a program has not done yet takes it longer
await atOnce(500, [page, lookup]);
const found: Record<string, object> = {};
let failed = 0;
for (const [name, requests] of Object.entries({
  pages: [page],
  lookups: [lookup],
  'of both: page, lookup': [page, lookup],
})) {
  const before = cpuSeconds(house.process);
  const waits = await atOnce(CLIENTS, requests);
  failed += waits.reduce((sum, { lost, refused }) => sum + lost + refused, 0);
  const of = (key: keyof Waits) => waits.map((one) => one[key]).join(', ');
  found[name] = {
    answered: of('good'),
    'turned away': of('refused'),
    'never answered': of('lost'),
    'p50 ms': of('p50'),
    'p99 ms': of('p99'),
    'last ms': of('longest'),
    'CPU s': Number((cpuSeconds(house.process) - before).toFixed(2)),
    'MB resident': residentMegabytes(house.process),
    'descriptors after': openDescriptors(house.process),
  };
}
await house.stop();
console.log(`${CLIENTS} clients at once, ${ROUNDS} requests each, one core`);
console.table(found);
process.exit(failed === 0 ? 0 : 1);
