import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { expect, onTestFinished, test, vi } from 'vitest';
import { packageRoot } from '../../src/config.ts';
import { migrate } from '../../src/db/migrate.ts';
import { openDatabase } from '../../src/db/open.ts';
import { publishNotice, publishReport } from '../../src/notices/publish.ts';
import { MINUTE } from '../../src/time.ts';
import { startTeller } from '../support/channels.ts';
import { startChild } from '../support/child.ts';
import { emptyDatabaseUrl } from '../support/database.ts';
import { startHookServer } from '../support/hook-server.ts';
import { faultInput, nextReport, publisher, smallCatalogue } from '../support/notices.ts';
import { seeded } from '../support/seed.ts';

const KILLS = 2;
const UPDATES = 4;

test('killed in the middle of its calls, again and again, it loses none, and a repeat is known by its id', async () => {
  const { seed, random } = seeded();
  const databaseUrl = await emptyDatabaseUrl();
  const db = openDatabase(databaseUrl, () => {});
  onTestFinished(() => db.close());
  await migrate(db, join(packageRoot, 'migrations'));
  await smallCatalogue(db);
  // Half of the calls hang or are cut: a kill finds some under way.
  const hooks = await startHookServer(() => (random() < 0.3 ? 'hang' : { status: random() < 0.2 ? 503 : 204 }));
  const { add, notices, clock } = await startTeller({ db });
  for (const name of ['a', 'b']) await add({ kind: 'webhook', target: hooks.url, name });
  const { id } = await publishNotice(notices, publisher, faultInput());
  for (let n = 0; n < UPDATES; n++) await publishReport(notices, publisher, id, nextReport({ phase: 'update' }));
  const states = async () =>
    (await db.kysely.selectFrom('channel_posts').select('state').execute()).map(({ state }) => state);
  const begin = async () => {
    const child = startChild('test/drills/channel-child.ts');
    child.tell({ databaseUrl, now: clock.now() });
    await child.hears('calling');
    return child;
  };
  for (let kill = 0; kill < KILLS; kill++) {
    const child = await begin();
    // in the middle of something, where there is still something to do
    await Promise.race([hooks.arrived(hooks.calls.length + 1), wait(3000)]);
    await wait(random() * 50);
    child.process.kill('SIGKILL');
    await child.ended;
    clock.advance(2 * MINUTE);
  }
  hooks.answer = () => ({ status: 204 });
  clock.advance(60 * MINUTE);
  await begin();
  const all = 2 * (UPDATES + 1);
  await vi.waitFor(
    async () => expect((await states()).filter((state) => state === 'arrived')).toHaveLength(all),
    20_000,
  );
  const ids = new Set(hooks.calls.map(({ headers }) => headers['webhook-id']));
  console.log(`channel drill, DRILL_SEED=${seed}: ${KILLS} kills, ${ids.size} posts, ${hooks.calls.length} calls`);
  expect(ids.size).toBe(all);
}, 240_000);
