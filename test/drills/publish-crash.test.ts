import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect, onTestFinished, test } from 'vitest';
import { packageRoot } from '../../src/config.ts';
import { migrate } from '../../src/db/migrate.ts';
import { type Database, openDatabase } from '../../src/db/open.ts';
import { startChild } from '../support/child.ts';
import { emptyDatabaseUrl } from '../support/database.ts';
import { smallCatalogue } from '../support/notices.ts';
import { seeded } from '../support/seed.ts';
import type { Orders } from './publish-child.ts';

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
    for (let round = 0; round < 6; round++)
      acknowledged.push(...(await publishUntilDeath('when killed', between(20, 400))));
    const { notices, ...others } = await parts(db);
    console.log(`publish drill, DRILL_SEED=${seed}: ${acknowledged.length} acknowledged, ${notices.length} there`);
    for (const part of Object.values(others)) expect(part).toEqual(notices);
    expect(acknowledged.filter((id) => !notices.includes(id))).toEqual([]);
    expect(notices.length - acknowledged.length).toBeLessThanOrEqual(6);
    expect(await edition(db)).toBe(notices.length);
    expect(notices.length).toBeGreaterThan(0);
  }, 60_000);
});
