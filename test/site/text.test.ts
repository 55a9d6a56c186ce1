import { describe, expect, test } from 'vitest';
import { publishNotice, publishReport } from '../../src/notices/publish.ts';
import { startApp } from '../support/app.ts';
import { expectValidHtml } from '../support/html.ts';
import { faultInput, nextReport, publisher, smallCatalogue } from '../support/notices.ts';

const LONG = '非常に長い説明 & <b>';

async function ready() {
  const shirase = await startApp();
  await smallCatalogue(shirase.db);
  const notices = { ...shirase.ground, announce: () => {} };
  const read = async (url: string) => {
    await shirase.app.edition.refresh();
    expect(shirase.app.edition.trouble).toBeUndefined();
    const answer = await shirase.app.inject({ url });
    expect(answer.statusCode, url).toBe(200);
    await expectValidHtml(answer.body);
    return answer.body;
  };
  return { ...shirase, notices, read };
}

describe('the pages of text only', () => {
  test('tell the state, the services, the times and the newest report, and ask for nothing else', async () => {
    const { notices, read } = await ready();
    const report = {
      body: { ja: '7時34分頃から**ご利用いただけません**。\n\n- Webメールは使えます。' },
      expectedRecoveryAt: '2014-03-06T12:00:00+09:00',
    };
    const { id } = await publishNotice(notices, publisher, faultInput({}, report));
    const front = await read('/text');
    expect(front).toContain('<h1>ご利用いただけないサービスがあります</h1>');
    expect(front).toContain(`<a href="/text/notices/${id}">OCNメールがご利用いただけません</a>`);
    expect(front).toContain('OCNメール：ご利用いただけません');
    expect(front).toContain('復旧の見込み：2014年3月6日(木) 12:00 JST');
    expect(front).toContain('パスワードは間違っていません');
    const notice = await read(`/text/notices/${id}`);
    for (const words of [
      'この故障は、まだ続いています',
      '発生：2014年3月6日(木) 7:34頃 JST',
      '<p>7時34分頃からご利用いただけません。</p>',
      '<p>・Webメールは使えます。</p>',
    ]) {
      expect(notice).toContain(words);
    }
    const english = await read(`/en/text/notices/${id}`);
    expect(english).toContain('Expected recovery: 12:00 JST, Thu 6 Mar 2014');
    expect(english).toContain('<div lang="ja">');
    for (const page of [front, notice, english]) {
      expect(page).not.toMatch(/stylesheet|<script|<img|<svg|省いています|Shortened/);
      expect(Buffer.byteLength(page)).toBeLessThan(3000);
    }
  });

  test('lead to the full page and back, in both languages', async () => {
    const { notices, read } = await ready();
    const { id } = await publishNotice(notices, publisher, faultInput());
    expect(await read('/')).toContain('<a href="/text">文字だけのページ');
    expect(await read('/en/history')).toContain('<a href="/en/text">Text only');
    expect(await read(`/notices/${id}`)).toContain(`<a href="/text/notices/${id}">文字だけのページ`);
    expect(await read('/text')).toContain('<a href="/">通常のページ</a>');
    expect(await read('/en/text')).toContain('<a href="/text" hreflang="ja" lang="ja">日本語</a>');
    expect(await read(`/en/text/notices/${id}`)).toContain(`<a href="/en/notices/${id}">Full page</a>`);
  });

  test('stay below 5,000 bytes with twenty faults of long names, and say how many are left out', async () => {
    const { notices, read } = await ready();
    for (let n = 0; n < 20; n++) {
      const title = { ja: `${n}番 ${LONG.repeat(9)}`.slice(0, 120), en: `No. ${n} ${'<&"'.repeat(40)}`.slice(0, 120) };
      await publishNotice(notices, publisher, faultInput({ title }));
    }
    for (const url of ['/text', '/en/text']) {
      const page = await read(url);
      expect(Buffer.byteLength(page)).toBeLessThanOrEqual(5000);
      const told = page.match(/<li><a href="[^"]*\/text\/notices\//g)?.length ?? 0;
      expect(told).toBeGreaterThanOrEqual(20);
      expect(page).toMatch(
        /一部を省いています。すべては<a href="\/">|Shortened to keep this page small.*<a href="\/en">/,
      );
    }
  });

  test('stay below 5,000 bytes with the longest texts: the report is cut, and its rest is linked', async () => {
    const { notices, read } = await ready();
    const text = { ja: LONG.repeat(40), en: `${LONG} "&" `.repeat(40) };
    const report = {
      body: { ja: LONG.repeat(300), en: '<&"> '.repeat(900) },
      workaround: text,
      unaffected: text,
      residual: text,
      emergencyCalls: text,
      cause: { state: 'presumed', text },
    };
    const impacts = ['mail', 'webmail', 'ocn-id'].map((service) => ({
      service,
      facilities: 'all',
      symptom: 'unavailable',
      area: { ja: '東日本の'.repeat(20) },
      startedAt: '2014-03-06T07:34:00+09:00',
    }));
    const { id } = await publishNotice(notices, publisher, faultInput({ impacts }, report));
    for (const language of ['', '/en']) {
      const page = await read(`${language}/text/notices/${id}`);
      const bytes = Buffer.byteLength(page);
      expect(bytes).toBeLessThanOrEqual(5000);
      expect(bytes).toBeGreaterThan(3500);
      expect(page).toContain('…');
      expect(page).toContain(`<a href="${language}/notices/${id}">`);
      expect(page).toMatch(/一部を省いています|Shortened/);
    }
  });

  test('tell a recovery and a late promise as soon as it is one', async () => {
    const { notices, read, clock } = await ready();
    const promise = { expectedRecoveryAt: '2014-03-06T09:00:00+09:00' };
    const { id } = await publishNotice(notices, publisher, faultInput({}, promise));
    expect(await read('/text')).not.toContain('過ぎました');
    clock.set('2014-03-06T09:00:00+09:00');
    for (const url of ['/text', `/text/notices/${id}`]) expect(await read(url)).toContain('過ぎました');
    clock.set('2014-03-06T15:00:00+09:00');
    const recovered = [{ impact: `${id}-1`, at: '2014-03-06T14:22:00+09:00' }];
    await publishReport(notices, publisher, id, nextReport({ phase: 'recovery', recovered }));
    expect(await read('/text')).toContain('回復：2014年3月6日(木) 14:22 JST');
    const notice = await read(`/text/notices/${id}`);
    expect(notice).toContain('この故障は回復しました');
    expect(notice).toContain(`<a href="/notices/${id}#reports">前の1件のお知らせ`);
  });

  test('say so where nothing is wrong', async () => {
    const { read } = await ready();
    expect(await read('/text')).toContain('<h1>すべてのサービスは正常です</h1>');
    expect(await read('/en/text')).toContain('<h1>All services are working normally</h1>');
  });
});
