import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import BetterSqlite3 from 'better-sqlite3';
import { sql } from 'kysely';
import { expect, onTestFinished, test } from 'vitest';
import { expandAll } from '../../src/alerts/expand.ts';
import { packageRoot } from '../../src/config.ts';
import { migrate } from '../../src/db/migrate.ts';
import { moveTo } from '../../src/db/move.ts';
import { openDatabase } from '../../src/db/open.ts';
import { publishNotice } from '../../src/notices/publish.ts';
import { SYSTEM } from '../../src/staff/audit.ts';
import { changeSettings } from '../../src/staff/settings.ts';
import { subscriber } from '../support/addresses.ts';
import { alertGround } from '../support/alerts.ts';
import { startApp } from '../support/app.ts';
import { clockAt } from '../support/clock.ts';
import { emptyDatabaseUrl, engine } from '../support/database.ts';
import { faultInput, noticeGround, publisher, smallCatalogue } from '../support/notices.ts';
import { Browser, customerAt, PASSWORD } from '../support/people.ts';

/** A SQLite installation with something in most tables. */
async function installation() {
  const folder = mkdtempSync(join(tmpdir(), 'shirase-move-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, 'shirase.db');
  const db = openDatabase(`sqlite:${file}`, () => {});
  await migrate(db, join(packageRoot, 'migrations'));
  await smallCatalogue(db);
  const clock = clockAt('2014-03-06T08:00:00+09:00');
  const shirase = await startApp({ db });
  await customerAt(shirase, 'taro', ['121']);
  for (let n = 0; n < 30; n++) await subscriber(db, `r${n}`, ['121']);
  const { id } = await publishNotice(
    noticeGround(db, clock),
    publisher,
    faultInput({ title: { ja: '表示①髙〜', en: "it's 100 %" } }),
  );
  await expandAll(alertGround(db, clock));
  await changeSettings(db, clock, SYSTEM, { updateMinutes: 45 });
  await db.close();
  return { file, id };
}

test.runIf(engine === 'postgres')(
  'a whole SQLite installation moves to PostgreSQL, and everything of it works there',
  async () => {
    const { file, id } = await installation();
    const to = openDatabase(await emptyDatabaseUrl(), () => {});
    onTestFinished(() => to.close());
    await expect(moveTo(file, to, () => {})).rejects.toThrow();
    await migrate(to, join(packageRoot, 'migrations'));

    // Stopped in the middle, and started again.
    let batches = 0;
    const stopped = moveTo(file, to, () => {
      if (++batches === 4) throw new Error('stopped');
    });
    await expect(stopped).rejects.toThrow('stopped');
    const told: string[] = [];
    const counts = await moveTo(file, to, (table, done, all) => told.push(`${table} ${done}/${all}`));
    expect(counts).toMatchObject({ mails: 30, customers: 31, notices: 1, edition: 1 });
    expect(told).toContain('mails 30/30');
    expect(await moveTo(file, to, () => {})).toEqual(counts);

    const { app } = await startApp({ db: to });
    expect((await app.inject({ url: `/notices/${id}` })).body).toContain('表示①髙〜');
    const taro = new Browser(app);
    expect((await taro.submit('/my/sign-in', '/my/sign-in', { login: 'taro', password: PASSWORD })).statusCode).toBe(
      303,
    );
    expect((await taro.get('/my')).body).toContain('taro@m121.example');

    await sql`UPDATE customers SET display_name = 'somebody else' WHERE login = 'r7'`.execute(to.kysely);
    await expect(moveTo(file, to, () => {})).rejects.toThrow('customers: the row c-r7 is not the same on both sides');
  },
);

test.runIf(engine === 'postgres')('nothing moves while something writes to the source', async () => {
  const { file } = await installation();
  const to = openDatabase(await emptyDatabaseUrl(), () => {});
  onTestFinished(() => to.close());
  await migrate(to, join(packageRoot, 'migrations'));
  const server = new BetterSqlite3(file);
  onTestFinished(() => void server.close());
  server.exec('BEGIN IMMEDIATE');
  await expect(moveTo(file, to, () => {})).rejects.toThrow(`A server or command is writing to ${file}. Stop it first.`);
});
