import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as wait } from 'node:timers/promises';
import { promisify } from 'node:util';
import { expansionOf } from '../src/alerts/expansion.ts';
import { buildApp } from '../src/app.ts';
import { packageRoot } from '../src/config.ts';
import { migrate } from '../src/db/migrate.ts';
import { openDatabase } from '../src/db/open.ts';
import { publishNotice } from '../src/notices/publish.ts';
import { systemClock } from '../src/time.ts';
import { alertGround } from '../test/support/alerts.ts';
import { testGround } from '../test/support/ground.ts';
import { faultInput, publisher, smallCatalogue } from '../test/support/notices.ts';
import { seedAddresses } from './addresses.ts';

/**
 * One publication with a million registered addresses: how long its answer takes, and, while it is expanded into mails, how long the event loop
 * stands still, what pages cost and how much memory it takes. One process on SQLite. `npm run bench:million`; needs wrk. ADDRESSES and SECONDS may be set.
 */
const ADDRESSES = Number(process.env.ADDRESSES ?? 1_000_000);
const SECONDS = Number(process.env.SECONDS ?? 60);
const folder = mkdtempSync(join(tmpdir(), 'bench-million-'));
// as a server opens it
const db = openDatabase(`sqlite:${join(folder, 'shirase.db')}`, () => {}, { thread: true });
await migrate(db, join(packageRoot, 'migrations'));
await smallCatalogue(db);
await seedAddresses(db, ADDRESSES, 1000);
const app = await buildApp(testGround(db, systemClock));
const address = await app.listen({ host: '127.0.0.1', port: 0 });
await fetch(address);
// what a publication costs without its addresses: everything is compiled and warm
const ground = { ...testGround(db, systemClock), announce: () => {} };
await publishNotice(ground, publisher, faultInput({}, { mail: false }));

const began = performance.now();
await publishNotice(ground, publisher, faultInput());
const answered = performance.now() - began;
console.log(
  `${cpus()[0]?.model}, Node ${process.version}; ${ADDRESSES} addresses: published in ${answered.toFixed(0)} ms`,
);

const loop = monitorEventLoopDelay({ resolution: 1 });
loop.enable();
const expand = expansionOf(alertGround(db, systemClock));
const end = performance.now() + SECONDS * 1000;
const wrk = promisify(execFile)('wrk', [
  '-t1',
  '-c8',
  `-d${Math.max(2, SECONDS - 2)}s`,
  '--latency',
  `${address}/`,
]).then(
  ({ stdout }) => stdout,
  (error: unknown) => String(error),
);
let pieces = 0;
let highest = 0;
let done = false;
const started = performance.now();
while (performance.now() < end) {
  if (!(await expand())) {
    done = true;
    break;
  }
  if (++pieces % 50 === 0) highest = Math.max(highest, residentMegabytes());
}
const took = (performance.now() - started) / 1000;
loop.disable();
const { n } = await db.kysely
  .selectFrom('mails')
  .select((eb) => eb.fn.countAll<number>().as('n'))
  .executeTakeFirstOrThrow();
const p99 = /99%\s+(\S+)/.exec(await wrk)?.[1];
await wait(10);
console.table({
  'mails made': Number(n),
  'in seconds': Math.round(took),
  'all of them': done,
  'mails/s': Math.round(Number(n) / took),
  'event loop p99, ms': (loop.percentile(99) / 1e6).toFixed(1),
  'event loop at most, ms': (loop.max / 1e6).toFixed(1),
  'pages p99': p99,
  'resident MB at most': highest,
});
await app.close();
await db.close();
rmSync(folder, { recursive: true });

function residentMegabytes(): number {
  const kilobytes = /VmRSS:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))?.[1];
  return Math.round(Number(kilobytes) / 1024);
}
