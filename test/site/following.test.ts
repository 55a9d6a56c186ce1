import { expect, test } from 'vitest';
import { publishNotice, publishReport } from '../../src/notices/publish.ts';
import { changeEdition } from '../../src/notices/read.ts';
import { Edition } from '../../src/site/edition/edition.ts';
import { HOUR, MINUTE, SECOND } from '../../src/time.ts';
import { startApp } from '../support/app.ts';
import { faultInput, nextReport, publisher, smallCatalogue } from '../support/notices.ts';
import { staffAt } from '../support/people.ts';

async function ready() {
  const shirase = await startApp();
  await smallCatalogue(shirase.db);
  const notices = { ...shirase.ground, announce: () => {} };
  const get = async (url: string) => (await shirase.app.inject({ url })).body;
  return { ...shirase, notices, get };
}

test('a notice names the one of the same root fault that came after it', async () => {
  const { app, notices, get } = await ready();
  const first = await publishNotice(notices, publisher, faultInput());
  await app.edition.refresh();
  const title = { ja: 'ログインしづらい状態です' };
  const second = await publishNotice(notices, publisher, faultInput({ title, sharesRootWith: first.id }));
  await app.edition.refresh();
  expect(await get(`/notices/${first.id}`)).toContain(`/notices/${second.id}`);
});

test('the front page says up to when it was held against the database', async () => {
  const { app, get, clock, db } = await ready();
  await app.edition.refresh();
  expect(await get('/')).toContain('8:00 JST</time>');
  clock.advance(HOUR + 20 * SECOND);
  await app.edition.refresh();
  const later = await get('/');
  expect(later).toContain('9:00 JST</time>');
  clock.advance(30 * SECOND);
  await app.edition.refresh();
  expect(await get('/'), 'the same minute gives the same bytes').toBe(later);
  await db.close();
  clock.advance(HOUR);
  await app.edition.refresh();
  expect(await get('/'), 'nobody could look: the time stands').toBe(later);
});

test('without any edition the page asks for patience and does not call itself missing', async () => {
  const { db, clock, ground } = await ready();
  const { app } = await startApp({
    ...ground,
    db: { ...db, kysely: db.kysely.withSchema('nowhere') },
    now: '2014-03-06T08:00:00+09:00',
  });
  expect(clock.now()).toBeGreaterThan(0);
  const answer = await app.inject({ url: '/' });
  expect(answer.statusCode).toBe(503);
  expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
  expect(answer.headers['cache-control']).toBe('no-store');
});

test('a database that stays away is reported once a minute, not once a second', async () => {
  const { db, clock, ground } = await ready();
  const told: string[] = [];
  const edition = new Edition({ ...ground, warn: (_error, message) => told.push(message) });
  await db.close();
  for (let second = 0; second < 90; second++) {
    await edition.refresh();
    clock.advance(SECOND);
  }
  expect(told).toHaveLength(2);
});

test('a reader gets the pages of one edition, however many are being printed', async () => {
  const { app, notices, clock, get } = await ready();
  const { id } = await publishNotice(notices, publisher, faultInput());
  await app.edition.refresh();
  for (let n = 2; n <= 8; n++) {
    clock.advance(MINUTE);
    await publishReport(notices, publisher, id, nextReport({ phase: 'update', body: { ja: `${n}回目の続報です。` } }));
    const printing = [app.edition.refresh(), app.edition.refresh(), app.edition.refresh()];
    // What stands at any moment is of one edition: the front page's number is the notice's.
    for (let look = 0; look < 20; look++) {
      const [front, story] = [app.edition.page('/'), app.edition.page(`/notices/${id}`)];
      const number = (page: typeof front) => /（第(\d+)報）/.exec(page?.answer('identity').body.toString() ?? '')?.[1];
      expect(number(front)).toBe(number(story));
      await new Promise(setImmediate);
    }
    await Promise.all(printing);
    expect(await get('/')).toContain(`（第${n}報）`);
  }
});

test('while a page cannot be printed readers keep the last edition, and staff and engineers are told', async () => {
  const shirase = await ready();
  const { app, db, notices, get, clock } = shirase;
  const { id } = await publishNotice(notices, publisher, faultInput());
  await app.edition.refresh();
  const before = await get('/');
  const staff = await staffAt(shirase, 'publisher');
  const console_ = async () => (await staff.get('/console')).body;
  expect(await console_()).not.toContain('公開ページを新しくできません');
  // A report such as no version of ours has written.
  const row = await db.kysely.selectFrom('reports').selectAll().where('notice_id', '=', id).executeTakeFirstOrThrow();
  const unknown = { measures: [{ field: 'unknown', status: 'unknown' }] };
  const picture = JSON.stringify({ ...(JSON.parse(row.picture) as object), ...unknown });
  await db.kysely
    .insertInto('reports')
    .values({ ...row, number: 2, phase: 'update', picture })
    .execute();
  await db.kysely.updateTable('notices').set({ version: 99 }).where('id', '=', id).execute();
  await db.transaction((tx) => changeEdition(tx, clock.now()));
  clock.advance(MINUTE);
  await app.edition.refresh();
  expect(await get('/')).toBe(before);
  expect((await app.inject({ url: '/readyz' })).json<{ reasons: string[] }>().reasons).toEqual([
    'no new edition can be made',
  ]);
  const told = await console_();
  expect(told).toContain('公開ページを新しくできません');
  expect(told).toContain(`/notices/${id} cannot be printed`);
  // The next report sets it right.
  const measures = [{ field: 'hardware', status: 'done', text: '交換しました。' }];
  const next = nextReport({ phase: 'update', body: { ja: '次の報です。' }, measures });
  await publishReport(notices, publisher, id, next);
  await app.edition.refresh();
  expect(app.edition.trouble).toBeUndefined();
  expect(await get(`/notices/${id}`)).toContain('次の報です。');
  expect(await console_()).not.toContain('公開ページを新しくできません');
});
