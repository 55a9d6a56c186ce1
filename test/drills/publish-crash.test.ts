import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect, onTestFinished, test } from 'vitest';
import { packageRoot } from '../../src/config.ts';
import { migrate } from '../../src/db/migrate.ts';
import { type Database, openDatabase } from '../../src/db/open.ts';
import { startApp } from '../support/app.ts';
import { programOf, startChild } from '../support/child.ts';
import { emptyDatabaseUrl, engine } from '../support/database.ts';
import { smallCatalogue } from '../support/notices.ts';
import { keyFor } from '../support/people.ts';
import { seeded } from '../support/seed.ts';
import { canTrace } from '../support/strace.ts';
import type { Orders } from './publish-child.ts';
import type { Order } from './publish-point-child.ts';

async function ready() {
  const url = await emptyDatabaseUrl();
  const db = openDatabase(url, () => {});
  onTestFinished(() => db.close());
  await migrate(db, join(packageRoot, 'migrations'));
  await smallCatalogue(db);
  const publishUntilDeath = async (die: Orders['die'], after = 0) => {
    const child = startChild('test/drills/publish-child.ts');
    await child.hears('ready');
    const orders: Orders = { databaseUrl: url, die };
    child.tell(orders);
    if (die === 'when killed') {
      await child.hears('publishing');
      await wait(after);
      child.process.kill('SIGKILL');
    }
    expect(await child.ended).toBe('SIGKILL');
    return [...child.said().matchAll(/published (\S+)\./g)].map((match) => match[1] ?? '');
  };
  return { db, publishUntilDeath };
}

/** The parts of a publication, each as the notices that have it. */
async function parts(db: Database) {
  const ids = async (query: Promise<{ id: string }[]>) => (await query).map((row) => row.id).sort();
  const { kysely } = db;
  return {
    notices: await ids(kysely.selectFrom('notices').select('id').execute()),
    impacts: await ids(kysely.selectFrom('impacts').select('notice_id as id').execute()),
    reports: await ids(kysely.selectFrom('reports').select('notice_id as id').execute()),
    audit: await ids(
      kysely.selectFrom('audit_entries').select('subject_id as id').where('act', '=', 'report:publish').execute(),
    ),
    fanouts: await ids(kysely.selectFrom('fanouts').select('notice_id as id').execute()),
    postings: await ids(kysely.selectFrom('postings').select('notice_id as id').execute()),
  };
}

async function edition(db: Database): Promise<number> {
  return (await db.kysely.selectFrom('edition').select('number').executeTakeFirstOrThrow()).number;
}

describe('a publication whose process dies', () => {
  test('just before its commit leaves nothing', async () => {
    const { db, publishUntilDeath } = await ready();
    expect(await publishUntilDeath('before the commit')).toEqual([]);
    expect(Object.values(await parts(db))).toEqual([[], [], [], [], [], []]);
    expect(await edition(db)).toBe(0);
  });

  test('just after its commit is there with all its parts', async () => {
    const { db, publishUntilDeath } = await ready();
    await publishUntilDeath('after the commit');
    const { notices, ...others } = await parts(db);
    expect(notices).toHaveLength(1);
    for (const part of Object.values(others)) expect(part).toEqual(notices);
    expect(await edition(db)).toBe(1);
  });

  test('at any moment is there whole or not at all, and what was acknowledged is there', async () => {
    const { db, publishUntilDeath } = await ready();
    const { seed, between } = seeded();
    const acknowledged: string[] = [];
    let round = 0;
    // a machine too slow to publish anything in that time is given more of it, until it has
    for (; round < 6 || acknowledged.length === 0; round++)
      acknowledged.push(...(await publishUntilDeath('when killed', between(20, 400) * Math.max(1, round - 4))));
    const { notices, ...others } = await parts(db);
    console.log(`publish drill, DRILL_SEED=${seed}: ${acknowledged.length} acknowledged, ${notices.length} there`);
    for (const part of Object.values(others)) expect(part).toEqual(notices);
    expect(acknowledged.filter((id) => !notices.includes(id))).toEqual([]);
    expect(notices.length - acknowledged.length).toBeLessThanOrEqual(round);
    expect(await edition(db)).toBe(notices.length);
    expect(notices.length).toBeGreaterThan(0);
  }, 60_000);
});

/** Every which write or sync is one to die at; `npm run drill:mail` takes each. */
const EVERY = Number(process.env.DRILL_EVERY ?? 40);

test.runIf(engine === 'sqlite' && canTrace())(
  'M3: killed at any of its writes and syncs it is there whole or not at all, and a retry with the same key makes it once',
  async () => {
    const url = await emptyDatabaseUrl();
    const db = openDatabase(url, () => {});
    onTestFinished(() => db.close());
    await migrate(db, join(packageRoot, 'migrations'));
    await smallCatalogue(db);
    const { app, clock } = await startApp({ db });
    const key = await keyFor(db, clock, 'notices:write');
    const started = {
      startedAt: '2014-03-06T07:34:00+09:00',
      service: 'mail',
      facilities: ['121'],
      symptom: 'unavailable',
    };
    const payload = {
      ...{ kind: 'fault', title: { ja: 'OCNメールがご利用いただけません' }, occurredAt: started.startedAt },
      ...{
        impacts: [started],
        report: { phase: 'first', body: { ja: 'ご利用いただけません。' }, mail: true },
        publish: true,
      },
    };
    const counts = { points: 0, whole: 0, nothing: 0 };
    // strace counts each call by itself: one that is killed at its n-th write would never come to its syncs.
    const points = { pwrite64: EVERY, fsync: 1, fdatasync: 1 };
    for (const [call, step] of Object.entries(points))
      for (let n = 1, killed = true; killed; n += step) {
        const headers = { ...key, 'idempotency-key': `${call}-${n}` };
        const before = (await parts(db)).notices.length;
        const fault = `inject=${call}:signal=KILL:when=${n}`;
        const watch = ['-f', '-qq', '-o', '/dev/null', '-e', `trace=${call}`, '-e', fault];
        const order: Order = { databaseUrl: url, headers, payload };
        const child = [process.execPath, programOf('test/drills/publish-point-child.ts'), JSON.stringify(order)];
        const { status, signal, stdout } = spawnSync('strace', [...watch, ...child], {
          cwd: packageRoot,
          encoding: 'utf8',
        });
        killed = signal === 'SIGKILL' || status === 137;
        const { notices, ...others } = await parts(db);
        for (const part of Object.values(others)) expect([n, part]).toEqual([n, notices]);
        const made = notices.length - before;
        expect(made, `at point ${n}`).toBeLessThanOrEqual(1);
        // Where its answer got out, it is there.
        if (stdout === '201') expect([n, made]).toEqual([n, 1]);
        expect([n, killed || stdout === '201']).toEqual([n, true]);
        counts.points++;
        if (made === 1) counts.whole++;
        else counts.nothing++;
        const retried = await app.inject({ method: 'POST', url: '/api/v1/notices', payload, headers });
        expect([n, retried.statusCode]).toEqual([n, 201]);
        expect((await parts(db)).notices).toHaveLength(before + 1);
      }
    await db.inspect();
    console.log(`publish drill, killed at every ${EVERY}th write or sync: ${JSON.stringify(counts)}`);
    expect(Math.min(counts.whole, counts.nothing)).toBeGreaterThan(0);
  },
  1_800_000,
);
