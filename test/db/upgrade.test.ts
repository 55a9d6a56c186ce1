import { copyFileSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type RawBuilder, sql } from 'kysely';
import { expect, onTestFinished, test } from 'vitest';
import { expandAll } from '../../src/alerts/expand.ts';
import { packageRoot } from '../../src/config.ts';
import { migrate } from '../../src/db/migrate.ts';
import { type Database, openDatabase } from '../../src/db/open.ts';
import { letterSince } from '../../src/notices/letter-since.ts';
import { publishReport } from '../../src/notices/publish.ts';
import { signedIn } from '../support/customers.ts';
import { emptyDatabaseUrl } from '../support/database.ts';
import { freshFolder } from '../support/folder.ts';
import { nextReport, publisher } from '../support/notices.ts';
import { Browser, PASSWORD } from '../support/people.ts';
import { startSite } from '../support/site.ts';

/** Written by that program itself: faults with corrections and a final report, a work, a draft, mails in every state. */
const WRITTEN = JSON.parse(readFileSync(join(packageRoot, 'test/fixtures/first-release.json'), 'utf8')) as Record<
  string,
  Record<string, string | number | null>[]
>;
/** The schema that it had. */
const ITS_NEWEST = 8;

/** A database as the first release left it. */
async function filled(): Promise<Database> {
  const db = openDatabase(await emptyDatabaseUrl(), () => {});
  onTestFinished(() => db.close());
  const [all, first] = [join(packageRoot, 'migrations'), freshFolder()];
  for (const file of readdirSync(all)) {
    if (Number(file.slice(0, 4)) <= ITS_NEWEST) copyFileSync(join(all, file), join(first, file));
  }
  expect(await migrate(db, first)).toHaveLength(ITS_NEWEST);
  await db.transaction(async (tx) => {
    for (const [table, rows] of Object.entries(WRITTEN)) {
      for (const row of rows) {
        const names = sql.join(Object.keys(row).map((name) => sql.ref(name)));
        await sql`INSERT INTO ${sql.table(table)} (${names}) VALUES (${sql.join(Object.values(row))})`.execute(tx);
      }
    }
    await sql`UPDATE edition SET number = 7, changed_at = 1396681800000`.execute(tx);
  });
  return db;
}

/** Where columns of then have gone to a table of their own. */
const NOW_IN: Record<string, RawBuilder<unknown>> = {
  mails: sql`mails LEFT JOIN mail_words ON mail_words.mail_id = mails.id`,
};

/** What the columns of then hold now, in no order. */
async function heldNow(db: Database, table: string): Promise<string[]> {
  const columns = Object.keys(WRITTEN[table]?.[0] ?? {});
  const names: RawBuilder<unknown> = sql.join(columns.map((name) => sql.ref(name)));
  const { rows } = await sql<
    Record<string, unknown>
  >`SELECT ${names} FROM ${NOW_IN[table] ?? sql.table(table)}`.execute(db.kysely);
  return rows.map((row) => JSON.stringify(columns.map((name) => row[name]))).sort();
}

test('a database that the first release filled is brought up to date: nothing is lost, and everybody goes on', async () => {
  const db = await filled();
  await migrate(db, join(packageRoot, 'migrations'));
  for (const [table, rows] of Object.entries(WRITTEN)) {
    expect(await heldNow(db, table), table).toEqual(rows.map((row) => JSON.stringify(Object.values(row))).sort());
  }

  const site = await startSite({ db, now: '2014-04-06T09:00:00+09:00' });
  const pages: [string, string[]][] = [
    ['/', ['Webメールが遅れています']],
    ['/notices/20140306-1', ['7時35分頃', '時刻の誤りを訂正します。', 'ファイルサーバーの故障', '交換', '終報']],
    ['/en/notices/20140306-2', ['20140306-2']],
    ['/works', ['設備121の工事']],
    ['/history/2014-03', ['OCNメールがご利用いただけません']],
    ['/feed.atom', ['Webメールが遅れています']],
    ['/api/v2/summary.json', ['"indicator"']],
  ];
  for (const [path, words] of pages) {
    const answer = await site.get(path);
    expect(answer.statusCode, path).toBe(200);
    // What was changed stands between marks in the middle of a word.
    const text = answer.body.replace(/<\/?(?:ins|del|strong)\b[^>]*>/g, '');
    expect(
      words.filter((word) => !text.includes(word)),
      path,
    ).toEqual([]);
  }

  expect((await (await signedIn(site, 'c-hana')).get('/my')).body).toContain('hana@m062.example');
  const staff = new Browser(site.app);
  await staff.submit('/console/sign-in', '/console/sign-in', { login: 'suzuki', password: PASSWORD });
  expect((await staff.get('/console/notices/20140306-3/edit')).body).toContain('書きかけの本文');

  const open = await db.kysely.selectFrom('impacts').select('id').where('notice_id', '=', '20140306-2').execute();
  const recovered = open.map(({ id }) => ({ impact: id, at: '2014-03-06T18:00:00+09:00' }));
  await publishReport(site.notices, publisher, '20140306-2', nextReport({ phase: 'recovery', recovered, mail: true }));
  await expandAll({ ...site.ground, letterSince: letterSince(site.ground) });
  expect((await site.get('/notices/20140306-2')).body).toContain('回復報');
});
