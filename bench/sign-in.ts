import { type ChildProcess, execFile, execFileSync, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { Agent, request } from 'node:http';
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
import { foundNginx, NGINX, nginxConf } from '../test/support/nginx-conf.ts';
import { type Answer, Crowd } from './crowd.ts';
import { seedSite } from './seed.ts';
import { loopSeconds, serve, startFlags } from './wrk.ts';

/**
 * The rush of sign-ins, each on a connection of its own, while others read pages and their own state (`npm run bench:sign-in`;
 * SIGN_INS=5000): all in one instant, and all within one second, as a crowd of people comes. The server has one core, whoever asks the
 * other. What is let in is held against what the hasher reaches alone on that core, and how soon the rest is turned away against a
 * bare Fastify that says the same 503 to all and does nothing else, all in one run. Both have seen a rush before: the first since a
 * server's start, which shares its core with the compiler, is shown and not judged. Where nginx is found, also as fast as they can ask
 * with docs/nginx.conf in front and readers who come through it: it shares the core of those who ask, who need two to three times as long
 * for it then (`asked in ms`). Ends with an error where a promise is broken.
 */
const SIGN_INS = Number(process.env.SIGN_INS ?? 5000);
const PASSWORD = 'a password of the rush';
const PORT = 3987;
const BARE_PORT = 3988;
const NGINX_PORT = 3989;
const BASE = `http://127.0.0.1:${PORT}`;
const IN_FRONT = `http://127.0.0.1:${NGINX_PORT}`;
const READER = 'session=reader';
const READERS = 10;

function read(path: string, agent: Agent, cookie: string): Promise<{ status: number; milliseconds: number }> {
  return new Promise((resolve, reject) => {
    const sent = performance.now();
    const asked = request((process.env.READ_AT ?? BASE) + path, { agent, headers: { cookie } }, (answer) => {
      const milliseconds = performance.now() - sent;
      answer.resume().on('end', () => resolve({ status: answer.statusCode ?? 0, milliseconds }));
    });
    asked.on('error', reject);
    asked.end();
  });
}

const percentile = (values: number[], part: number) =>
  [...values].sort((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * part))] ?? Number.NaN;
const rounded = (value: number) => Math.round(value * 10) / 10;

interface Readings {
  page: number[];
  lookup: number[];
}

/** Readers are a process of their own, so that the crowd of this one does not make their clock late. They begin when first spoken to. */
async function readUntilTold(): Promise<void> {
  const found: Readings = { page: [], lookup: [] };
  const agent = new Agent({ keepAlive: true });
  await once(process, 'message');
  let over = false;
  const reader = async (path: string, cookie: string, times: number[]) => {
    while (!over) {
      const { status, milliseconds } = await read(path, agent, cookie);
      if (status !== 200) throw new Error(`${path} was answered with ${status}`);
      times.push(milliseconds);
      await wait(20);
    }
  };
  const readers = Array.from({ length: READERS }, () => [
    reader('/', '', found.page),
    reader('/my', READER, found.lookup),
  ]).flat();
  process.on('message', () => {
    process.send?.(found);
    found.page.splice(0);
    found.lookup.splice(0);
  });
  process.on('disconnect', () => {
    over = true;
  });
  await Promise.all(readers);
  agent.destroy();
}

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

/** Everybody's form as it stands in the browser, ready to be sent. */
async function forms(): Promise<Buffer[]> {
  const page = await fetch(`${BASE}/my/sign-in`);
  const cookie = page.headers.getSetCookie()[0]?.split(';')[0] ?? '';
  const token = /name="_csrf" value="([^"]+)"/.exec(await page.text())?.[1] ?? '';
  return Array.from({ length: SIGN_INS }, (_, n) => {
    const form = new URLSearchParams({ _csrf: token, login: `c${n}`, password: PASSWORD }).toString();
    const head = `POST /my/sign-in HTTP/1.1\r\nHost: 127.0.0.1:${PORT}\r\nCookie: ${cookie}\r\n`;
    const type = `Content-Type: application/x-www-form-urlencoded\r\nContent-Length: ${form.length}\r\n\r\n`;
    return Buffer.from(head + type + form);
  });
}

interface Rush {
  letIn: Answer[];
  refused: Answer[];
  others: number;
  /** Milliseconds until the last had asked. */
  asked: number;
  /** Until the last refusal: milliseconds, and processor time of the loop for each of them in microseconds. */
  lastRefused: number;
  microseconds: number;
}

interface Offer {
  /** Milliseconds; 0 is all in one instant. */
  within?: number;
  /** What each asks for when he has connected. */
  greeting?: string;
  from?: (n: number) => string;
  /** Is waited for when all are there, and before anybody asks. */
  ready?: () => Promise<unknown>;
}

