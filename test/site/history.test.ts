import { describe, expect, test } from 'vitest';
import { publishNotice, publishReport } from '../../src/notices/publish.ts';
import { textOf } from '../support/console.ts';
import { expectValidHtml } from '../support/html.ts';
import { faultInput, nextReport, publisher } from '../support/notices.ts';
import { startSite } from '../support/site.ts';

async function ready(now?: string) {
  const site = await startSite(now ? { now } : {});
  const { notices } = site;
  /** A fault that began then, and is told at once. */
  const fault = (
    at: string,
    title: string,
    more: Record<string, unknown> = {},
    report: Record<string, unknown> = {},
  ) => {
    site.clock.set(at);
    const impact = { service: 'mail', facilities: ['051'], symptom: 'unavailable', startedAt: at };
    const input = faultInput({ title: { ja: title }, occurredAt: at, impacts: [impact], ...more }, report);
    return publishNotice(notices, publisher, input);
  };
  return { ...site, fault };
}

describe('the history', () => {
  test('has a page for each month in which something occurred, by the operator’s clock', async () => {
    const { get, fault } = await ready();
    // In UTC it was still February.
    const march = await fault('2014-03-01T00:30:00+09:00', '三月の故障');
    const december = await fault('2014-12-31T23:59:00+09:00', '大晦日の故障');
    const overview = (await get('/history')).body;
    expect(overview).toContain('href="/history/2014-03"');
    expect(overview).toContain('href="/history/2014-12"');
    expect(overview).not.toContain('href="/history/2014-02"');
    expect(overview.indexOf(december.id)).toBeLessThan(overview.indexOf(march.id));
    const page = await get('/history/2014-03');
    expect(page.body).toContain('2014年3月のお知らせ');
    expect(page.body).toContain(`/notices/${march.id}`);
    expect(page.body).not.toContain(`/notices/${december.id}`);
    expect(page.body).toContain('href="/history/2014-12"');
    expect((await get('/en/history/2014-12')).body).toContain('Notices of December 2014');
    for (const url of ['/history/2014-02', '/history/2014-3', '/history/x'])
      expect((await get(url)).statusCode).toBe(404);
    for (const url of ['/history', '/en/history', '/history/2014-03', '/en/history/2014-12']) {
      await expectValidHtml((await get(url)).body);
    }
  });

  test('prints a month again only when something of it changed', async () => {
    const { get, fault, notices, app } = await ready();
    const { id } = await fault('2014-03-06T07:34:00+09:00', '三月の故障');
    await fault('2014-04-10T07:34:00+09:00', '四月の故障');
    await get('/');
    const page = (path: string) => app.edition.page(path);
    const [march, april] = [page('/history/2014-03'), page('/history/2014-04')];
    await publishReport(notices, publisher, id, nextReport({ phase: 'update' }));
    await app.edition.refresh();
    expect(page('/history/2014-04')).toBe(april);
    expect(page('/history/2014-03')).not.toBe(march);
  });
});

