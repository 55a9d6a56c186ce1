import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { SMTPServer } from 'smtp-server';
import { packageRoot } from '../../src/config.ts';
import { migrate } from '../../src/db/migrate.ts';
import { type Database, openDatabase } from '../../src/db/open.ts';
import { hashToken } from '../../src/http/sessions.ts';
import { SYSTEM } from '../../src/staff/audit.ts';
import { addKey } from '../../src/staff/keys.ts';
import { DAY, isoTime, MINUTE, SECOND, systemClock } from '../../src/time.ts';
import { smallCatalogue } from '../support/notices.ts';

/**
 * A failover with real servers on this machine: a PostgreSQL primary with a synchronous replica, two web nodes, two couriers, nginx in
 * front. While a publication is being mailed, one node of each kind is killed, the primary dies and its replica is promoted.
 * `ADDRESSES=20000 npx tsx test/drills/failover.ts`; needs root (for the user postgres), PostgreSQL's programs and nginx.
 */
const ADDRESSES = Number(process.env.ADDRESSES ?? 2000);
const BIN = process.env.PG_BIN ?? '/usr/lib/postgresql/15/bin';

if (process.getuid?.() !== 0) throw new Error('needs root: PostgreSQL runs as the user postgres');
const folder = mkdtempSync(join(tmpdir(), 'shirase-failover-'));
chmodSync(folder, 0o755);
const children: ChildProcess[] = [];
const [pg1, pg2, web1, web2, front] = await Promise.all([freePort(), freePort(), freePort(), freePort(), freePort()]);
const base = `http://127.0.0.1:${front}`;
if (process.env.SKIP_BUILD !== '1')
  execFileSync('npm', ['run', '--silent', 'build'], { cwd: packageRoot, stdio: 'inherit' });

const began = performance.now();
const tell = (text: string) => console.log(`${((performance.now() - began) / 1000).toFixed(1).padStart(6)} s  ${text}`);

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

// PostgreSQL

