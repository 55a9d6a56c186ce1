import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import BetterSqlite3 from 'better-sqlite3';
import { packageRoot } from '../src/config.ts';
import { openDatabase } from '../src/db/open.ts';
import { hashToken } from '../src/http/sessions.ts';
import { DAY } from '../src/time.ts';
import { percentile, readers } from './readers.ts';
import { seedSite } from './seed.ts';
import { serve, startFlags } from './wrk.ts';

/**
 * A file of a million rows by `shirase import customers`, twice: into an empty house, and as a difference (a hundredth new, moved and
 * gone) that is shown before it is taken. Beside it a server on the same SQLite whose pages and lookups are read and on which somebody
 * changes his choice; rows a second are held against bare better-sqlite3, one table, one transaction. `npm run bench:import`; ROWS may be set.
 */
const ROWS = Number(process.env.ROWS ?? 1_000_000);
const PORT = 3991;
const BASE = `http://127.0.0.1:${PORT}`;
const FACILITIES = ['051', '062', '121', '122', '141', '142'];
const HASH = `$argon2id$v=19$m=19456,t=2,p=1$${'c2FsdA'.repeat(4).slice(0, 22)}$${'aGFzaA'.repeat(8).slice(0, 43)}`;
const folder = mkdtempSync(join(tmpdir(), 'bench-import-'));

/** Half of them come with a hash, one in five has two mailboxes. In the second file a hundredth each is new, moved and gone. */
function row(n: number, second: boolean): string {
  if (second && n % 100 === 3) return '';
  const login = n % 5 === 1 ? n - 1 : n;
  const moved = second && n % 100 === 50 ? 1 : 0;
  const facility = FACILITIES[(n + moved) % FACILITIES.length];
  const hash = login % 2 === 0 ? `"${HASH}"` : '';
  return `c${login}@m.example,${hash},お客さま ${login},c${n}@m.example,${facility}\n`;
}

async function writeFile(name: string, second: boolean): Promise<string> {
  const path = join(folder, name);
  const file = createWriteStream(path);
  file.write('login,password_hash,display_name,mailbox,facility\nreader,,,reader@m.example,121\n');
  const last = second ? ROWS + ROWS / 100 : ROWS;
  for (let n = 1; n < last; n += 1000) {
    const rows = Array.from({ length: Math.min(1000, last - n) }, (_, i) => row(n + i, second)).join('');
    if (!file.write(rows)) await once(file, 'drain');
  }
  file.end();
  await once(file, 'finish');
  return path;
}

/** The same columns, nothing checked, nothing asked, one after the other. @returns rows a second. */
function bare(file: string): number {
  const rows = readFileSync(file, 'utf8')
    .trim()
    .split('\n')
    .slice(1)
    .map((line) => line.split(/,(?=(?:[^"]*"[^"]*")*[^"]*$)/));
  const db = new BetterSqlite3(join(folder, 'bare.db'));
  db.pragma('journal_mode = WAL');
  db.pragma('synchronous = FULL');
  db.exec(
    'CREATE TABLE t (login text, password_hash text, display_name text, mailbox text PRIMARY KEY, facility text) WITHOUT ROWID',
  );
  const insert = db.prepare('INSERT INTO t VALUES (?, ?, ?, ?, ?)');
  const began = performance.now();
  db.transaction(() => {
    for (const one of rows) insert.run(one);
  })();
  const seconds = (performance.now() - began) / 1000;
  db.close();
  return rows.length / seconds;
}

async function seedReader(): Promise<void> {
  const db = openDatabase(`sqlite:${join(folder, 'shirase.db')}`, () => {});
  const [now, id] = [Date.now(), 'reader'];
  await db.kysely.insertInto('customers').values({ id, login: id, created_at: 0 }).execute();
  const mailbox = { address: 'reader@m.example', customer_id: id, facility: '121', created_at: 0 };
  await db.kysely.insertInto('mailboxes').values(mailbox).execute();
  const session = { audience: 'customer' as const, subject: id, created_at: now, proved_at: now, agent: null };
  await db.kysely
    .insertInto('sessions')
    .values({ ...session, token_hash: hashToken('reader'), expires_at: now + DAY })
    .execute();
  await db.close();
}

/** Runs the command as an operator does. @returns what it said, how long it took and its memory at most. */
async function shirase(...words: string[]): Promise<{ said: string; progress: number; seconds: number; peak: number }> {
  const began = performance.now();
  const command = [join(packageRoot, 'dist/cli/shirase.js'), 'import', 'customers', ...words];
  const child = spawn('taskset', ['-c', '1', 'node', ...command], {
    env: { ...process.env, DATA_DIR: folder, PUBLIC_URL: BASE },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  let lines = '';
  let peak = 0;
  child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (lines += chunk.toString()));
  const watch = setInterval(() => {
    try {
      const status = readFileSync(`/proc/${child.pid}/status`, 'utf8');
      peak = Math.max(peak, Math.round(Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024));
    } catch {
      // it has ended
    }
  }, 100);
  const [code] = (await once(child, 'close')) as [number];
  clearInterval(watch);
  if (code !== 0) throw new Error(`import ended with ${code}: ${lines}${said}`);
  return { said, progress: lines.split('\n').length - 1, seconds: (performance.now() - began) / 1000, peak };
}

execFileSync('npm', ['run', '--silent', 'build'], { cwd: packageRoot, stdio: 'inherit' });
const first = await writeFile('first.csv', false);
const second = await writeFile('second.csv', true);
const bareRate = bare(first);
console.log(`${cpus()[0]?.model}, Node ${process.version}; ${ROWS} rows; bare: ${Math.round(bareRate)} rows/s`);
await seedSite(join(folder, 'shirase.db'), 20, Date.now());
await seedReader();
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
// also where an import fails in the middle
process.on('exit', () => {
  server.process.kill();
  rmSync(folder, { recursive: true, force: true });
});
const others = readers({ base: BASE, cookie: 'session=reader', each: 4, writes: true });
const table: Record<string, Record<string, unknown>> = {};
const rounded = (value: number) => Math.round(value * 10) / 10;

async function measured(
  name: string,
  work: () => Promise<Awaited<ReturnType<typeof shirase>> | undefined>,
): Promise<string> {
  await others.since();
  const done = await work();
  const { page, lookup, write, failed } = await others.since();
  const rate = done && ROWS / done.seconds;
  table[name] = {
    seconds: done && rounded(done.seconds),
    'rows/s': rate && Math.round(rate),
    'of bare': rate && (rate / bareRate).toFixed(2),
    'peak MB': done?.peak,
    'page p99': rounded(percentile(page, 0.99)),
    'lookup p99': rounded(percentile(lookup, 0.99)),
    'write p99': rounded(percentile(write, 0.99)),
    'write at most': rounded(percentile(write, 1)),
    failed: JSON.stringify(failed),
  };
  console.log(name, JSON.stringify(table[name]), done?.progress, done?.said.trim().replaceAll('\n', ' '));
  return done?.said ?? '';
}

await others.since();
await wait(2000);
await measured('before', () => wait(5000).then(() => undefined));
await measured('first file', () => shirase(first, '--apply'));
const shown = await measured('second file, shown', () => shirase(second));
const gone = /Not in the file any more: (\d+) customers/.exec(shown)?.[1] ?? '0';
await measured('second file, taken', () => shirase(second, '--apply', '--remove', gone));
await measured('after', () => wait(5000).then(() => undefined));
console.table(table);
await others.stop();
await server.stop();
process.exit();
