import { describe, expect, test } from 'vitest';
import { correctReport } from '../../src/notices/correct.ts';
import { publishNotice, publishReport } from '../../src/notices/publish.ts';
import { checkAtom, checkJsonFeed, checkRss } from '../support/feed-check.ts';
import { faultInput, nextReport, publisher } from '../support/notices.ts';
import { startSite } from '../support/site.ts';
import { childrenOf, parseXml, textOf } from '../support/xml.ts';

const BASE = 'http://status.example';

async function ready() {
  const site = await startSite();
  const { get } = site;
  const items = async (url = '/feed.json') => (await get(url)).json<{ items: Item[] }>().items;
  return { ...site, items };
}

interface Item {
  id: string;
  title: string;
  content_html: string;
  date_published: string;
  date_modified: string;
  language: string;
}

const CHECKS = { atom: checkAtom, rss: checkRss, json: checkJsonFeed };

describe('the feeds', () => {
  test('are valid in each form, in both languages, whole and for each service, empty and full', async () => {
    const { notices, get } = await ready();
    for (const full of [false, true]) {
      if (full) await publishNotice(notices, publisher, faultInput());
      for (const folder of ['', '/en', '/services/mail', '/en/services/ocn-id']) {
        for (const [form, check] of Object.entries(CHECKS)) {
          const path = `${folder}/feed.${form}`;
          const answer = await get(path);
          expect(answer.statusCode, path).toBe(200);
          expect(check(answer.body, BASE + path), path).toEqual([]);
        }
      }
    }
    expect((await get('/services/nothing/feed.atom')).statusCode).toBe(404);
  });

  test('have one entry for each report, with its state, title and number, under an address that stays', async () => {
    const { notices, items, get, clock } = await ready();
    const { id } = await publishNotice(notices, publisher, faultInput());
    clock.set('2014-03-06T15:00:00+09:00');
    const recovered = [{ impact: `${id}-1`, at: '2014-03-06T14:22:00+09:00' }];
    await publishReport(notices, publisher, id, nextReport({ phase: 'recovery', recovered }));
    const told = await items();
    expect(told.map((item) => item.title)).toEqual([
      '【回復】OCNメールがご利用いただけません（第2報）',
      '【発生中】OCNメールがご利用いただけません（第1報）',
    ]);
    expect(told.map((item) => item.id)).toEqual([2, 1].map((n) => `${BASE}/notices/${id}#report-${n}`));
    expect((await items('/en/feed.json')).map((item) => [item.id, item.title, item.language])).toEqual([
      [`${BASE}/en/notices/${id}#report-2`, '[Restored] OCN Mail is unavailable (report 2)', 'ja'],
      [`${BASE}/en/notices/${id}#report-1`, '[Ongoing] OCN Mail is unavailable (report 1)', 'ja'],
    ]);
    for (const url of [...told, ...(await items('/en/feed.json'))].map((item) => new URL(item.id))) {
      expect((await get(url.pathname)).body).toContain(`id="${url.hash.slice(1)}"`);
    }
  });

  test('say what a planned work was at each of its reports', async () => {
    const { notices, items } = await ready();
    const { id } = await publishWork(notices);
    await publishReport(notices, publisher, id, nextReport({ phase: 'cancel' }));
    expect((await items()).map((item) => item.title)).toEqual([
      '【工事中止】OCNメールがご利用いただけません（第2報）',
      '【工事予告】OCNメールがご利用いただけません（第1報）',
    ]);
  });

  test('bring a corrected report to the top, under the same id, with its first date and a new one', async () => {
    const { notices, items, get, clock } = await ready();
    const { id } = await publishNotice(notices, publisher, faultInput());
    clock.set('2014-03-06T09:00:00+09:00');
    await publishReport(notices, publisher, id, nextReport({ phase: 'update' }));
    const before = await items();
    clock.set('2014-03-06T10:00:00+09:00');
    const correction = { reason: { ja: '時刻の誤り' }, body: { ja: '7時40分頃からです。' } };
    await correctReport(notices, publisher, id, 1, correction);
    const [corrected, untouched] = await items();
    expect(untouched).toEqual(before[0]);
    expect(corrected).toMatchObject({
      id: before[1]?.id,
      title: '【発生中】OCNメールがご利用いただけません（第1報改）',
      date_published: '2014-03-05T23:00:00.000Z',
      date_modified: '2014-03-06T01:00:00.000Z',
    });
    expect(corrected?.content_html).toMatch(/訂正の理由[\s\S]*時刻の誤り[\s\S]*7時40分頃からです。/);
    const [channel] = parseXml((await get('/feed.rss')).body).children;
    const [item] = channel ? childrenOf(channel, '{}item') : [];
    expect(item && textOf(item, '{}pubDate')).toBe('Wed, 05 Mar 2014 23:00:00 GMT');
    expect(checkAtom((await get('/feed.atom')).body, `${BASE}/feed.atom`)).toEqual([]);
    expect(checkRss((await get('/feed.rss')).body, `${BASE}/feed.rss`)).toEqual([]);
  });

  test('of a service tell what concerns it, and keep their bytes when something else happens', async () => {
    const { notices, items, get, clock } = await ready();
    await publishNotice(notices, publisher, faultInput());
    const before = await get('/services/mail/feed.atom');
    const impacts = [
      { service: 'ocn-id', facilities: 'all', symptom: 'login', startedAt: '2014-03-06T07:34:00+09:00' },
    ];
    clock.set('2014-03-06T09:00:00+09:00');
    await publishNotice(notices, publisher, faultInput({ title: { ja: 'ログインしづらい状態です' }, impacts }));
    expect((await items('/services/mail/feed.json')).map((item) => item.title)).toHaveLength(1);
    expect((await items('/services/ocn-id/feed.json')).map((item) => item.title)).toEqual([
      '【発生中】ログインしづらい状態です（第1報）',
    ]);
    expect(await items()).toHaveLength(2);
    const after = await get('/services/mail/feed.atom');
    expect([after.headers.etag, after.body]).toEqual([before.headers.etag, before.body]);
  });

  test('may be read by any site’s script and are named on every page', async () => {
    const { get } = await ready();
    const feed = await get('/feed.atom');
    expect(feed.headers).toMatchObject({
      'access-control-allow-origin': '*',
      'content-type': 'application/atom+xml; charset=utf-8',
    });
    for (const [url, folder] of [
      ['/', ''],
      ['/en/history', '/en'],
    ] as const) {
      const { body } = await get(url);
      for (const [form, type] of Object.entries({ atom: 'atom', rss: 'rss', json: 'feed' })) {
        const format = form === 'json' ? 'json' : 'xml';
        expect(body).toContain(
          `<link rel="alternate" type="application/${type}+${format}" href="${folder}/feed.${form}"`,
        );
      }
    }
  });
});

function publishWork(notices: Parameters<typeof publishNotice>[0]) {
  const planned = { from: '2014-03-10T02:00:00+09:00', to: '2014-03-10T05:00:00+09:00' };
  const impacts = [{ service: 'mail', facilities: ['141'], symptom: 'unavailable' }];
  return publishNotice(
    notices,
    publisher,
    faultInput({ kind: 'work', planned, impacts, occurredAt: undefined }, { phase: 'plan' }),
  );
}
