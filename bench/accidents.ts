import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildApp } from '../src/app.ts';
import { openDatabase } from '../src/db/open.ts';
import { clockAt } from '../test/support/clock.ts';
import { testGround } from '../test/support/ground.ts';
import { staffAt } from '../test/support/people.ts';
import { seedSite } from './seed.ts';
import { median } from './wrk.ts';

/** What the pages on accidents cost with 3,000 reportable ones of three years: `npx tsx bench/accidents.ts`. */
const ACCIDENTS = 3000;
const ROUNDS = 5;

const folder = mkdtempSync(join(tmpdir(), 'bench-accidents-'));
const file = join(folder, 'shirase.db');
const clock = clockAt('2026-03-06T12:00:00+09:00');
await seedSite(file, ACCIDENTS, clock.now());
const db = openDatabase(`sqlite:${file}`, () => {});
const ground = testGround(db, clock);
const app = await buildApp(ground);
await app.ready();
const staff = await staffAt({ app, db, clock, ground }, 'publisher');
console.log(`${cpus()[0]?.model}, Node ${process.version}; ${ACCIDENTS} accidents; medians of ${ROUNDS}`);
for (const path of ['', '?year=2024&page=3', '/statistics?level=all', '/timeliness', '/periodic?period=2025-Q1']) {
  const [took, worked, bytes]: number[][] = [[], [], []];
  for (let round = 0; round <= ROUNDS; round++) {
    const [start, cpu] = [performance.now(), process.cpuUsage()];
    const answer = await staff.get(`/console/regulator${path}`);
    if (answer.statusCode !== 200) throw new Error(`${path}: ${answer.statusCode}`);
    if (round === 0) continue;
    took?.push(performance.now() - start);
    const { user, system } = process.cpuUsage(cpu);
    worked?.push((user + system) / 1000);
    bytes?.push(answer.rawPayload.length);
  }
  const whole = (list: number[] | undefined) => median(list ?? []).toFixed(0);
  console.log(`/console/regulator${path}: ${whole(took)} ms, processor ${whole(worked)} ms, ${whole(bytes)} bytes`);
}
await app.close();
await db.close();
rmSync(folder, { recursive: true });