describe('the search', () => {
  test('finds by words of title, body, service and equipment, however they are typed, newest first', async () => {
    const { get, fault } = await ready();
    const one = await fault(
      '2014-03-06T07:34:00+09:00',
      'ウェブメールの故障',
      {},
      { body: { ja: '蓄積装置を交換します。' } },
    );
    const two = await fault('2015-03-06T07:34:00+09:00', 'メールの遅れ', {}, { body: { ja: '装置の混み合いです。' } });
    const found = async (query: string) => {
      const { body } = await get(`/history/search?${query}`);
      return [one.id, two.id].filter((id) => body.includes(`/notices/${id}"`)).map((id) => (id === one.id ? 1 : 2));
    };
    expect(await found('q=装置')).toEqual([1, 2]);
    expect(await found('q=ちくせきそうち')).toEqual([]);
    expect(await found('q=ｳｪﾌﾞ')).toEqual([1]);
    expect(await found('q=装置 遅れ')).toEqual([2]);
    expect(await found('q=OCNメール設備051')).toEqual([1, 2]);
    expect(await found('q=装置&year=2014')).toEqual([1]);
    expect(await found('year=2015')).toEqual([2]);
    expect(await found('service=mail')).toEqual([1, 2]);
    expect(await found('service=webmail')).toEqual([]);
    expect(await found(`q=${one.id}`)).toEqual([1]);
    const { body } = await get('/history/search?q=装置');
    expect(body.indexOf(two.id)).toBeLessThan(body.indexOf(one.id));
    expect(body).toContain('蓄積<mark>装置</mark>を交換します。');
    expect(body).toContain('2件見つかりました');
    await expectValidHtml(body);
  });

  test('asks for nothing, finds nothing and is asked too much with words that help, and keeps what was typed', async () => {
    const { get, fault } = await ready();
    await fault('2014-03-06T07:34:00+09:00', '故障');
    const empty = await get('/history/search');
    expect(empty.body).not.toContain('見つかり');
    const none = await get('/en/history/search?q=どこにもない&service=mail&year=2014');
    expect(textOf(none)).toContain('Nothing was found');
    expect(none.body).toContain('value="どこにもない"');
    expect(none.body).toContain('<option value="mail" selected>');
    const long = await get(`/history/search?q=${'あ'.repeat(101)}`);
    expect(textOf(long)).toContain('100文字以内で入力してください（いま101文字です）');
    expect(long.body).toContain(`value="${'あ'.repeat(101)}"`);
    for (const page of [empty, none, long]) await expectValidHtml(page.body);
  });

  test('shows twenty at a time, the newest first, with a way on and back', async () => {
    const { get, fault } = await ready();
    for (let n = 0; n < 41; n++) await fault('2014-03-06T07:34:00+09:00', `故障その${n}`);
    const shown = (page: { body: string }) => page.body.match(/<article/g)?.length;
    const first = await get('/history/search?q=故障&year=2014');
    expect(textOf(first)).toContain('41件見つかりました');
    expect(textOf(first)).toContain('3ページのうち1ページ目');
    expect(shown(first)).toBe(20);
    const next = /rel="next" href="([^"]+)"/.exec(first.body)?.[1]?.replaceAll('&amp;', '&') ?? '';
    const second = await get(next);
    expect([shown(second), textOf(second).includes('3ページのうち2ページ目')]).toEqual([20, true]);
    for (const page of ['3', '99', '9999999'])
      expect(textOf(await get(`/history/search?q=故障&page=${page}`))).toContain('41件');
    expect(shown(await get('/history/search?q=故障&page=3'))).toBe(1);
    await expectValidHtml(second.body);
  });

  test('treats what is typed as data, is not for search engines, and needs no database', async () => {
    const { get, fault, db, app } = await ready();
    await fault('2014-03-06T07:34:00+09:00', '<b>故障</b>', {}, { body: { ja: '<script>alert(1)</script> 故障' } });
    const page = await get(`/history/search?q=${encodeURIComponent('"><script>alert(1)</script>')}`);
    expect(page.body).not.toContain('<script>');
    expect(page.body).toContain('name="robots" content="noindex"');
    expect(page.headers['content-security-policy']).toContain("default-src 'none'");
    expect(page.headers['set-cookie']).toBeUndefined();
    await db.close();
    const without = await app.inject({ url: '/history/search?q=故障' });
    expect([without.statusCode, without.body.includes('1件見つかりました')]).toEqual([200, true]);
    await expectValidHtml(without.body);
  });
});

describe('planned work', () => {
  const work = (from: string, to: string, title = '設備の工事') => ({
    kind: 'work',
    title: { ja: title, en: 'Work on equipment' },
    planned: { from, to },
    impacts: [{ service: 'mail', facilities: ['141'], symptom: 'unavailable' }],
    occurredAt: undefined,
  });

  test('stands in a calendar on each of its days, with today marked, and in a list by its state', async () => {
    const { get, notices, clock } = await ready('2014-03-06T12:00:00+09:00');
    const plan = (input: Record<string, unknown>) =>
      publishNotice(notices, publisher, faultInput(input, { phase: 'plan' }));
    // From the evening to the morning, and one that ends at midnight.
    const night = await plan(work('2014-03-10T23:00:00+09:00', '2014-03-11T05:00:00+09:00', '夜間の工事'));
    await plan(work('2014-04-02T22:00:00+09:00', '2014-04-03T00:00:00+09:00', '四月の工事'));
    const { body } = await get('/works');
    const cell = (day: string) =>
      new RegExp(`<td[^>]*>(?:(?!</td>)[\\s\\S])*datetime="${day}"[\\s\\S]*?</td>`).exec(body)?.[0];
    expect(cell('2014-03-06')).toContain('aria-current="date"');
    expect(cell('2014-03-06')).toContain('今日');
    expect(cell('2014-03-09')).not.toContain('<a');
    expect(cell('2014-03-10')).toContain(`/notices/${night.id}`);
    expect(cell('2014-03-10')).toContain('23:00');
    expect(cell('2014-03-11')).toContain(`/notices/${night.id}`);
    expect(cell('2014-03-12')).not.toContain('<a');
    expect(cell('2014-04-02')).toContain('四月の工事');
    expect(cell('2014-04-03')).not.toContain('<a');
    expect(body).toContain('<caption>2014年3月</caption>');
    await expectValidHtml(body);
    const english = (await get('/en/works')).body;
    expect(english).toContain('<caption>March 2014</caption>');
    await expectValidHtml(english);
    clock.set('2014-03-11T00:30:00+09:00');
    const during = (await get('/works')).body;
    expect(during.indexOf('id="working"')).toBeGreaterThan(0);
    expect(during.indexOf('id="working"')).toBeLessThan(during.indexOf('夜間の工事'));
    clock.set('2014-03-11T06:00:00+09:00');
    expect((await get('/works')).body).not.toContain('id="working"');
    await publishReport(notices, publisher, night.id, nextReport({ phase: 'complete' }));
    clock.set('2014-06-30T00:00:00+09:00');
    expect((await get('/works')).body).not.toContain('夜間の工事');
  });

  test('says that none is planned where none is', async () => {
    const { get } = await ready();
    const page = await get('/works');
    expect(textOf(page)).toContain('予定している工事はありません。');
    expect(textOf(page)).toContain('工事はありません');
    await expectValidHtml(page.body);
  });
});
