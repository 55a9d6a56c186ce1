import { execFile, execFileSync, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { packageRoot } from '../src/config.ts';
import { openDatabase } from '../src/db/open.ts';
import { hashPassword, passwordMatches } from '../src/http/passwords.ts';
import { hashToken } from '../src/http/sessions.ts';
import { DAY, MINUTE } from '../src/time.ts';
import { seedSite } from './seed.ts';
import { serve, startFlags } from './wrk.ts';

/**
 * The rush of sign-ins: so many offered at once, each on a connection of its own, while others read pages and their own state
 * (`npm run bench:sign-in`; SIGN_INS=5000). The server has one core, whoever asks the other. What is let in is held against what
 * the hasher reaches alone on that core, and readers' times against those before the rush, all in one run.
 */
const SIGN_INS = Number(process.env.SIGN_INS ?? 5000);
const PASSWORD = 'a password of the rush';
const PORT = 3987;
const BASE = `http://127.0.0.1:${PORT}`;
const READER = 'session=reader';
const READERS = 10;

interface Answer {
  status: number;
  milliseconds: number;
  body: string;
  retryAfter: number;
  cookie: string;
}

function ask(path: string, agent: Agent, cookie: string, form?: string): Promise<Answer> {
  const type = form === undefined ? {} : { 'content-type': 'application/x-www-form-urlencoded' };
  const length = form === undefined ? {} : { 'content-length': String(Buffer.byteLength(form)) };
  return new Promise((resolve, reject) => {
    const sent = performance.now();
    const headers = { ...(cookie ? { cookie } : {}), ...type, ...length };
    const asked = request(BASE + path, { agent, method: form === undefined ? 'GET' : 'POST', headers }, (answer) => {
      const milliseconds = performance.now() - sent;
      const chunks: Buffer[] = [];
      answer.on('data', (chunk: Buffer) => chunks.push(chunk));
      answer.on('end', () => {
        const { statusCode: status = 0, headers: got } = answer;
        const body = Buffer.concat(chunks).toString();
        const set = got['set-cookie']?.[0]?.split(';')[0] ?? '';
        resolve({ status, milliseconds, body, retryAfter: Number(got['retry-after'] ?? 0), cookie: set });
      });
    });
    asked.on('error', reject);
    asked.end(form);
  });
}

const percentile = (values: number[], part: number) =>
  [...values].sort((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * part))] ?? Number.NaN;
const rounded = (value: number) => Math.round(value * 10) / 10;

/** Readers are a process of their own, so that the crowd of this one does not make their clock late. */
async function readUntilTold(): Promise<void> {
  const found = { page: [] as number[], lookup: [] as number[] };
  const agent = new Agent({ keepAlive: true });
  let over = false;
  const read = async (path: string, cookie: string, times: number[]) => {
    while (!over) {
      const { status, milliseconds } = await ask(path, agent, cookie);
      if (status !== 200) throw new Error(`${path} was answered with ${status}`);
      times.push(milliseconds);
      await wait(20);
    }
  };
  const readers = Array.from({ length: READERS }, () => [
    read('/', '', found.page),
    read('/my', READER, found.lookup),
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
  await Promise.all([work(), work()]);
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

/** All connect first: what is measured is what the server does with them, not how fast a kernel shakes hands. */
async function rush(): Promise<{ answers: Answer[]; seconds: number }> {
  const first = await ask('/my/sign-in', new Agent(), '');
  const token = /name="_csrf" value="([^"]+)"/.exec(first.body)?.[1] ?? '';
  const agents = Array.from({ length: SIGN_INS }, () => new Agent({ keepAlive: true, maxSockets: 1 }));
  for (let from = 0; from < SIGN_INS; from += 250)
    await Promise.all(agents.slice(from, from + 250).map((agent) => ask('/healthz', agent, '')));
  const began = performance.now();
  let lastIn = began;
  const answers = await Promise.all(
    agents.map(async (agent, n) => {
      const form = new URLSearchParams({ _csrf: token, login: `c${n}`, password: PASSWORD }).toString();
      const answer = await ask('/my/sign-in', agent, first.cookie, form);
      if (answer.status === 303) lastIn = performance.now();
      return answer;
    }),
  );
  for (const agent of agents) agent.destroy();
  return { answers, seconds: (lastIn - began) / 1000 };
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
    ...{
      PORT: String(PORT),
      METRICS_PORT: '0',
      PUBLIC_URL: BASE,
      DATA_DIR: folder,
      EXAMPLE: 'false',
      LOG_LEVEL: 'error',
    },
  });
  execFileSync('taskset', ['-cp', '1', String(process.pid)], { stdio: 'ignore' });
  const readers = fork(here, { execArgv: process.execArgv, env: { ...process.env, ROLE: 'reader' } });
  const readings = async (): Promise<{ page: number[]; lookup: number[] }> => {
    readers.send('tell');
    const [found] = (await once(readers, 'message')) as [{ page: number[]; lookup: number[] }];
    return found;
  };
  await wait(3000);
  await readings();
  await wait(3000);
  const before = await readings();
  const { answers, seconds } = await rush();
  const during = await readings();
  readers.disconnect();
  await once(readers, 'exit');
  await server.stop();
  rmSync(folder, { recursive: true, force: true });

  const admitted = answers.filter(({ status }) => status === 303);
  const refused = answers.filter(({ status }) => status === 503);
  const told = refused.filter(({ body, retryAfter }) => retryAfter >= 30 && body.includes('id="public-state"'));
  const times = refused.map(({ milliseconds }) => milliseconds);
  const rate = admitted.length / seconds;
  console.log(`${SIGN_INS} sign-ins at once, ${cpus()[0]?.model}, Node ${process.version}; one core for the server`);
  console.log(
    `let in ${admitted.length} in ${rounded(seconds)} s: ${rounded(rate)}/s, ${(rate / alone).toFixed(2)} of the hasher alone (${rounded(alone)}/s)`,
  );
  console.log(
    `turned away ${refused.length}, ${told.length} of them with the public state and a time to come back ` +
      `(${new Set(refused.map((one) => one.retryAfter)).size} different); after ${rounded(percentile(times, 0.5))} ms (median), ` +
      `${rounded(percentile(times, 0.99))} ms (p99)`,
  );
  console.table(
    Object.fromEntries(
      (['page', 'lookup'] as const).map((kind) => [
        kind,
        {
          'p50 before': rounded(percentile(before[kind], 0.5)),
          'p99 before': rounded(percentile(before[kind], 0.99)),
          'p50 in the rush': rounded(percentile(during[kind], 0.5)),
          'p99 in the rush': rounded(percentile(during[kind], 0.99)),
          readings: during[kind].length,
        },
      ]),
    ),
  );
  const other = answers.length - admitted.length - refused.length;
  if (other > 0) console.log(`${other} answers of another kind`);
  process.exit(other === 0 && told.length === refused.length && rate >= alone / 2 ? 0 : 1);
}

if (process.env.ROLE === 'reader') await readUntilTold();
else if (process.env.ROLE === 'hasher') await hashAlone();
else await main();
