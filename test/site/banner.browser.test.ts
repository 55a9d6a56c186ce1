import type { Page } from 'playwright-core';
import { afterAll, describe, expect, test } from 'vitest';
import { publishNotice, publishReport } from '../../src/notices/publish.ts';
import { startApp } from '../support/app.ts';
import { barriers } from '../support/barriers.ts';
import { closeBrowser, hasBrowser, listen, openPage } from '../support/browser.ts';
import { hostSite } from '../support/host-site.ts';
import { faultInput, nextReport, noticeGround, publisher, smallCatalogue } from '../support/notices.ts';

afterAll(closeBrowser);

const HOSTILE = '<img src=x onerror=alert(1)> & "故障" </script>';

async function ready() {
  const shirase = await startApp();
  await smallCatalogue(shirase.db);
  const notices = noticeGround(shirase.db, shirase.clock);
  const fault = (overrides: object = {}) =>
    publishNotice(notices, publisher, faultInput({ prominent: true, ...overrides }));
  const base = await listen(shirase.app);
  const script = (more = '') => `<script src="${base}/embed/banner.js" async ${more}></script>`;
  const page = await openPage();
  const thrown: string[] = [];
  page.on('pageerror', (error) => thrown.push(error.message));
  await page.clock.install();
  // A browser keeps an answer for some seconds of its own time, which no test can move; whoever watches requests has no such cache.
  await page.route('**/*', (route) => route.continue());
  return { ...shirase, notices, fault, base, script, page, thrown };
}

/** Waits for the next answer that the banner gets, or for its failing. */
async function asked(page: Page, act: () => Promise<unknown>): Promise<void> {
  const done = Promise.race([
    page.waitForEvent('requestfinished', (request) => request.url().endsWith('banner.json')),
    page.waitForEvent('requestfailed', (request) => request.url().endsWith('banner.json')),
  ]);
  await act();
  await done;
}

const nextMinute = (page: Page) => page.clock.fastForward(75_000);

