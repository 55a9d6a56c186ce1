import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { buildApp } from '../src/app.ts';
import { openDatabase } from '../src/db/open.ts';
import { publishReport } from '../src/notices/publish.ts';
import { MINUTE } from '../src/time.ts';
import { clockAt } from '../test/support/clock.ts';
import { testGround } from '../test/support/ground.ts';
import { nextReport, noticeGround, publisher } from '../test/support/notices.ts';
import { seedSite } from './seed.ts';
import { median } from './wrk.ts';

/** What one publication costs a site of 2,000 notices, from the commit until its edition is served: `npm run bench:reprint`. */
const NOTICES = 2000;
const ROUNDS = 21;

const folder = mkdtempSync(join(tmpdir(), 'bench-reprint-'));
const file = join(folder, 'shirase.db');
const clock = clockAt('2026-03-06T12:00:00+09:00');
await seedSite(file, NOTICES, clock.now());
const db = openDatabase(`sqlite:${file}`, () => {});
const app = await buildApp(testGround(db, clock));
await app.ready();
const open = app.edition.paths().filter((path) => /^\/notices\/[\d-]+\?still$/.test(path));
const id = open[0]?.replace(/.*\/|\?.*/g, '') ?? '';

const took: number[] = [];
const blocked: number[] = [];
for (let round = 0; round < ROUNDS; round++) {
  clock.advance(MINUTE);
  await publishReport(noticeGround(db, clock), publisher, id, nextReport({ phase: 'update', mail: false }));
  const delays = monitorEventLoopDelay({ resolution: 1 });
  delays.enable();
  const start = performance.now();
  await app.edition.refresh();
  took.push(performance.now() - start);
  delays.disable();
  blocked.push(delays.max / 1e6);
}
const before = performance.now();
clock.advance(MINUTE);
await app.edition.refresh();
console.log(
  `${cpus()[0]?.model}, Node ${process.version}; ${app.edition.paths().length} addresses, ${NOTICES} notices`,
);
console.log(
  `a publication: ${median(took).toFixed(0)} ms (median of ${ROUNDS}; worst ${Math.max(...took).toFixed(0)})`,
);
console.log(
  `longest block of the loop then: ${median(blocked).toFixed(0)} ms (worst ${Math.max(...blocked).toFixed(0)})`,
);
console.log(`a minute in which nothing happened: ${(performance.now() - before).toFixed(0)} ms`);
await app.close();
await db.close();
rmSync(folder, { recursive: true });
