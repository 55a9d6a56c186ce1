import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { publishNotice, publishReport } from '../../src/notices/publish.ts';
import { DAY } from '../../src/time.ts';
import { startApp } from '../support/app.ts';
import { listen } from '../support/browser.ts';
import { faultInput, nextReport, noticeGround, publisher, smallCatalogue } from '../support/notices.ts';
import { askRaw, telling } from '../support/raw.ts';

async function ready() {
  const shirase = await startApp();
  await smallCatalogue(shirase.db);
  const notices = noticeGround(shirase.db, shirase.clock, () => void shirase.app.edition.refresh());
  const { id } = await publishNotice(notices, publisher, faultInput());
  await shirase.app.edition.refresh();
  return { ...shirase, notices, id };
}

describe('over a connection', () => {
  test('the answer is the one that the server gives itself: headers, bytes, 304, HEAD', async () => {
    const { app, id } = await ready();
    const base = await listen(app);
    for (const url of ['/', '/en', '/?still', `/en/notices/${id}?from=mail`, '/history']) {
      for (const encoding of ['identity', 'gzip', 'br']) {
        const headers = { 'accept-encoding': encoding };
        const own = await app.inject({ url, headers });
        const sent = await askRaw(base, url, headers);
        expect([sent.status, telling(sent.headers)]).toEqual([200, telling(own.headers)]);
        expect(sent.body.equals(own.rawPayload)).toBe(true);
        expect(Number(sent.headers['content-length'])).toBe(sent.body.length);
        const head = await askRaw(base, url, { method: 'HEAD', ...headers });
        expect([head.status, head.body.length]).toEqual([200, 0]);
        expect(telling(head.headers)).toEqual(telling(sent.headers));
        const again = await askRaw(base, url, { ...headers, 'if-none-match': String(own.headers.etag) });
        expect([again.status, again.body.length, again.headers.etag]).toEqual([304, 0, own.headers.etag]);
        expect(again.headers['cache-control']).toBe(own.headers['cache-control']);
      }
    }
  });

  test('what is missing is a page that helps, and other methods are refused', async () => {
    const { app } = await ready();
    const base = await listen(app);
    const missing = await askRaw(base, '/notices/20990101-1');
    expect([missing.status, missing.headers['cache-control']]).toEqual([404, 'no-store']);
    expect(missing.body.toString()).toContain('見つかりませんでした');
    expect((await askRaw(base, '/', { method: 'POST' })).status).toBe(404);
  });
});

test('a notice of long ago is printed when somebody asks for it, as it stands then', async () => {
  const { app, id, notices, clock } = await ready();
  const recovered = [{ impact: `${id}-1`, at: '2014-03-06T14:22:00+09:00' }];
  clock.set('2014-03-06T15:00:00+09:00');
  await publishReport(notices, publisher, id, nextReport({ phase: 'recovery', recovered }));
  await app.edition.refresh();
  clock.advance(30 * DAY);
  await app.edition.refresh();
  const get = async () => {
    const answer = await app.inject({ url: `/notices/${id}`, headers: { 'accept-encoding': 'gzip' } });
    return { text: gunzipSync(answer.rawPayload).toString(), etag: answer.headers.etag };
  };
  const first = await get();
  expect(first.text).toContain('第2報');
  expect((await get()).etag).toBe(first.etag);
  // Another publication leaves it as it is; its own shows at once.
  await publishNotice(notices, publisher, faultInput({ title: { ja: '別の故障' } }));
  await app.edition.refresh();
  expect((await get()).etag).toBe(first.etag);
  const causes = [{ text: '蓄積装置の故障が重なりました。' }];
  const measures = [{ field: 'hardware', status: 'done', text: '装置を交換しました。' }];
  await publishReport(notices, publisher, id, nextReport({ phase: 'final', causes, measures }));
  await app.edition.refresh();
  expect((await get()).text).toContain('蓄積装置の故障が重なりました。');
});

test('who reads without reloading still finds the page when all is over', async () => {
  const { app, id, notices, clock } = await ready();
  const read = async () => (await app.inject({ url: `/en/notices/${id}?still` })).body;
  expect(await read()).not.toContain('http-equiv="refresh"');
  clock.set('2014-03-06T15:00:00+09:00');
  const recovered = [{ impact: `${id}-1`, at: '2014-03-06T14:22:00+09:00' }];
  await publishReport(notices, publisher, id, nextReport({ phase: 'recovery', recovered }));
  await app.edition.refresh();
  expect(await read()).toBe((await app.inject({ url: `/en/notices/${id}` })).body);
  expect(await read()).toContain('Report 2');
});

test('a reader comes in between however many ask for press releases', async () => {
  const { app, id, notices } = await ready();
  const ids = [id];
  for (let n = 0; n < 5; n++) ids.push((await publishNotice(notices, publisher, faultInput())).id);
  await app.edition.refresh();
  const base = await listen(app);
  const done: string[] = [];
  const ask = (path: string) => askRaw(base, path).then(({ status }) => done.push(`${path} ${status}`));
  const asked = ids.flatMap((one) => [`/notices/${one}/press.pdf`, `/en/notices/${one}/press.pdf`]).map(ask);
  await Promise.race(asked);
  await ask('/');
  await Promise.all(asked);
  expect(done).toHaveLength(13);
  expect(done.every((one) => one.endsWith(' 200'))).toBe(true);
  expect(done.indexOf('/ 200')).toBeLessThan(done.length / 2);
});
