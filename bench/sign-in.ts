import { execFile, execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, getPriority, setPriority, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { packageRoot } from '../src/config.ts';
import { openDatabase } from '../src/db/open.ts';
import { hashPassword, passwordMatches } from '../src/http/passwords.ts';
import { hashToken } from '../src/http/sessions.ts';
import { DAY, MINUTE } from '../src/time.ts';
import type { Answer } from './crowd.ts';
import { percentile, type Readings, readers } from './readers.ts';
import { forms, openedForm, type Rush, rush } from './rush.ts';
import { canRushThrough, quickRushThrough, rushThrough, startNginx } from './rush-through-nginx.ts';
import { seedSite } from './seed.ts';
import { serve, startFlags } from './wrk.ts';

/**
 * The rush of sign-ins, each on a connection of its own, while others read pages and their own state (`npm run bench:sign-in`;
 * SIGN_INS=5000): all in one instant, and all within one second, as a crowd of people comes. The server has one core, whoever asks the
 * other. What is let in is held against what the hasher reaches alone on that core, and how soon the rest is turned away against a
 * bare Fastify that says the same 503 to all and does nothing else, all in one run. Both have seen a rush before: the first since a
 * server's start, which shares its core with the compiler, is shown and not judged. Then the same with docs/nginx.conf in front, on the
 * server's core, and readers who come through it: as fast as this program can ask and look at each answer, and within a tenth of a
 * second, asked by wrk. Ends with an error where a promise is broken; those in milliseconds are for nginx in front, as the documentation
 * wants it.
 */
const SIGN_INS = Number(process.env.SIGN_INS ?? 5000);
const PASSWORD = 'a password of the rush';
const PORT = 3987;
const BARE_PORT = 3988;
const NGINX_PORT = 3989;
const BASE = `http://127.0.0.1:${PORT}`;
const READER = { cookie: 'session=reader', each: 10, writes: false };

const rounded = (value: number) => Math.round(value * 10) / 10;

/** The hasher alone: as many at once as the server lets in, on the server's core. */
async function hashAlone(): Promise<void> {
  const stored = await hashPassword(PASSWORD);
  const HASHES = 200;
  let left = HASHES;
  const began = performance.now();
  const work = async () => {
    while (left-- > 0) await passwordMatches(stored, PASSWORD);
  };
  await Promise.all([work(), work(), work(), work()]);
  console.log((HASHES / (performance.now() - began)) * 1000);
}

/** @returns passwords a second. */
async function measureHasher(): Promise<number> {
  const command = ['-c', '0', process.execPath, ...process.execArgv, fileURLToPath(import.meta.url)];
  const env = { ...process.env, ROLE: 'hasher' };
  return Number((await promisify(execFile)('taskset', command, { env, timeout: MINUTE })).stdout);
}

async function seedCustomers(folder: string): Promise<void> {
  const db = openDatabase(`sqlite:${join(folder, 'shirase.db')}`, () => {});
  const password_hash = await hashPassword(PASSWORD);
  const now = Date.now();
  for (let from = 0; from < SIGN_INS; from += 500) {
    const some = Array.from({ length: 500 }, (_, n) => `c${from + n}`);
    const customers = some.map((id) => ({ id, login: id, display_name: null, password_hash, created_at: 0 }));
    await db.kysely.insertInto('customers').values(customers).execute();
    const boxes = some.map((id) => ({ address: `${id}@m.example`, customer_id: id, facility: '121', created_at: 0 }));
    await db.kysely.insertInto('mailboxes').values(boxes).execute();
  }
  const row = { audience: 'customer' as const, subject: 'c1', created_at: now, proved_at: now, expires_at: now + DAY };
  await db.kysely
    .insertInto('sessions')
    .values({ ...row, token_hash: hashToken('reader') })
    .execute();
  await db.close();
}

/** A bare Fastify that turns everybody away with these bytes and these headers. */
async function bareRush(folder: string, refusal: Answer, questions: Buffer[]): Promise<Rush> {
  const [head = '', body = ''] = refusal.text.split('\r\n\r\n');
  const lines = head.split('\r\n').slice(1);
  const own = lines
    .map((line) => line.split(': '))
    .filter(([name = '']) => !/^(date|connection|keep-alive)$/i.test(name));
  writeFileSync(join(folder, 'body'), body, 'latin1');
  writeFileSync(join(folder, 'headers'), JSON.stringify(Object.fromEntries(own)));
  const files = [join(folder, 'body'), join(folder, 'headers')];
  const command = ['node', ...startFlags(), join(packageRoot, 'bench/bare.mjs'), String(BARE_PORT), ...files];
  const bare = await serve(command, `http://127.0.0.1:${BARE_PORT}/body`);
  await rush(bare.process, BARE_PORT, questions, { greeting: '/body' });
  const found = await rush(bare.process, BARE_PORT, questions, { greeting: '/body' });
  await bare.stop();
  return found;
}

async function main(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'bench-sign-in-'));
  execFileSync('npm', ['run', '--silent', 'build'], { cwd: packageRoot, stdio: 'inherit' });
  await seedSite(join(folder, 'shirase.db'), 20, Date.now());
  await seedCustomers(folder);
  const alone = [await measureHasher()];
  const server = await serve(['node', ...startFlags(), join(packageRoot, 'dist/main.js')], `${BASE}/`, {
    ...{ PORT: String(PORT), METRICS_PORT: '0', PUBLIC_URL: BASE, DATA_DIR: folder, EXAMPLE: 'false' },
    ...{ SHIRASE_EXPORT_DIR: join(folder, 'export'), TRUST_PROXY: '1' },
    LOG_LEVEL: process.env.LOG_LEVEL ?? 'info',
  });
  execFileSync('taskset', ['-cp', '1', String(process.pid)], { stdio: 'ignore' });
  const others = readers({ base: BASE, ...READER });
  const throughNginx = canRushThrough && readers({ base: `http://127.0.0.1:${NGINX_PORT}`, ...READER });
  // the crowd's own work must not look like the server's to the readers on the same core
  setPriority(Math.min(19, getPriority() + 5));
  const form = await openedForm(BASE);
  const questions = forms(SIGN_INS, form, PASSWORD);
  const rushes: Record<string, Rush> = {};
  const readings: Record<string, Readings> = {};

  await others.since();
  await wait(3000);
  await others.since();
  await wait(3000);
  readings.before = await others.since();
  rushes['in one instant, the first since the start'] = await rush(server.process, PORT, questions);
  await wait(3000);
  const { refusal, ...instant } = await rush(server.process, PORT, questions, { ready: others.since });
  if (!refusal) throw new Error('nobody was turned away: there was no rush');
  rushes['in one instant'] = instant;
  readings['in one instant'] = await others.since();
  await wait(3000);
  const second = await rush(server.process, PORT, questions, { within: 1000, ready: others.since });
  rushes['within one second'] = second;
  readings['within one second'] = await others.since();
  await others.stop();
  rushes['in one instant, nobody reads'] = await rush(server.process, PORT, questions);

  const behind: string[] = [];
  if (throughNginx) {
    const upstream = { root: join(folder, 'export/current'), upstream: BASE };
    const nginx = await startNginx({ folder: join(folder, 'nginx'), port: NGINX_PORT, ...upstream });
    await throughNginx.since();
    await wait(3000);
    const note = (name: string, [found, read]: [Rush, Readings]) => {
      behind.push(name);
      rushes[name] = found;
      readings[name] = read;
    };
    note(
      'nginx in front, each answer looked at',
      await rushThrough(nginx.process, NGINX_PORT, questions, throughNginx),
    );
    await wait(3000);
    const quick = { count: SIGN_INS, within: 100, form, password: PASSWORD };
    note('nginx in front, within 0.1 s', await quickRushThrough(NGINX_PORT, quick, throughNginx));
    await throughNginx.stop();
    await nginx.stop();
  } else console.log('No nginx with its brotli module, or no wrk: what nginx makes of a rush was not measured.');
  await server.stop();
  const bare = await bareRush(folder, refusal, questions);
  rmSync(folder, { recursive: true, force: true });
  // before and after: what a processor hashes here may change while others are measured
  alone.push(await measureHasher());
  const hashes = alone.reduce((sum, one) => sum + one, 0) / alone.length;

  console.log(`${SIGN_INS} sign-ins, ${cpus()[0]?.model}, Node ${process.version}; one core for the server`);
  console.log(`The hasher alone: ${alone.map(rounded).join(' and ')} a second`);
  const shown = { ...rushes, 'in one instant, bare 503 to all': bare };
  console.table(Object.fromEntries(Object.entries(shown).map(([name, found]) => [name, rushRow(found, hashes)])));
  console.table(
    Object.fromEntries(
      Object.entries(readings).map(([when, { page, lookup }]) => [
        when,
        { ...readRow('page', page), ...readRow('lookup', lookup) },
      ]),
    ),
  );
  const promises: Record<string, boolean> = {
    'in one instant: refusals p99 at most three times that of a bare 503': instant.p99 <= 3 * bare.p99,
    'within one second: half of the hasher alone': second.perSecond / hashes >= 0.5,
  };
  for (const [name, read] of Object.entries(readings)) {
    promises[`${name}: who reads is answered`] = Object.keys(read.failed).length === 0;
  }
  for (const [name, { told, others }] of Object.entries(rushes)) {
    promises[`${name}: each refusal shows the public state and a time to come back`] = told !== false;
    promises[`${name}: nobody is answered otherwise`] = others === 0;
  }
  for (const name of behind) {
    const [found, read] = [rushes[name] as Rush, readings[name] as Readings];
    Object.assign(promises, {
      [`${name}: half of the hasher alone`]: found.perSecond / hashes >= 0.5,
      [`${name}: refusals p99 under 100 ms`]: found.p99 < 100,
      [`${name}: pages p99 under 50 ms`]: percentile(read.page, 0.99) < 50,
      [`${name}: lookups p99 under 100 ms`]: percentile(read.lookup, 0.99) < 100,
    });
  }
  const broken = Object.entries(promises).filter(([, kept]) => !kept);
  for (const [promise] of broken) console.log(`BROKEN: ${promise}`);
  process.exit(broken.length === 0 ? 0 : 1);
}

function rushRow({ letIn, perSecond, refused, asked, p50, p99, last, microseconds }: Rush, hashes: number) {
  return {
    'let in': letIn,
    'per second': letIn > 0 ? rounded(perSecond) : '',
    'of the hasher alone': letIn > 0 ? (perSecond / hashes).toFixed(2) : '',
    'asked in ms': rounded(asked),
    'turned away': refused,
    'p50 ms': rounded(p50),
    'p99 ms': rounded(p99),
    'last ms': last === undefined ? '' : rounded(last),
    'loop, µs each': microseconds === undefined ? '' : Math.round(microseconds),
  };
}

function readRow(kind: string, values: number[]) {
  return {
    [`${kind}s`]: values.length,
    [`${kind} p50`]: rounded(percentile(values, 0.5)),
    [`${kind} p99`]: rounded(percentile(values, 0.99)),
    [`${kind} worst`]: rounded(percentile(values, 1)),
  };
}

if (process.env.ROLE === 'hasher') await hashAlone();
else await main();