/** All connect first: what is measured is what the server does with them, not how fast a kernel shakes hands. */
async function rush(
  server: ChildProcess,
  port: number,
  questions: Buffer[],
  { within = 0, greeting = '/healthz', from, ready = async () => {} }: Offer = {},
): Promise<Rush> {
  const crowd = await Crowd.gather(port, questions.length, greeting, from);
  await wait(1000);
  await ready();
  const before = loopSeconds(server);
  let [until, lastRefused] = [before, 0];
  const answers = await crowd.offer(questions, within, (answer) => {
    if (answer.status !== 503) return;
    // a look costs as much as an answer
    if (answer.at - lastRefused > 2) until = loopSeconds(server);
    lastRefused = Math.max(lastRefused, answer.at);
  });
  crowd.leave();
  const letIn = answers.filter(({ status }) => status === 303);
  const refused = answers.filter(({ status }) => status === 503);
  const others = answers.length - letIn.length - refused.length;
  const asked = Math.max(...answers.map((answer) => answer.asked));
  return { letIn, refused, others, asked, lastRefused, microseconds: ((until - before) / refused.length) * 1e6 };
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

interface Readers {
  begin: () => void;
  /** What they found since they were asked last. */
  found: () => Promise<Readings>;
  leave: () => Promise<void>;
}

function gatherReaders(base: string): Readers {
  const env = { ...process.env, ROLE: 'reader', READ_AT: base };
  const readers = fork(fileURLToPath(import.meta.url), { execArgv: process.execArgv, env });
  return {
    begin: () => readers.send('begin'),
    found: async () => {
      readers.send('tell');
      const [found] = (await once(readers, 'message')) as [Readings];
      return found;
    },
    leave: async () => {
      readers.disconnect();
      await once(readers, 'exit');
    },
  };
}

/** docs/nginx.conf in front of the server, on the core of this process, with readers who come through it. */
async function startNginx(folder: string) {
  const own = join(folder, 'nginx');
  mkdirSync(own);
  const root = join(folder, 'export/current');
  writeFileSync(join(own, 'nginx.conf'), nginxConf({ folder: own, port: NGINX_PORT, root, upstream: BASE }));
  const nginx = await serve([NGINX, '-p', own, '-c', join(own, 'nginx.conf')], `${IN_FRONT}/`, {}, { cores: 'all' });
  return { ...nginx, readers: gatherReaders(IN_FRONT) };
}

/** Everybody has an address of his own, and readers come through it, too. */
async function rushThrough(
  { process: nginx, readers }: { process: ChildProcess; readers: Readers },
  questions: Buffer[],
) {
  readers.begin();
  await wait(3000);
  const found = await rush(nginx, NGINX_PORT, questions, {
    greeting: '/',
    from: (n) => `127.0.${1 + (n >> 7)}.${1 + (n & 127)}`,
    ready: readers.found,
  });
  const read = await readers.found();
  await readers.leave();
  return { found, read };
}

async function main(): Promise<void> {
  const here = fileURLToPath(import.meta.url);
  const folder = mkdtempSync(join(tmpdir(), 'bench-sign-in-'));
  execFileSync('npm', ['run', '--silent', 'build'], { cwd: packageRoot, stdio: 'inherit' });
  await seedSite(join(folder, 'shirase.db'), 20, Date.now());
  await seedCustomers(folder);
  const alone = Number(
    (
      await promisify(execFile)('taskset', ['-c', '0', process.execPath, ...process.execArgv, here], {
        env: { ...process.env, ROLE: 'hasher' },
        timeout: MINUTE,
      })
    ).stdout,
  );
  const server = await serve(['node', ...startFlags(), join(packageRoot, 'dist/main.js')], `${BASE}/`, {
    ...{ PORT: String(PORT), METRICS_PORT: '0', PUBLIC_URL: BASE, DATA_DIR: folder, EXAMPLE: 'false' },
    ...{ SHIRASE_EXPORT_DIR: join(folder, 'export'), TRUST_PROXY: '1' },
    LOG_LEVEL: process.env.LOG_LEVEL ?? 'info',
  });
  execFileSync('taskset', ['-cp', '1', String(process.pid)], { stdio: 'ignore' });
  const nginx = foundNginx ? await startNginx(folder) : undefined;
  const readers = gatherReaders(BASE);
  // the crowd's own work must not look like the server's to the readers on the same core
  setPriority(Math.min(19, getPriority() + 5));
  const questions = await forms();
  readers.begin();
  await wait(3000);
  await readers.found();
  await wait(3000);
  const before = await readers.found();
  const first = await rush(server.process, PORT, questions);
  await wait(3000);
  const instant = await rush(server.process, PORT, questions, { ready: readers.found });
  const inInstant = await readers.found();
  await wait(3000);
  const second = await rush(server.process, PORT, questions, { within: 1000, ready: readers.found });
  const inSecond = await readers.found();
  await readers.leave();
  const unread = await rush(server.process, PORT, questions);
  const behind = nginx && (await rushThrough(nginx, questions));
  await nginx?.stop();
  await server.stop();
  const [refusal] = instant.refused;
  if (!refusal) throw new Error('nobody was turned away: there was no rush');
  const bare = await bareRush(folder, refusal, questions);
  rmSync(folder, { recursive: true, force: true });

  console.log(`${SIGN_INS} sign-ins, ${cpus()[0]?.model}, Node ${process.version}; one core for the server`);
  console.table({
    'in one instant, the first since the start': rushRow(first, alone),
    'in one instant': rushRow(instant, alone),
    'within one second': rushRow(second, alone),
    'in one instant, nobody reads': rushRow(unread, alone),
    'the same, bare 503 to all': rushRow(bare, alone),
    ...(behind ? { 'as fast as they can ask, nginx in front': rushRow(behind.found, alone) } : {}),
  });
  console.table(
    Object.fromEntries(
      Object.entries({
        before,
        ...{ 'in one instant': inInstant, 'within one second': inSecond },
        ...(behind ? { 'as fast as they can ask, nginx in front': behind.read } : {}),
      }).map(([when, found]) => [when, { ...readRow('page', found.page), ...readRow('lookup', found.lookup) }]),
    ),
  );
  const promises: Record<string, boolean> = {
    'each refusal shows the public state and a time to come back': [instant, second].every(allTold),
    'nobody is answered otherwise': instant.others + second.others === 0,
    'in one instant: half of the hasher alone': ratio(instant, alone) >= 0.5,
    'within one second: half of the hasher alone': ratio(second, alone) >= 0.5,
    'within one second: refusals p99 under 100 ms': percentile(times(second.refused), 0.99) < 100,
    'within one second: pages p99 under 50 ms': percentile(inSecond.page, 0.99) < 50,
    'within one second: lookups p99 under 100 ms': percentile(inSecond.lookup, 0.99) < 100,
  };
  if (behind) Object.assign(promises, promisesBehind(behind, alone));
  else console.log('No nginx with its brotli module: what it makes of a rush was not measured.');
  const broken = Object.entries(promises).filter(([, kept]) => !kept);
  for (const [promise] of broken) console.log(`BROKEN: ${promise}`);
  process.exit(broken.length === 0 ? 0 : 1);
}

function promisesBehind({ found, read }: { found: Rush; read: Readings }, alone: number): Record<string, boolean> {
  return {
    'nginx in front: each refusal shows the public state and a time to come back': allTold(found),
    'nginx in front: nobody is answered otherwise': found.others === 0,
    'nginx in front: half of the hasher alone': ratio(found, alone) >= 0.5,
    'nginx in front: refusals p99 under 100 ms': percentile(times(found.refused), 0.99) < 100,
    'nginx in front: pages p99 under 50 ms': percentile(read.page, 0.99) < 50,
    'nginx in front: lookups p99 under 100 ms': percentile(read.lookup, 0.99) < 100,
  };
}

const times = (answers: Answer[]) => answers.map(({ milliseconds }) => milliseconds);
const rate = ({ letIn }: Rush) => (letIn.length / Math.max(...letIn.map(({ at }) => at))) * 1000;
const ratio = (found: Rush, alone: number) => rate(found) / alone;
const allTold = ({ refused }: Rush) =>
  refused.every(({ text, retryAfter }) => retryAfter >= 30 && text.includes('id="public-state"')) &&
  new Set(refused.map((one) => one.retryAfter)).size > 30;

function rushRow(found: Rush, alone: number) {
  const [p50 = 0, p99 = 0] = [0.5, 0.99].map((part) => percentile(times(found.refused), part));
  const some = found.letIn.length > 0;
  return {
    'let in': found.letIn.length,
    'per second': some ? rounded(rate(found)) : '',
    'of the hasher alone': some ? `${ratio(found, alone).toFixed(2)} of ${rounded(alone)}` : '',
    'asked in ms': rounded(found.asked),
    'turned away': found.refused.length,
    'p50 ms': rounded(p50),
    'p99 ms': rounded(p99),
    'last ms': rounded(found.lastRefused),
    'loop, µs each': Math.round(found.microseconds),
  };
}

function readRow(kind: string, values: number[]) {
  return {
    [`${kind}s`]: values.length,
    [`${kind} p50`]: rounded(percentile(values, 0.5)),
    [`${kind} p99`]: rounded(percentile(values, 0.99)),
    [`${kind} worst`]: rounded(Math.max(...values)),
  };
}

if (process.env.ROLE === 'reader') await readUntilTold();
else if (process.env.ROLE === 'hasher') await hashAlone();
else await main();
