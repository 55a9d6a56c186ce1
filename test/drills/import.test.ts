import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { setImmediate as immediately } from 'node:timers/promises';
import { sql } from 'kysely';
import { expect, onTestFinished, test } from 'vitest';
import { forgetCustomers } from '../../src/alerts/addresses/forget-customers.ts';
import { packageRoot } from '../../src/config.ts';
import { importCustomers, resumeImport, resumingImports } from '../../src/customers/import-customers.ts';
import { migrate } from '../../src/db/migrate.ts';
import { type Database, openDatabase } from '../../src/db/open.ts';
import { SYSTEM } from '../../src/staff/audit.ts';
import { MINUTE, systemClock } from '../../src/time.ts';
import { startChild } from '../support/child.ts';
import { emptyDatabaseUrl, engine } from '../support/database.ts';
import { smallCatalogue } from '../support/notices.ts';
import { seeded } from '../support/seed.ts';

/** Imports that are killed: while the file is read, while it is taken over, while who is gone is removed, and so on. */
const IMPORTS = Number(process.env.DRILL_IMPORTS ?? 3);

const HEAD = 'login,password_hash,display_name,mailbox,facility\n';
/** Two thirds have one mailbox, the others two, far from each other in the file. */
const NEW = 2500;
const GONE = 1200;
const MAILBOXES = NEW + Math.ceil(NEW / 3);
const FILE =
  HEAD +
  Array.from({ length: NEW }, (_, n) => `new${n},,,new${n}@m.example,121\n`).join('') +
  Array.from({ length: MAILBOXES - NEW }, (_, n) => `new${n * 3},,,second${n * 3}@m.example,122\n`).join('');

async function house() {
  const folder = mkdtempSync(join(tmpdir(), 'shirase-import-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, 'customers.csv');
  writeFileSync(file, FILE);
  const url = await emptyDatabaseUrl();
  const db = openDatabase(url, () => {});
  onTestFinished(() => db.close());
  await migrate(db, join(packageRoot, 'migrations'));
  await smallCatalogue(db);
  const before = Array.from({ length: GONE }, (_, n) => `old${n},,,old${n}@m.example,121\n`).join('');
  await importCustomers(db, systemClock, SYSTEM, Readable.from([HEAD + before]));
  const words = ['import', 'customers', file, '--apply', '--remove', String(GONE)];
  const start = () => startChild('src/cli/shirase.ts', { DATABASE_URL: url, DATA_DIR: folder }, words);
  return { db, start };
}

/** How many rows are read, how many customers are new, and how many of those who are to go are still there. */
async function counted(db: Database) {
  const { rows } = await sql<Record<'read' | 'fresh' | 'old', number>>`SELECT
    (SELECT count(*) FROM customer_import_rows) AS read,
    (SELECT count(*) FROM customers WHERE login LIKE 'new%') AS fresh,
    (SELECT count(*) FROM customers WHERE login LIKE 'old%') AS old`.execute(db.kysely);
  return { read: Number(rows[0]?.read), fresh: Number(rows[0]?.fresh), old: Number(rows[0]?.old) };
}

/** Who has not exactly the mailboxes that he is to have. */
async function halves(db: Database): Promise<string[]> {
  const { rows } = await sql<{ login: string; mailboxes: number }>`
    SELECT c.login, count(m.address) AS mailboxes FROM customers c LEFT JOIN mailboxes m ON m.customer_id = c.id
    GROUP BY c.login`.execute(db.kysely);
  const has = (login: string) => (login.startsWith('new') && Number(login.slice(3)) % 3 === 0 ? 2 : 1);
  return rows.filter(({ login, mailboxes }) => Number(mailboxes) !== has(login)).map(({ login }) => login);
}

const MOMENTS = ['reading', 'taking', 'removing'] as const;

test(
  'an import that is killed at any moment has changed nothing, or it goes on by itself to its end, and no customer is there by half',
  async () => {
    const { seed, between } = seeded();
    const told: string[] = [];
    for (let n = 0; n < IMPORTS; n++) {
      const { db, start } = await house();
      const moment = MOMENTS[n % MOMENTS.length] ?? 'reading';
      const at = between(0, 0.9);
      const reached = ({ read, fresh, old }: Awaited<ReturnType<typeof counted>>) =>
        ({ reading: read > at * MAILBOXES, taking: fresh > at * NEW, removing: old < GONE * (1 - at) })[moment];
      const command = start();
      await Promise.race([until(async () => reached(await counted(db))), command.ended]);
      command.process.kill('SIGKILL');
      await command.ended;

      const left = await counted(db);
      expect(await halves(db)).toEqual([]);
      const decided = await db.kysely.selectFrom('customer_import_decision').select('reached').executeTakeFirst();
      told.push(`${moment}: ${JSON.stringify({ ...left, decided: decided !== undefined })}`);
      if (moment === 'reading') expect(decided).toBeUndefined();
      if (decided) await goOn(db, n % 2 === 1);
      const { fresh, old } = await counted(db);
      expect([fresh, old]).toEqual(decided || left.fresh > 0 ? [NEW, 0] : [0, GONE]);
      expect(await halves(db)).toEqual([]);
    }
    console.log(`import drill on ${engine}, DRILL_SEED=${seed}: ${told.join('; ')}`);
  },
  60_000 + IMPORTS * 120_000,
);

async function until(there: () => Promise<boolean>): Promise<void> {
  while (!(await there())) await immediately();
}

/** By the server's chore, a few seconds a time, or by the next command. */
async function goOn(db: Database, byChore: boolean): Promise<void> {
  if (!byChore) return void (await resumeImport({ db, clock: systemClock }, forgetCustomers));
  const later = { now: () => systemClock.now() + 2 * MINUTE };
  const chore = resumingImports({ db, clock: later }, forgetCustomers);
  const open = () => db.kysely.selectFrom('customer_import_decision').select('run').execute();
  while ((await open()).length > 0) await chore();
}
