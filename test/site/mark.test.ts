import { expect, test } from 'vitest';
import { correctReport } from '../../src/notices/correct.ts';
import { publishNotice, publishReport } from '../../src/notices/publish.ts';
import { DAY, MINUTE, SECOND } from '../../src/time.ts';
import { startApp } from '../support/app.ts';
import { faultInput, nextReport, publisher, smallCatalogue } from '../support/notices.ts';

async function ready() {
  const { app, db, ground, clock } = await startApp();
  await smallCatalogue(db);
  await app.edition.refresh();
  const get = (url: string, headers: Record<string, string> = {}) => app.inject({ url, headers });
  const refresh = () => app.edition.refresh();
  const edition = async () => (await get('/edition.json')).json<{ edition: string; asOf: string }>();
  const markOf = async (url: string) => /<meta name="edition" content="([^"]+)"/.exec((await get(url)).body)?.[1];
  return { get, refresh, edition, markOf, clock, db, notices: { ...ground, announce: () => {} } };
}

test('/edition.json is tiny, open to every site’s script and 304 to who has it', async () => {
  const { get, edition } = await ready();
  const answer = await get('/edition.json');
  expect(answer.rawPayload.length).toBeLessThan(200);
  expect(answer.headers).toMatchObject({
    'content-type': 'application/json; charset=utf-8',
    'access-control-allow-origin': '*',
    'cache-control': expect.stringContaining('max-age=5,') as string,
  });
  expect((await get('/edition.json', { 'if-none-match': String(answer.headers.etag) })).statusCode).toBe(304);
  expect(await edition()).toMatchObject({
    asOf: '2014-03-06T08:00:00+09:00',
    shown: { ja: '2014年3月6日(木) 8:00 JST', en: '08:00 JST, Thu 6 Mar 2014' },
  });
});

test('/edition.json names another edition when something is published, and the minute up to which it holds', async () => {
  const { edition, refresh, clock, notices, db } = await ready();
  const before = await edition();
  clock.advance(MINUTE + SECOND);
  await refresh();
  expect(await edition()).toMatchObject({ edition: before.edition, asOf: '2014-03-06T08:01:00+09:00' });
  await publishNotice(notices, publisher, faultInput());
  await refresh();
  const after = await edition();
  expect(after.edition).not.toBe(before.edition);
  await db.close();
  clock.advance(MINUTE);
  await refresh();
  expect(await edition(), 'nobody could look').toEqual(after);
});

test('a page has another mark when what it shows is another, in both languages the same', async () => {
  const { markOf, refresh, clock, notices } = await ready();
  const old = await publishNotice(notices, publisher, faultInput());
  clock.set('2014-03-06T15:00:00+09:00');
  const recovered = [{ impact: `${old.id}-1`, at: '2014-03-06T14:22:00+09:00' }];
  await publishReport(notices, publisher, old.id, nextReport({ phase: 'recovery', recovered }));
  clock.advance(30 * DAY);
  const { id } = await publishNotice(notices, publisher, faultInput({ occurredAt: '2014-04-05T14:00:00+09:00' }));
  const pages = ['/', '/history', `/notices/${old.id}`, `/notices/${id}`];
  const marks = async () => {
    await refresh();
    return Promise.all(pages.map((page) => markOf(page)));
  };
  const before = await marks();
  const english = pages.map((page) => markOf(page === '/' ? '/en' : `/en${page}`));
  expect(await Promise.all(english)).toEqual(before);

  await publishReport(notices, publisher, id, nextReport({ phase: 'update' }));
  const told = await marks();
  expect(told.map((mark, index) => mark !== before[index])).toEqual([true, true, false, true]);

  // What has long been over is not on the front page: its reader is not called for a correction of it.
  await correctReport(notices, publisher, old.id, 1, { reason: { ja: '誤字' }, body: { ja: '直した本文' } });
  const corrected = await marks();
  expect(corrected.map((mark, index) => mark !== told[index])).toEqual([false, true, true, false]);

  clock.advance(MINUTE);
  expect(await marks(), 'a minute is no news').toEqual(corrected);
});