function asPostgres(program: string, ...words: string[]): void {
  execFileSync('runuser', ['-u', 'postgres', '--', join(BIN, program), ...words], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
}

function start(name: string, port: number): void {
  const options = `-p ${port} -c listen_addresses=127.0.0.1 -c unix_socket_directories=${folder} -c max_connections=100`;
  asPostgres('pg_ctl', 'start', '-w', '-D', join(folder, name), '-l', join(folder, `${name}.log`), '-o', options);
}

execFileSync('chown', ['postgres', folder]);
asPostgres('initdb', '-D', join(folder, 'primary'), '-A', 'trust', '-U', 'postgres', '-E', 'UTF8');
start('primary', pg1);
const admin = openDatabase(`postgres://postgres@127.0.0.1:${pg1}/postgres`, () => {});
await admin.exec('CREATE DATABASE shirase');
asPostgres(
  'pg_basebackup',
  '-D',
  join(folder, 'replica'),
  '-R',
  // not over the minutes that a server at work takes for it
  '--checkpoint=fast',
  '-d',
  `host=127.0.0.1 port=${pg1} user=postgres application_name=replica`,
);
start('replica', pg2);
// What is acknowledged is on both: a ticket that was taken is never forgotten.
await admin.exec("ALTER SYSTEM SET synchronous_standby_names = 'replica'");
await admin.exec('SELECT pg_reload_conf()');
await admin.close();
tell(`primary on ${pg1}, synchronous replica on ${pg2}`);

const url = `postgres://postgres@127.0.0.1:${pg1},127.0.0.1:${pg2}/shirase`;
const db = openDatabase(url, () => {});
await migrate(db, join(packageRoot, 'migrations'));
await seed(db);
const key = await addKey(db, systemClock, SYSTEM, { name: 'drill', scopes: ['notices:write', 'notices:read'] });
const session = randomBytes(32).toString('base64url');
const now = systemClock.now();
await db.kysely
  .insertInto('sessions')
  .values({
    token_hash: hashToken(session),
    audience: 'customer',
    subject: 'c-0',
    created_at: now,
    proved_at: now,
    expires_at: now + DAY,
  } as never)
  .execute();
tell(`${ADDRESSES} addresses`);

async function seed(on: Database): Promise<void> {
  await smallCatalogue(on);
  for (let from = 0; from < ADDRESSES; from += 500) {
    const some = Array.from({ length: Math.min(500, ADDRESSES - from) }, (_, n) => from + n);
    await on.transaction(async (tx) => {
      const customers = some.map((n) => ({
        id: `c-${n}`,
        login: `r${n}`,
        display_name: null,
        password_hash: null,
        created_at: 0,
      }));
      await tx.insertInto('customers').values(customers).execute();
      const mailboxes = some.map((n) => ({
        address: `r${n}@m121.example`,
        customer_id: `c-${n}`,
        facility: '121',
        created_at: 0,
      }));
      await tx.insertInto('mailboxes').values(mailboxes).execute();
      const email = (n: number) => `r${n}@d${n % 40}.example`;
      const addresses = some.map((n) => ({
        id: `a-${n}`,
        customer_id: `c-${n}`,
        place: 1,
        email: email(n),
        email_key: email(n),
        language: 'ja',
        scope: 'mine',
        works: 0,
        created_at: 0,
        confirmed_at: 1,
      }));
      await tx
        .insertInto('addresses')
        .values(addresses as never)
        .execute();
    });
  }
}

// The receiving side

const copies = new Map<string, number>();
const messageIds = new Set<string>();
const sink = new SMTPServer({
  authOptional: true,
  disabledCommands: ['STARTTLS', 'AUTH'],
  onData(stream, mail, done) {
    let head = '';
    stream.on('data', (chunk: Buffer) => {
      if (head.length < 4000) head += chunk.toString('latin1');
    });
    stream.on('end', () => {
      const to = mail.envelope.rcptTo[0]?.address ?? '';
      copies.set(to, (copies.get(to) ?? 0) + 1);
      messageIds.add(/^Message-ID:\s*(<[^>]+>)/im.exec(head)?.[1] ?? '');
      done();
    });
  },
});
// A courier that is killed leaves its connections as they are.
sink.on('error', () => {});
await new Promise<void>((resolve) => sink.listen(0, '127.0.0.1', resolve));
const smtp = `smtp://127.0.0.1:${(sink.server.address() as AddressInfo).port}`;
const received = () => [...copies.values()].reduce((sum, one) => sum + one, 0);

// Nodes and nginx

function node(name: string, role: 'web' | 'courier', port: number): ChildProcess {
  mkdirSync(join(folder, name));
  const child = spawn('node', [join(packageRoot, 'dist/main.js')], {
    env: {
      PATH: process.env.PATH,
      NODE_ENV: 'development',
      EXAMPLE: 'false',
      DATABASE_URL: url,
      DATABASE_READ_URL: `postgres://postgres@127.0.0.1:${pg2}/shirase`,
      DATA_DIR: join(folder, name),
      SHIRASE_ROLE: role,
      SHIRASE_SECRET: 'x'.repeat(40),
      SMTP_URL: smtp,
      MAIL_ALLOWLIST: '*',
      MAIL_PER_SECOND: '300',
      PORT: String(port),
      METRICS_PORT: '0',
      TRUST_PROXY: '1',
      PUBLIC_URL: base,
      LOG_LEVEL: 'warn',
    },
    stdio: ['ignore', 'ignore', 'ignore'],
  });
  children.push(child);
  return child;
}

const nodes = {
  web1: node('web1', 'web', web1),
  web2: node('web2', 'web', web2),
  courier1: node('courier1', 'courier', 0),
  courier2: node('courier2', 'courier', 0),
};
writeFileSync(
  join(folder, 'nginx.conf'),
  `daemon off; master_process off; pid ${folder}/nginx.pid; error_log ${folder}/nginx.log;
events {}
http { access_log off; client_body_temp_path ${folder}/t1; proxy_temp_path ${folder}/t2; fastcgi_temp_path ${folder}/t3; uwsgi_temp_path ${folder}/t4; scgi_temp_path ${folder}/t5;
upstream shirase { server 127.0.0.1:${web1} max_fails=1 fail_timeout=5s; server 127.0.0.1:${web2} max_fails=1 fail_timeout=5s; }
server { listen 127.0.0.1:${front};
location / { proxy_pass http://shirase; proxy_next_upstream error timeout http_502; proxy_connect_timeout 1s; proxy_read_timeout 15s; proxy_set_header X-Forwarded-For $remote_addr; } } }`,
);
children.push(spawn('/usr/sbin/nginx', ['-p', folder, '-c', join(folder, 'nginx.conf')], { stdio: 'ignore' }));
for (const port of [web1, web2]) while ((await ask(`http://127.0.0.1:${port}/healthz`)) !== 200) await wait(200);
while ((await ask(`${base}/`)) !== 200) await wait(200);
tell('two web nodes, two couriers and nginx are up');

function ask(address: string, headers: Record<string, string> = {}): Promise<number> {
  return new Promise((resolve) => {
    const asking = request(address, { headers, timeout: 20 * SECOND, agent: false }, (answer) => {
      answer.resume();
      answer.on('end', () => resolve(answer.statusCode ?? 0));
      answer.on('error', () => resolve(0));
    });
    asking.on('timeout', () => asking.destroy());
    asking.on('error', () => resolve(0));
    asking.end();
  });
}

// Readers, who ask all the time

const seen = { pages: 0, pageErrors: 0, lookups: 0, lookupErrors: 0, longestGap: 0 };
let watching = true;
const pages = (async () => {
  for (; watching; await wait(100)) {
    seen.pages++;
    if ((await ask(`${base}/`)) !== 200) seen.pageErrors++;
  }
})();
const lookups = (async () => {
  let well = performance.now();
  for (; watching; await wait(100)) {
    seen.lookups++;
    if ((await ask(`${base}/my`, { cookie: `session=${session}` })) === 200) well = performance.now();
    else seen.lookupErrors++;
    seen.longestGap = Math.max(seen.longestGap, performance.now() - well);
  }
})();

/** As a program should: again under the same key until it is answered. */
async function publish(path: string, body: object): Promise<{ id: string; reports: { number: number }[] }> {
  const idempotency = randomBytes(8).toString('hex');
  for (;;) {
    const headers = {
      authorization: `Bearer ${key}`,
      'content-type': 'application/json',
      'idempotency-key': idempotency,
    };
    const answer = await fetch(base + path, { method: 'POST', headers, body: JSON.stringify(body) }).catch(
      () => undefined,
    );
    if (answer?.status === 201) return (await answer.json()) as { id: string; reports: { number: number }[] };
    if (answer && answer.status < 500) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
    await wait(300);
  }
}

const started = isoTime(now - 30 * MINUTE, 'Asia/Tokyo');
const notice = await publish('/api/v1/notices', {
  kind: 'fault',
  title: { ja: 'OCNメールがご利用いただけません' },
  occurredAt: started,
  impacts: [{ service: 'mail', facilities: ['121'], symptom: 'unavailable', startedAt: started }],
  report: { phase: 'first', body: { ja: 'ご利用いただけません。' }, mail: true },
  publish: true,
});
const acknowledged = notice.reports.length;
tell(`published ${notice.id}`);

while (received() < ADDRESSES / 4) await wait(100);
tell(`${received()} mails are out: courier1 and web1 are killed`);
nodes.courier1.kill('SIGKILL');
nodes.web1.kill('SIGKILL');
await wait(2 * SECOND);
tell(`${received()} mails are out: the primary dies`);
asPostgres('pg_ctl', 'stop', '-D', join(folder, 'primary'), '-m', 'immediate');
await wait(SECOND);
asPostgres('pg_ctl', 'promote', '-w', '-D', join(folder, 'replica'));
tell('the replica is promoted');
const recovery = await publish(`/api/v1/notices/${notice.id}/reports`, {
  phase: 'recovery',
  body: { ja: '回復しました。' },
  recovered: [{ impact: `${notice.id}-1`, at: isoTime(systemClock.now(), 'Asia/Tokyo') }],
  mail: true,
  publish: true,
});
tell(`recovery is published as report ${recovery.reports.length}`);

const after = openDatabase(`postgres://postgres@127.0.0.1:${pg2}/shirase`, () => {});
for (;;) {
  const open = await after.kysely
    .selectFrom('mails')
    .select('id')
    .where('state', 'in', ['queued', 'claimed', 'handing'])
    .limit(1)
    .execute();
  const fanouts = await after.kysely.selectFrom('fanouts').select('id').where('finished_at', 'is', null).execute();
  if (open.length === 0 && fanouts.length === 0) break;
  await wait(SECOND);
}
watching = false;
await Promise.all([pages, lookups]);
tell('every mail has come to its end');

const mails = await after.kysely.selectFrom('mails').select(['recipient', 'message_id', 'state']).execute();
const reports = await after.kysely.selectFrom('reports').select('number').execute();
const told = new Set(mails.filter((mail) => mail.state === 'sent').map((mail) => mail.recipient));
const inSight = new Set(mails.filter((mail) => mail.state === 'in_doubt').map((mail) => mail.recipient));
const result = {
  addresses: ADDRESSES,
  received: received(),
  states: Object.fromEntries(
    [...new Set(mails.map((mail) => mail.state))].map((state) => [
      state,
      mails.filter((mail) => mail.state === state).length,
    ]),
  ),
  mostCopies: Math.max(...copies.values()),
  sentAndNotReceived: mails.filter((mail) => mail.state === 'sent' && !messageIds.has(mail.message_id)).length,
  lostOutOfSight: Array.from({ length: ADDRESSES }, (_, n) => `r${n}@d${n % 40}.example`).filter(
    (one) => !told.has(one) && !inSight.has(one) && !copies.has(one),
  ).length,
  reportsLost: acknowledged + 1 - reports.length,
  ...seen,
  longestGap: `${(seen.longestGap / 1000).toFixed(1)} s`,
};
console.log(JSON.stringify(result, null, 2));
const passed =
  result.mostCopies <= 3 &&
  result.sentAndNotReceived === 0 &&
  result.lostOutOfSight === 0 &&
  result.reportsLost === 0 &&
  seen.pageErrors === 0 &&
  seen.longestGap < 10_000;

await after.close();
await db.close().catch(() => {});
for (const child of children) child.kill('SIGKILL');
sink.close();
asPostgres('pg_ctl', 'stop', '-D', join(folder, 'replica'), '-m', 'immediate');
rmSync(folder, { recursive: true, force: true });
console.log(passed ? 'passed' : 'FAILED');
process.exit(passed ? 0 : 1);