describe.skipIf(!hasBrowser)('the banner on another site that allows next to nothing', () => {
  test('is under 3 KB, says what is prominent in a region of its own, as text, and has no barrier', async () => {
    const { app, fault, base, script, page, thrown } = await ready();
    const { id } = await fault({ title: { ja: HOSTILE } });
    await app.edition.refresh();
    expect((await app.inject({ url: '/embed/banner.js' })).rawPayload.length).toBeLessThan(3000);
    await page.goto(await hostSite(base, { head: script() }));
    const region = page.getByRole('region', { name: '重要なお知らせ' });
    const link = region.getByRole('link');
    expect(await link.innerText()).toBe(`【発生中】[2014年3月6日(木) 8:00 JST] ${HOSTILE}`);
    expect(await link.getAttribute('href')).toBe(`http://status.example/notices/${id}`);
    expect(await page.evaluate('document.body.firstElementChild.className')).toBe('shirase-banner');
    expect(await page.evaluate('getComputedStyle(document.body.firstElementChild).borderLeftStyle')).toBe('solid');
    expect(await barriers(page)).toEqual([]);
    expect(thrown).toEqual([]);
  });

  test('stands where its script stands, in the language of the page or the one that is asked for', async () => {
    const { app, fault, base, script, page } = await ready();
    await fault({ title: { ja: '日本語だけの題名' } });
    await app.edition.refresh();
    await page.goto(await hostSite(base, { lang: 'en-GB', body: `<aside aria-label="News">${script()}</aside>` }));
    const english = page.getByRole('complementary').getByRole('region', { name: 'Important notices' });
    expect(await english.innerText()).toBe('[Ongoing] [08:00 JST, Thu 6 Mar 2014] 日本語だけの題名');
    expect(await english.getByText('日本語だけの題名').last().getAttribute('lang')).toBe('ja');
    await page.goto(await hostSite(base, { lang: 'en', head: script('data-lang="ja"') }));
    await page.getByRole('region', { name: '重要なお知らせ' }).waitFor();
  });

  test('comes, changes and goes by itself while the page is open', async () => {
    const { app, notices, fault, base, script, page, clock } = await ready();
    await app.edition.refresh();
    await asked(page, async () => page.goto(await hostSite(base, { head: script() })));
    const region = page.locator('.shirase-banner');
    expect(await region.count()).toBe(0);
    const { id } = await fault();
    await app.edition.refresh();
    await nextMinute(page);
    await region.getByText('【発生中】').waitFor();
    clock.set('2014-03-06T15:00:00+09:00');
    const recovered = [{ impact: `${id}-1`, at: '2014-03-06T14:22:00+09:00' }];
    await publishReport(notices, publisher, id, nextReport({ phase: 'recovery', recovered }));
    await app.edition.refresh();
    await nextMinute(page);
    await region.getByText('【回復】').waitFor();
    clock.set('2014-03-07T15:00:00+09:00');
    await app.edition.refresh();
    await nextMinute(page);
    await region.waitFor({ state: 'detached' });
  });

  test('keeps what it shows when we stop, then says of when it is, and is silent on a page that is opened now', async () => {
    const { app, fault, base, script, page, thrown } = await ready();
    await fault();
    await app.edition.refresh();
    const host = await hostSite(base, { head: script() });
    await page.goto(host);
    const region = page.locator('.shirase-banner');
    await region.waitFor();
    const words = await region.innerText();
    await app.close();
    await asked(page, () => nextMinute(page));
    expect(await region.innerText()).toBe(words);
    for (let minutes = 0; minutes < 5; minutes++) await asked(page, () => nextMinute(page));
    await region.getByText(/\d+:\d\d.* 現在$/).waitFor();
    expect(await region.innerText()).toContain(words);
    await page.reload();
    expect(await page.getByRole('heading').innerText()).toBe('例のサイト');
    expect(await region.count()).toBe(0);
    expect(thrown).toEqual([]);
  });

  test('waits three seconds for a slow answer, and shows nothing of one that makes no sense', async () => {
    const { app, fault, base, script, page, thrown } = await ready();
    await fault();
    await app.edition.refresh();
    let answer: string | undefined;
    await page.route('**/banner.json', (route) => (answer === undefined ? undefined : route.fulfill({ body: answer })));
    await page.goto(await hostSite(base, { head: script() }), { waitUntil: 'load' });
    await asked(page, () => page.clock.runFor(3000));
    for (answer of ['<html>', '{}', '{"notices":[{}]}']) await asked(page, () => nextMinute(page));
    expect(await page.locator('.shirase-banner').count()).toBe(0);
    expect(thrown).toEqual([]);
  });

  test('in a frame leads the whole window to the notice and has no barrier', async () => {
    const { app, fault, base, page } = await ready();
    const { id } = await fault();
    await app.edition.refresh();
    await page.route('http://status.example/**', (route) => route.fulfill({ body: 'there' }));
    const body = `<iframe src="${base}/banner.html" title="重要なお知らせ"></iframe>`;
    await page.goto(await hostSite(base, { body }));
    const link = page.frameLocator('iframe').getByRole('link', { name: 'OCNメールがご利用いただけません' });
    await link.waitFor();
    expect(await barriers(page)).toEqual([]);
    await link.click();
    await page.waitForURL(`http://status.example/notices/${id}`);
  });

  test('is what the page for other sites offers to copy, as are the frame and the badges', async () => {
    const { app, fault, base, page } = await ready();
    await fault();
    await app.edition.refresh();
    await page.goto(`${base}/embed`);
    expect(await barriers(page)).toEqual([]);
    const code = async (label: string) =>
      (await page.getByLabel(label, { exact: true }).inputValue()).replaceAll('http://status.example', base);
    const script = await code('スクリプト（1行）');
    const pasted = [await code('スクリプトを使わない場合（iframe）'), await code('すべてのサービス')].join('');
    await page.goto(await hostSite(base, { head: script, body: pasted }));
    await page.getByRole('region', { name: '重要なお知らせ' }).getByRole('link').waitFor();
    await page.frameLocator('iframe').getByRole('link').waitFor();
    const drawn = '[...document.images].map((image) => image.complete && image.naturalWidth > 50)';
    expect(await page.evaluate(drawn)).toEqual([true]);
  });
});
