import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { promisify } from 'node:util';
import { packageRoot } from '../src/config.ts';
import { migrate } from '../src/db/migrate.ts';
import { type Database, openDatabase } from '../src/db/open.ts';
import { systemClock } from '../src/time.ts';
import { smallCatalogue } from '../test/support/notices.ts';
import { keyFor } from '../test/support/people.ts';
import { LARGE, seedAddresses } from './addresses.ts';
import { startSink } from './sink.ts';
import { cpuSeconds, residentMegabytes, serve, startFlags } from './wrk.ts';

/**
 * One publication with a million registered addresses, by the built server as `npm start` runs it, on SQLite, with a relay that takes
 * everything: how long the answer to it takes, and, until the last of them has its mail, how long the event loop stands still, what pages cost
 * and how much memory it takes. `npm run build && npm run bench:million`; needs wrk and smtp-sink. ADDRESSES, SECONDS (at most) and
 * READERS (connections that ask for the front page without a pause, ten seconds of each minute) may be set.
 */
const ADDRESSES = Number(process.env.ADDRESSES ?? 1_000_000);
const SECONDS = Number(process.env.SECONDS ?? 2400);
const READERS = Number(process.env.READERS ?? 8);
const CONNECTIONS = 100;
/** Seconds. */
const EVERY = 10;
/** Readers come in every sixth of them: they ask without a pause, and would have most of the processor for themselves. */
const QUIET = 5;
const PORT = 3986;
const BASE = `http://127.0.0.1:${PORT}`;

const folder = mkdtempSync(join(tmpdir(), 'bench-million-'));
const file = `sqlite:${join(folder, 'shirase.db')}`;
const headers = await filled(openDatabase(file, () => {}));
const sink = await startSink();
const loopFile = join(folder, 'loop.json');
const watch = ['--import', join(packageRoot, 'bench/loop-watch.mjs')];
const command = ['node', ...startFlags(), ...watch, join(packageRoot, 'dist/main.js')];
const server = await serve(
  command,
  `${BASE}/`,
  {
    ...{ PORT: String(PORT), METRICS_PORT: '0', PUBLIC_URL: BASE, DATA_DIR: folder, LOOP_FILE: loopFile },
    ...{ EXAMPLE: 'false', LOG_LEVEL: 'error', SMTP_URL: sink.url, MAIL_ALLOWLIST: '*' },
    ...{ MAIL_FROM: 'notices@status.example', MAIL_PER_SECOND: '10000', MAIL_CONNECTIONS: String(CONNECTIONS) },
    MAIL_DOMAIN_LANES: LARGE.map((domain) => `${domain}=${CONNECTIONS}`).join(','),
  },
  { cores: 'all' },
);

process.on('exit', () => {
  server.process.kill();
  sink.stop();
  rmSync(folder, { recursive: true, force: true });
});
// what a publication costs without its addresses: everything is compiled and warm
await publish(false);
await loopDelay();
const atRest = residentMegabytes(server.process);
const answered = await publish(true);
console.log(
  `${cpus()[0]?.model}, Node ${process.version}; ${ADDRESSES} addresses: published in ${answered.toFixed(0)} ms`,
);

const began = performance.now();
const elapsed = () => (performance.now() - began) / 1000;
const used = cpuSeconds(server.process);
let highest = 0;
const pages: number[] = [];
for (let before = 0, round = 0; sink.count() < ADDRESSES && elapsed() < SECONDS; round++) {
  if (round % (QUIET + 1) === 0) pages.push(await pagesP99());
  else await wait(EVERY * 1000);
  highest = Math.max(highest, residentMegabytes(server.process));
  const now = sink.count();
  process.stderr.write(
    `\r${Math.round(elapsed())} s: ${now} mails, ${Math.round((now - before) / EVERY)}/s, ${highest} MB, pages p99 ${pages.at(-1)} ms   `,
  );
  before = now;
}
process.stderr.write('\n');
const took = elapsed();
const loop = await loopDelay();
console.table({
  'mails taken by the relay': sink.count(),
  'in seconds': Math.round(took),
  'mails/s': Math.round(sink.count() / took),
  'processor, ms for each': (((cpuSeconds(server.process) - used) / sink.count()) * 1000).toFixed(2),
  'event loop p99, ms': loop.p99.toFixed(1),
  'event loop at most, ms': loop.most.toFixed(1),
  'pages p99 in the worst ten seconds, ms': Math.max(...pages),
  'resident MB before': atRest,
  'resident MB at most': highest,
});
await server.stop();
process.exit();

async function filled(db: Database): Promise<Record<string, string>> {
  await migrate(db, join(packageRoot, 'migrations'));
  await smallCatalogue(db);
  await seedAddresses(db, ADDRESSES, 1000);
  const key = await keyFor(db, systemClock, 'notices:write');
  await db.close();
  return { ...key, 'content-type': 'application/json' };
}

/** @returns milliseconds until the answer. */
async function publish(mail: boolean): Promise<number> {
  const since = new Date(Date.now() - 60_000).toISOString();
  const body = JSON.stringify({
    ...{
      kind: 'fault',
      title: { ja: 'メールサービスの障害', en: 'Mail service fault' },
      occurredAt: since,
      publish: true,
    },
    impacts: [{ service: 'mail', facilities: ['121'], symptom: 'unavailable', startedAt: since }],
    report: { phase: 'first', body: { ja: '確認しています。', en: 'We are looking into it.' }, mail },
  });
  const start = performance.now();
  const answer = await fetch(`${BASE}/api/v1/notices`, { method: 'POST', headers, body });
  const text = await answer.text();
  if (!answer.ok) throw new Error(text);
  return performance.now() - start;
}

/** Readers of the front page for ten seconds. */
async function pagesP99(): Promise<number> {
  const { stdout } = await promisify(execFile)('wrk', ['-t1', `-c${READERS}`, `-d${EVERY}s`, '--latency', `${BASE}/`]);
  const [, value, unit] = /99%\s+([\d.]+)(us|ms|s)/.exec(stdout) ?? [];
  return Number((Number(value) * (unit === 'us' ? 0.001 : unit === 's' ? 1000 : 1)).toFixed(1));
}

/** Of the server's event loop since the last look, in milliseconds. */
async function loopDelay(): Promise<{ p99: number; most: number }> {
  rmSync(loopFile, { force: true });
  server.process.kill('SIGWINCH');
  while (!existsSync(loopFile)) await wait(50);
  await wait(50);
  return JSON.parse(readFileSync(loopFile, 'utf8')) as { p99: number; most: number };
}
