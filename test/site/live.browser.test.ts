import type { Page, Request } from 'playwright-core';
import { afterAll, describe, expect, test } from 'vitest';
import { publishNotice, publishReport } from '../../src/notices/publish.ts';
import { startApp } from '../support/app.ts';
import { barriers } from '../support/barriers.ts';
import { closeBrowser, hasBrowser, listen, openPage } from '../support/browser.ts';
import { faultInput, nextReport, publisher, smallCatalogue } from '../support/notices.ts';

afterAll(closeBrowser);

const UPDATE = nextReport({ phase: 'update', body: { ja: '続報です。' } });

/** Two faults, and a reader whose browser's clock the test moves. */
async function reading() {
  const { app, db, ground } = await startApp();
  await smallCatalogue(db);
  const notices = { ...ground, announce: () => {} };
  const publish = async (id: string) => {
    await publishReport(notices, publisher, id, UPDATE);
    await app.edition.refresh();
  };
  const mine = await publishNotice(notices, publisher, faultInput());
  const other = await publishNotice(notices, publisher, faultInput({ title: { ja: 'ほかの故障', en: 'Another' } }));
  await app.edition.refresh();
  const base = await listen(app);
  const open = async (path: string) => {
    const page = await openPage();
    watch(page);
    const asked: string[] = [];
    page.on('request', (request) => {
      const path = new URL(request.url()).pathname;
      if (!path.startsWith('/assets/')) asked.push(path);
    });
    await page.clock.install({ time: '2014-03-06T08:00:00+09:00' });
    await page.goto(base + path);
    asked.length = 0;
    return { page, asked, status: page.getByRole('status') };
  };
  return { publish, mine: mine.id, other: other.id, open };
}

/** What a page has asked for and not been given yet. */
const waiting = new WeakMap<Page, Set<Request>>();

function watch(page: Page): void {
  const open = new Set<Request>();
  waiting.set(page, open);
  page.on('request', (request) => open.add(request));
  page.on('requestfinished', (request) => open.delete(request));
  page.on('requestfailed', (request) => open.delete(request));
}

/** Lets time pass until one question is answered; while an answer is under way it stands still, however slow the machine is. */
async function nextLook(page: Page): Promise<void> {
  let answered = false;
  void page.waitForResponse('**/edition.json').then(() => (answered = true));
  const quiet = () => waiting.get(page)?.size === 0;
  while (!answered || !quiet()) {
    if (quiet()) await page.clock.runFor(1_000);
    else await page.evaluate('0');
  }
}

describe.skipIf(!hasBrowser)('a page that stands open', () => {
  test('says that there is news, and shows it only when it is asked to', async () => {
    const { publish, mine, open } = await reading();
    const { page, status } = await open(`/notices/${mine}`);
    expect(await status.textContent()).toBe('');
    const language = page.getByRole('link', { name: 'English' });
    await language.focus();
    await publish(mine);
    await nextLook(page);
    await status.getByText('新しい情報があります。').waitFor();
    expect(await page.getByText('続報です。').count()).toBe(0);
    expect(await page.evaluate('document.activeElement.textContent')).toBe('English');
    expect(await barriers(page)).toEqual([]);
    await page.getByRole('button', { name: '表示する' }).click();
    await page.getByText('続報です。').waitFor();
    expect(await status.textContent()).toBe('');
  });

  test('is not offered anew for what others publish, and looks at itself no more than twice for that', async () => {
    const { publish, mine, other, open } = await reading();
    const { page, asked, status } = await open(`/en/notices/${mine}`);
    await publish(other);
    await nextLook(page);
    await page.getByText('(Checked: 08:00 JST, Thu 6 Mar 2014)').waitFor();
    for (let look = 0; look < 3; look++) await nextLook(page);
    const own = `/en/notices/${mine}`;
    expect(asked.filter((path) => path !== '/edition.json')).toEqual([own, own]);
    expect(await status.textContent()).toBe('');
    await publish(mine);
    await nextLook(page);
    await status.getByText('There is news.').waitFor();
    // Who has been told need not ask any more.
    asked.length = 0;
    await page.clock.runFor(600_000);
    expect(asked).toEqual([]);
  });

  test('says that it may be old while nobody answers, and up to when it was right', async () => {
    const { open } = await reading();
    const { page, status } = await open('/');
    await nextLook(page);
    await page.getByText('（2014年3月6日(木) 8:00 JST に確認）').waitFor();
    await page.context().setOffline(true);
    await status.getByText('古いかもしれません').waitFor();
    expect(await status.textContent()).toContain('最後に確認できたのは 2014年3月6日(木) 8:00 JST です。');
    const again = page.getByRole('button', { name: 'もう一度確認する' });
    await page.context().setOffline(false);
    await again.focus();
    await page.keyboard.press('Enter');
    await status.getByText('現在、新しい情報はありません。').waitFor();
    expect(await again.count()).toBe(0);
    await nextLook(page);
    await expect.poll(() => status.textContent()).toBe('');
  });

  test('does not ask while nobody can see it, nor for ever', async () => {
    const { open } = await reading();
    const { page, asked, status } = await open('/');
    const see = (state: string) =>
      page.evaluate(`Object.defineProperty(document, 'visibilityState', { value: '${state}', configurable: true });
        document.dispatchEvent(new Event('visibilitychange'))`);
    await see('hidden');
    await page.clock.runFor(600_000);
    expect(asked).toEqual([]);
    const answer = page.waitForEvent('requestfinished', (one) => one.url().endsWith('/edition.json'));
    await see('visible');
    await page.clock.runFor(1);
    await answer;
    await page.clock.fastForward('03:00:00');
    await status.getByText('確認を止めています').waitFor();
    asked.length = 0;
    await page.clock.runFor(600_000);
    expect(asked).toEqual([]);
    await page.getByRole('button', { name: '確認を再開する' }).click();
    await status.getByText('現在、新しい情報はありません。').waitFor();
  });

  test('asks less often while nobody answers', async () => {
    const { open } = await reading();
    const { page, status } = await open('/');
    await page.route('**/edition.json', (route) => route.fulfill({ status: 503, headers: { 'retry-after': '200' } }));
    const failedAt = async () => {
      await nextLook(page);
      return Number(await page.evaluate('Date.now()'));
    };
    const first = await failedAt();
    expect((await failedAt()) - first, 'as late as it was asked to').toBeGreaterThan(190_000);
    await status.getByText('古いかもしれません').waitFor();
  });
});
