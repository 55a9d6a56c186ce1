import { expect, test } from 'vitest';
import { loadExample } from '../../src/cli/example.ts';
import { sumsOf, timelinessOf } from '../../src/notices/clocks/timeliness.ts';
import { loadPostings, loadPublished } from '../../src/notices/read.ts';
import { startApp } from '../support/app.ts';
import { textOf } from '../support/console.ts';
import { expectValidHtml } from '../support/html.ts';
import { Browser, staffAt } from '../support/people.ts';

test('6 March 2014: 26, 146, 146 and 386 minutes, 35 to 43 after recovery, and 367 minutes of silence', async () => {
  const shirase = await startApp({ now: '2014-07-20T10:00:00+09:00' });
  const { db, clock, ground } = shirase;
  await loadExample(ground);
  const stories = timelinessOf(await loadPublished(db.kysely), await loadPostings(db.kysely), clock.now());
  const day = stories.find((one) => one.root.startsWith('20140306'));
  const surface = (name: string) => day?.surfaces.find((one) => one.surface === name);
  expect(['support', 'ocn_top', 'official_top', 'press'].map((name) => surface(name)?.first)).toEqual([
    26, 146, 146, 386,
  ]);
  expect(['support', 'ocn_top', 'official_top', 'press'].map((name) => surface(name)?.afterRecovery)).toEqual([
    35, 35, 43, 43,
  ]);
  expect([day?.first, day?.longestSilence]).toEqual([26, 367]);
  const sums = sumsOf(day ? [day] : []);
  expect(sums).toEqual({ faults: 1, timed: 1, within: { 30: 1, 60: 1, 120: 1 }, median: 26, longestSilence: 367 });
  const staff = new Browser(shirase.app);
  await staff.submit('/console/sign-in', '/console/sign-in', { login: 'publisher', password: 'shirase-example' });
  const page = await staff.get('/console/regulator/timeliness');
  await expectValidHtml(page.body);
  expect(textOf(page)).toContain('2013年度 第4四半期');
  expect(textOf(page)).toContain('367分');
  const csv = await staff.get('/en/console/regulator/timeliness.csv');
  expect(csv.body).toContain('Support page,26,');
});

test('where nothing is published the page says so', async () => {
  const staff = await staffAt(await startApp(), 'author');
  expect(textOf(await staff.get('/console/regulator/timeliness'))).toContain('公開した故障はまだありません');
});
