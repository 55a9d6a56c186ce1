import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { freezeSending } from '../../src/mail/freeze.ts';
import { correctReport } from '../../src/notices/correct.ts';
import { publishNotice, publishReport } from '../../src/notices/publish.ts';
import { DAY, MINUTE } from '../../src/time.ts';
import { startApp } from '../support/app.ts';
import { expectValidHtml } from '../support/html.ts';
import { faultInput, nextReport, publisher, smallCatalogue } from '../support/notices.ts';

async function ready() {
  const shirase = await startApp();
  await smallCatalogue(shirase.db);
  const { app, ground } = shirase;
  // What publishing does in the server: ring, and be done when the new edition is there.
  const notices = { ...ground, announce: () => void app.edition.refresh() };
  const get = (url: string, headers: Record<string, string> = {}) => app.inject({ url, headers });
  return { ...shirase, notices, get };
}

const recovered = (id: string) => [{ impact: `${id}-1`, at: '2014-03-06T14:22:00+09:00' }];

describe('the public pages', () => {
  test('say that all is well where nothing is published', async () => {
    const { get, app } = await ready();
    await app.edition.refresh();
    for (const [url, words] of [
      ['/', 'すべてのサービスは正常です'],
      ['/en', 'All services are working normally'],
      ['/history', 'お知らせはまだありません'],
      ['/en/history', 'There have been no notices yet'],
    ] as const) {
      const page = await get(url);
      expect(page.statusCode).toBe(200);
      expect(page.body).toContain(words);
      await expectValidHtml(page.body);
    }
  });

  test('tell a fault, its recovery and its end, in both languages, with weekday and zone', async () => {
    const { app, notices, get, clock } = await ready();
    const { id } = await publishNotice(notices, publisher, faultInput({ prominent: true }));
    await app.edition.refresh();
    const front = await get('/');
    expect(front.body).toContain('ご利用いただけないサービスがあります');
    expect(front.body).toContain('2014年3月6日(木) 7:34頃 JST');
    expect(front.body).toContain('datetime="2014-03-06T07:34:00+09:00"');
    expect(front.body).toContain('http-equiv="refresh"');
    expect(front.body).toContain('確認中です');
    const english = await get(`/en/notices/${id}`);
    expect(english.body).toContain('about 07:34 JST, Thu 6 Mar 2014');
    expect(english.body).toContain('OCN Mail equipment 051, 121');
    // The report has no English: the Japanese stands there and says so to a screen reader.
    expect(english.body).toContain('<div class="body" lang="ja">');
    expect(english.body).toContain('available in Japanese only; the facts above are in English');
    expect((await get(`/notices/${id}`)).body).not.toContain('Japanese only');
    clock.set('2014-03-06T20:07:00+09:00');
    await publishReport(notices, publisher, id, nextReport({ phase: 'recovery', recovered: recovered(id) }));
    await app.edition.refresh();
    const after = await get('/');
    expect(after.body).toContain('すべてのサービスは正常です');
    expect(after.body).not.toContain('http-equiv="refresh"');
    const notice = await get(`/notices/${id}`);
    expect(notice.body).toContain('6時間48分');
    expect(notice.body.indexOf('第2報')).toBeLessThan(notice.body.indexOf('第1報'));
    for (const url of ['/', '/en', '/history', '/en/history', `/notices/${id}`, `/en/notices/${id}`]) {
      await expectValidHtml((await get(url)).body);
    }
  });

  test('show causes, measures and the text before a correction', async () => {
    const { app, notices, get, clock } = await ready();
    const { id } = await publishNotice(notices, publisher, faultInput());
    clock.set('2014-07-18T10:00:00+09:00');
    await publishReport(notices, publisher, id, nextReport({ phase: 'recovery', recovered: recovered(id) }));
    await publishReport(
      notices,
      publisher,
      id,
      nextReport({
        phase: 'final',
        causes: [{ text: '蓄積装置の故障が重なりました。' }],
        measures: [{ field: 'hardware', status: 'in_progress', text: '冗長度を上げます。', date: '2014-09' }],
      }),
    );
    await correctReport(notices, publisher, id, 1, { reason: { ja: '時刻の誤り' }, body: { ja: '直した本文' } });
    await app.edition.refresh();
    const { body } = await get(`/notices/${id}`);
    for (const words of [
      '蓄積装置の故障が重なりました。',
      '冗長度を上げます。',
      '実施中',
      '2014-09',
      '第1報改',
      '時刻の誤り',
      '7時34分頃からご利用いただけません。',
    ]) {
      expect(body).toContain(words);
    }
    await expectValidHtml(body);
  });

  test('treat what staff typed as data', async () => {
    const { app, notices, get } = await ready();
    const evil =
      '<script>alert(1)</script> <%= it.operator %> {{x}} [押す](javascript:alert(1)) ![絵](http://evil.example/x.png) [本物](https://example.jp/)';
    const { id } = await publishNotice(
      notices,
      publisher,
      faultInput({ title: { ja: `"><img src=x> <%= 1 %>` } }, { body: { ja: evil } }),
    );
    await app.edition.refresh();
    for (const url of ['/', `/notices/${id}`]) {
      const { body } = await get(url);
      const staffs = body
        .replace(/<script type="module" src="\/assets\/[\w-]+\/live\.js"><\/script>/, '')
        .replace(/<script type="application\/ld\+json">[^<]*<\/script>/, '');
      expect(staffs).not.toMatch(/<script|<img|href="javascript:/i);
      expect(body).toContain('&lt;img src=x&gt;');
      await expectValidHtml(body);
    }
    expect((await get(`/notices/${id}`)).body).toContain('href="https://example.jp/"');
  });

  test('begin and end planned work by the clock alone, and drop old recoveries', async () => {
    const { app, notices, get, clock } = await ready();
    const planned = { from: '2014-03-10T02:00:00+09:00', to: '2014-03-10T05:00:00+09:00' };
    await publishNotice(
      notices,
      publisher,
      faultInput(
        {
          kind: 'work',
          planned,
          impacts: [{ service: 'mail', facilities: ['141'], symptom: 'unavailable' }],
          occurredAt: undefined,
        },
        { phase: 'plan' },
      ),
    );
    const at = async (time: string) => {
      clock.set(time);
      await app.edition.refresh();
      // Up to the services: their ninety days remember for longer.
      return (await get('/')).body.split('id="services"')[0];
    };
    expect(await at('2014-03-10T01:59:00+09:00')).toContain('予定している工事');
    expect(await at('2014-03-10T02:00:00+09:00')).toContain('工事中のサービスがあります');
    expect(await at('2014-03-10T05:00:00+09:00')).toContain('すべてのサービスは正常です');
    expect(await at('2014-03-16T05:00:00+09:00')).toContain('/notices/20140310-1');
    expect(await at('2014-03-17T05:00:00+09:00')).not.toContain('/notices/20140310-1');
  });

  test('show work that was cancelled and then planned anew as planned', async () => {
    const { app, notices, get, clock } = await ready();
    const planned = { from: '2014-03-10T02:00:00+09:00', to: '2014-03-10T05:00:00+09:00' };
    const impacts = [{ service: 'mail', facilities: ['141'], symptom: 'unavailable' }];
    const work = { kind: 'work', planned, impacts, occurredAt: undefined };
    const { id } = await publishNotice(notices, publisher, faultInput(work, { phase: 'plan' }));
    const front = async () => {
      clock.advance(MINUTE);
      await app.edition.refresh();
      return (await get('/')).body;
    };
    await publishReport(notices, publisher, id, nextReport({ phase: 'cancel' }));
    expect(await front()).not.toContain('予定している工事');
    await publishReport(notices, publisher, id, nextReport({ phase: 'plan' }));
    expect(await front()).toContain('予定している工事');
    clock.set('2014-03-10T03:00:00+09:00');
    expect(await front()).toContain('工事中のサービスがあります');
  });

  test('hundreds of notices and very long text stay readable and valid', async () => {
    const { app, notices, get } = await ready();
    const long = 'とても長い説明が続きます。'.repeat(1500);
    for (let n = 0; n < 30; n++)
      await publishNotice(notices, publisher, faultInput({ title: { ja: '長'.repeat(120) } }, { body: { ja: long } }));
    await app.edition.refresh();
    for (const url of ['/', '/history', '/notices/20140306-30']) await expectValidHtml((await get(url)).body);
  });
});

describe('serving', () => {
  test('gives the same bytes with a strong ETag in each encoding, 304 to who has them, and HEAD', async () => {
    const { app, get } = await ready();
    await app.edition.refresh();
    const plain = await get('/');
    const gzip = await get('/', { 'accept-encoding': 'gzip' });
    const br = await get('/', { 'accept-encoding': 'gzip, br' });
    expect(gunzipSync(gzip.rawPayload).toString()).toBe(plain.body);
    expect(brotliDecompressSync(br.rawPayload).toString()).toBe(plain.body);
    const tags = [plain, gzip, br].map((answer) => answer.headers.etag as string);
    expect(new Set(tags).size).toBe(3);
    expect(tags.every((tag) => /^"[^"]+"$/.test(tag))).toBe(true);
    const again = await get('/', { 'accept-encoding': 'br', 'if-none-match': `"other", ${tags[2]}` });
    expect([again.statusCode, again.body, again.headers.etag]).toEqual([304, '', tags[2]]);
    expect(plain.headers['cache-control']).toContain('stale-if-error');
    expect(plain.headers['set-cookie']).toBeUndefined();
    const head = await app.inject({ method: 'HEAD', url: '/' });
    expect([head.statusCode, head.body]).toEqual([200, '']);
    expect((await get('/', { 'accept-encoding': 'br;q=0, gzip;q=0' })).headers['content-encoding']).toBeUndefined();
  });

  test('shows what was published at the API to the very next reader', async () => {
    const shirase = await ready();
    const { keyFor } = await import('../support/people.ts');
    // A printing press that takes its time: the answer to who published waits for it.
    const { edition } = shirase.app;
    const print = edition.refresh.bind(edition);
    edition.refresh = async () => {
      for (let turn = 0; turn < 100; turn++) await new Promise(setImmediate);
      return print();
    };
    const headers = await keyFor(shirase.db, shirase.clock, 'notices:write');
    const payload = {
      kind: 'fault',
      title: { ja: '今の障害' },
      occurredAt: '2014-03-06T07:34:00+09:00',
      impacts: [{ service: 'mail', facilities: 'all', symptom: 'unavailable' }],
      report: { phase: 'first', body: { ja: '本文' }, mail: false },
      publish: true,
    };
    expect((await shirase.app.inject({ method: 'POST', url: '/api/v1/notices', payload, headers })).statusCode).toBe(
      201,
    );
    expect((await shirase.get('/')).body).toContain('今の障害');
  });

  test('follows what another process published', async () => {
    const { app, ground, get } = await ready();
    await publishNotice({ ...ground, announce: () => {} }, publisher, faultInput());
    expect((await get('/')).body).toContain('すべてのサービスは正常です');
    await app.edition.refresh();
    expect((await get('/')).body).toContain('ご利用いただけないサービスがあります');
  });

  test('keeps the last edition, and says so to whoever watches, while the database does not answer', async () => {
    const { app, notices, get, db, clock } = await ready();
    await publishNotice(notices, publisher, faultInput());
    await app.edition.refresh();
    await db.close();
    clock.advance(2 * MINUTE);
    await app.edition.refresh();
    const front = await get('/');
    expect(front.statusCode).toBe(200);
    expect(front.body).toContain('ご利用いただけないサービスがあります');
    const readiness = await get('/readyz');
    expect(readiness.statusCode).toBe(503);
    expect(readiness.json<{ reasons: string[] }>().reasons).toContain('the database does not answer');
    expect((await get('/healthz')).statusCode).toBe(200);
  });

  test('says to whoever watches that no mail goes out', async () => {
    const { app, get, db, clock } = await ready();
    await app.edition.refresh();
    const reasons = async () => (await get('/readyz')).json<{ reasons: string[] }>().reasons;
    expect(await reasons()).toEqual([]);
    await db.kysely
      .updateTable('couriers')
      .set({ paused_until: clock.now() + MINUTE })
      .execute();
    expect(await reasons()).toEqual(['no alert goes out: the sender pauses because receivers refuse us']);
    await db.transaction((tx) => freezeSending(tx, clock.now(), 'restored'));
    expect(await reasons()).toEqual(['no mail goes out: the sender is frozen']);
    expect((await get('/readyz')).statusCode).toBe(503);
    expect((await get('/healthz')).statusCode).toBe(200);
  });

  test('what does not exist, or is only a draft, is a page that helps', async () => {
    const { get, app } = await ready();
    await app.edition.refresh();
    const missing = await get('/notices/20990101-1');
    expect(missing.statusCode).toBe(404);
    expect(missing.body).toContain('見つかりませんでした');
    await expectValidHtml(missing.body);
    expect((await get('/en/nowhere')).body).toContain('This page could not be found');
  });

  test('renders a notice again only when it changed', async () => {
    const { app, notices, get, clock } = await ready();
    const first = await publishNotice(notices, publisher, faultInput());
    await app.edition.refresh();
    const before = (await get(`/notices/${first.id}`)).headers.etag;
    clock.advance(DAY);
    await publishNotice(notices, publisher, faultInput());
    await app.edition.refresh();
    // the second names the first as no relative: its page is untouched
    expect((await get(`/notices/${first.id}`)).headers.etag).toBe(before);
  });
});
