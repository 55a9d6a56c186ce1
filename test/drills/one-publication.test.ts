import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { packageRoot } from '../../src/config.ts';
import { migrate } from '../../src/db/migrate.ts';
import { openDatabase } from '../../src/db/open.ts';
import { systemClock } from '../../src/time.ts';
import { subscriber } from '../support/addresses.ts';
import { type Child, startChild } from '../support/child.ts';
import { emptyDatabaseUrl } from '../support/database.ts';
import { freshFolder } from '../support/folder.ts';
import { smallCatalogue } from '../support/notices.ts';
import { keyFor } from '../support/people.ts';
import { startReceiver } from '../support/smtp.ts';

/** As it is installed, where it has been built: that starts sooner. */
const PROGRAM = process.env.DRILL_PROGRAM ?? 'src/main.ts';
const NODES = 2;
const CALLS = 200;

/** RELIABILITY M12, where the calls reach different processes: nothing but the database can tell that they are one. */
test('M12: two hundred calls with one key at two processes at once publish once, and each reader gets one mail', async () => {
  const url = await emptyDatabaseUrl();
  const db = openDatabase(url, () => {});
  onTestFinished(() => db.close());
  await migrate(db, join(packageRoot, 'migrations'));
  await smallCatalogue(db);
  for (const name of ['taro', 'hanako']) await subscriber(db, name, ['121']);
  const { authorization } = await keyFor(db, systemClock, 'notices:write');
  const receiver = await startReceiver();
  const env = {
    ...{ NODE_ENV: 'development', EXAMPLE: 'false', HOST: '127.0.0.1', PORT: '0', METRICS_PORT: '0' },
    ...{ DATABASE_URL: url, SMTP_URL: receiver.url, MAIL_ALLOWLIST: '*', SHIRASE_SECRET: 'x'.repeat(40) },
  };
  const start = (role: string) => startChild(PROGRAM, { ...env, DATA_DIR: freshFolder(), SHIRASE_ROLE: role });
  const nodes = await Promise.all(Array.from({ length: NODES }, () => start('web')).map(addressOf));

  const now = systemClock.now();
  const occurredAt = new Date(now - 60_000).toISOString();
  const impacts = [{ service: 'mail', facilities: ['121'], symptom: 'unavailable', startedAt: occurredAt }];
  const report = { phase: 'first', body: { ja: 'ご利用いただけません。' }, mail: true };
  const body = JSON.stringify({ kind: 'fault', title: { ja: '故障' }, occurredAt, impacts, report, publish: true });
  const headers = { authorization, 'content-type': 'application/json', 'idempotency-key': 'pressed-twice' };
  const answers = await Promise.all(
    Array.from({ length: CALLS }, async (_, n) => {
      const answer = await fetch(`${nodes[n % NODES]}/api/v1/notices`, { method: 'POST', headers, body });
      return `${answer.status} ${await answer.text()}`;
    }),
  );
  expect(new Set(answers).size).toBe(1);
  expect(answers[0]).toMatch(/^201 /);

  start('courier');
  await receiver.arrived(2);
  const rows = async (table: 'notices' | 'reports' | 'fanouts') =>
    (await db.kysely.selectFrom(table).selectAll().execute()).length;
  expect([await rows('notices'), await rows('reports'), await rows('fanouts')]).toEqual([1, 1, 1]);
  const alerts = await db.kysely.selectFrom('alerts').select('address_id').orderBy('address_id').execute();
  expect(alerts.map((alert) => alert.address_id)).toEqual(['a-hanako', 'a-taro']);
  expect(receiver.mails.map((mail) => mail.to[0]).sort()).toEqual([
    'hanako@elsewhere.example',
    'taro@elsewhere.example',
  ]);
});

async function addressOf(server: Child): Promise<string> {
  await server.hears('Server listening at http');
  return /Server listening at (http:\/\/[\d.:]+)/.exec(server.said())?.[1] ?? '';
}
