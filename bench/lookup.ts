import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { sql } from 'kysely';
import { packageRoot } from '../src/config.ts';
import { openDatabase } from '../src/db/open.ts';
import { hashToken } from '../src/http/sessions.ts';
import { DAY } from '../src/time.ts';
import { seedSite } from './seed.ts';
import { type Load, load, median, residentMegabytes, serve, startFlags } from './wrk.ts';

/**
 * What one's own state costs: the signed-in lookup of the built server, with so many customers and sessions, against a bare Fastify
 * with one prepared SELECT on the same table; on one core each and in turns. `npm run bench:lookup`; needs wrk. ROUNDS, CUSTOMERS and a
 * FOLDER may be given; what was written into that is kept and taken again by the next run.
 */
const CUSTOMERS = Number(process.argv[3] ?? 1_000_000);
const SESSIONS = 10_000;
const ROUNDS = Number(process.argv[2] ?? 5);
const SECONDS = 4;

const kept = process.argv[4];
const folder = kept ? resolve(kept) : mkdtempSync(join(tmpdir(), 'bench-lookup-'));
const file = join(folder, 'shirase.db');
execFileSync('npm', ['run', '--silent', 'build'], { cwd: packageRoot, stdio: 'inherit' });
if (!existsSync(join(folder, 'complete'))) {
  mkdirSync(folder, { recursive: true });
  rmSync(file, { force: true });
  await seedSite(file, 20, Date.now());
  await seedCustomers();
  writeFileSync(join(folder, 'complete'), '');
  console.log(`${CUSTOMERS} customers and ${SESSIONS} sessions are written`);
}

/** Customer n has one mailbox, on each of the facilities in turn; the first ones are signed in. */
async function seedCustomers(): Promise<void> {
  const db = openDatabase(`sqlite:${file}`, () => {});
  const numbers = sql`WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${CUSTOMERS})`;
  await sql`INSERT INTO customers (id, login, created_at)
    ${numbers} SELECT 'c' || i, 'c' || i || '@m.example', 0 FROM n`.execute(db.kysely);
  await sql`INSERT INTO mailboxes (address, customer_id, facility, created_at)
    ${numbers} SELECT 'c' || i || '@m.example', 'c' || i,
      CASE i % 4 WHEN 0 THEN '051' WHEN 1 THEN '062' WHEN 2 THEN '121' ELSE '142' END, 0 FROM n`.execute(db.kysely);
  const now = Date.now();
  for (let from = 0; from < SESSIONS; from += 500) {
    const rows = Array.from({ length: 500 }, (_, i) => ({
      token_hash: hashToken(`token-${from + i}`),
      audience: 'customer' as const,
      subject: `c${(from + i) * 97 + 1}`,
      ...{ created_at: now, proved_at: now, expires_at: now + 30 * DAY, agent: null },
    }));
    await db.kysely.insertInto('sessions').values(rows).execute();
  }
  await db.close();
}

const cookies = join(folder, 'cookies');
const ids = join(folder, 'ids');
const numbers = Array.from({ length: SESSIONS }, (_, i) => i);
writeFileSync(cookies, numbers.map((i) => `session=token-${i}`).join('\n'));
writeFileSync(ids, numbers.map((i) => `c${i * 97 + 1}`).join('\n'));
const asked = join(packageRoot, 'bench/asked.lua');

const ours = 'http://127.0.0.1:3974';
const bare = 'http://127.0.0.1:3975/';
const shirase = await serve(['node', ...startFlags(), join(packageRoot, 'dist/main.js')], `${ours}/`, {
  PORT: '3974',
  PUBLIC_URL: ours,
  DATA_DIR: folder,
  EXAMPLE: 'false',
  LOG_LEVEL: 'error',
  SHIRASE_ROLE: 'web',
});
const bareServer = await serve(['node', join(packageRoot, 'bench/bare-select.mjs'), '3975', file], bare);

const asCustomer = { script: asked, env: { ASKED: cookies, ASKED_HEADER: 'cookie' } };
const contenders = {
  'JSON, signed in': { server: shirase, url: `${ours}/api/v1/me/mail-status`, as: asCustomer },
  'HTML, signed in': { server: shirase, url: `${ours}/my`, as: asCustomer },
  'bare Fastify, one SELECT': {
    server: bareServer,
    url: bare,
    as: { script: asked, env: { ASKED: ids, ASKED_HEADER: 'x-customer' } },
  },
};
const found = new Map<string, Load[]>(Object.keys(contenders).map((name) => [name, []]));
for (let round = 0; round <= ROUNDS; round++) {
  for (const [name, { server, url, as }] of Object.entries(contenders)) {
    const one = await load(server.process, url, SECONDS, 64, as);
    // The first round warms up.
    if (round > 0) found.get(name)?.push(one);
  }
}
const memory = residentMegabytes(shirase.process);
await Promise.all([shirase.stop(), bareServer.stop()]);
if (!kept) rmSync(folder, { recursive: true });

const rate = (name: string) => median(found.get(name)?.map((one) => one.perCpuSecond) ?? []);
console.log(`${cpus()[0]?.model}, Node ${process.version}; 64 connections, median of ${ROUNDS}`);
console.table(
  Object.fromEntries(
    [...found].map(([name, loads]) => [
      name,
      {
        'answers/s': Math.round(median(loads.map((one) => one.perSecond))),
        'answers/CPU s': Math.round(rate(name)),
        'p99 ms': median(loads.map((one) => one.p99)),
        errors: loads.reduce((sum, one) => sum + one.errors, 0),
        'of the bare route': (rate(name) / rate('bare Fastify, one SELECT')).toFixed(2),
      },
    ]),
  ),
);
console.log(`resident memory of shirase: ${memory} MB`);
