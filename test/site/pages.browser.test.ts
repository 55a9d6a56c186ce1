import { afterAll, describe, expect, test } from 'vitest';
import { publishNotice, publishReport } from '../../src/notices/publish.ts';
import { startApp } from '../support/app.ts';
import { barriers } from '../support/barriers.ts';
import { closeBrowser, hasBrowser, listen, openPage } from '../support/browser.ts';
import { faultInput, nextReport, publisher, smallCatalogue } from '../support/notices.ts';

afterAll(closeBrowser);

const CODES = [
  '051',
  '052',
  '061',
  '062',
  '071',
  '072',
  '081',
  '082',
  '091',
  '092',
  '101',
  '102',
  '111',
  '112',
  '121',
  '122',
  '131',
  '132',
  '141',
  '142',
];

/** One fault of twenty servers with four reports, one over, one work. */
async function busyDay(): Promise<{ base: string; id: string }> {
  const { app, db, ground, clock } = await startApp();
  await smallCatalogue(db, CODES);
  const notices = { ...ground, announce: () => {} };
  const impact = {
    service: 'mail',
    symptom: 'unavailable',
    startedAt: '2014-03-06T07:34:00+09:00',
    area: { ja: '全国', en: 'Nationwide' },
  };
  const { id } = await publishNotice(
    notices,
    publisher,
    faultInput(
      { prominent: true, impacts: [{ ...impact, facilities: CODES }] },
      { nextUpdateAt: '2014-03-06T09:00:00+09:00' },
    ),
  );
  for (let n = 0; n < 3; n++)
    await publishReport(
      notices,
      publisher,
      id,
      nextReport({
        phase: 'update',
        body: { ja: '復旧の作業を続けています。\n\n- 設備051から順に確認しています。', en: 'Work goes on.' },
      }),
    );
  const over = await publishNotice(
    notices,
    publisher,
    faultInput({ title: { ja: 'Webメールにログインしづらい状態でした' } }),
  );
  clock.set('2014-03-06T15:00:00+09:00');
  await publishReport(
    notices,
    publisher,
    over.id,
    nextReport({ phase: 'recovery', recovered: [{ impact: `${over.id}-1`, at: '2014-03-06T14:22:00+09:00' }] }),
  );
  await publishReport(
    notices,
    publisher,
    over.id,
    nextReport({
      phase: 'final',
      causes: [{ text: '原因です。' }],
      measures: [{ field: 'software', status: 'done', text: '対策です。', date: '2014-04' }],
    }),
  );
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
  await app.edition.refresh();
  return { base: await listen(app), id: over.id };
}

describe.skipIf(!hasBrowser)('the public pages in a real browser', () => {
  test.each([
    { width: 390, colorScheme: 'light' as const, language: '' },
    { width: 390, colorScheme: 'dark' as const, language: '/en' },
    { width: 1280, colorScheme: 'light' as const, language: '/en' },
    { width: 1280, colorScheme: 'dark' as const, language: '' },
  ])('axe finds nothing, $width px wide, $colorScheme, under $language/', async ({ width, colorScheme, language }) => {
    const { base, id } = await busyDay();
    const page = await openPage({ viewport: { width, height: 900 }, colorScheme });
    const paths = [
      '/',
      '/?still',
      `/notices/${id}`,
      '/notices/20140306-1',
      '/history',
      '/history/2014-03',
      '/history/search?q=OCN',
      '/works',
      '/services/mail',
      '/nowhere',
      '/console/sign-in',
    ];
    for (const path of paths) {
      await page.goto(base + language + path);
      expect(await barriers(page)).toEqual([]);
    }
  });

  test('without script a page on an open fault comes again by itself, and stops where its reader says so', async () => {
    const { base, id } = await busyDay();
    const page = await openPage({ javaScriptEnabled: false });
    const reloads = page.locator('meta[http-equiv="refresh"][content="60"]');
    for (const path of ['/', '/en', '/notices/20140306-1', '/en/notices/20140306-1']) {
      await page.goto(base + path);
      expect(await reloads.count(), path).toBe(1);
      await page.getByRole('link', { name: /自動更新を止める|Stop reloading/ }).click();
      expect(await reloads.count(), path).toBe(0);
      await page.getByRole('link', { name: /最新の状況に更新する|Show the latest/ }).click();
      expect([new URL(page.url()).pathname, await reloads.count()]).toEqual([path, 1]);
    }
    for (const path of ['/history', `/notices/${id}`, `/notices/${id}?still`]) {
      await page.goto(base + path);
      expect([await reloads.count(), await page.title()], path).toEqual([
        0,
        expect.not.stringMatching('見つかりません'),
      ]);
    }
  });

  test('nothing is cut off at 320 pixels, or with letters twice as large', async () => {
    const { base, id } = await busyDay();
    const page = await openPage({ viewport: { width: 320, height: 640 } });
    for (const path of ['/', '/en', `/notices/${id}`, '/history', '/history/search?q=OCN', '/works']) {
      await page.goto(base + path);
      expect(await page.evaluate('document.documentElement.scrollWidth'), `${path} at 320`).toBeLessThanOrEqual(320);
    }
    await page.setViewportSize({ width: 640, height: 900 });
    for (const path of ['/', `/en/notices/${id}`, '/works', '/en/history']) {
      await page.goto(base + path);
      await page.evaluate("document.documentElement.style.fontSize = '200%'");
      expect(await page.evaluate('document.documentElement.scrollWidth'), `${path} at 200%`).toBeLessThanOrEqual(640);
    }
  });

  test('asks nobody else for anything, and needs no script', async () => {
    const { base } = await busyDay();
    const page = await openPage({ javaScriptEnabled: false });
    const asked: string[] = [];
    page.on('request', (request) => asked.push(request.url()));
    await page.goto(`${base}/`);
    expect(asked.every((url) => url.startsWith(base))).toBe(true);
    expect(asked.some((url) => url.endsWith('.js'))).toBe(false);
    expect(await page.getByRole('link', { name: 'お使いのメールが影響を受けているか確認する' }).isVisible()).toBe(true);
  });

  test('the keyboard reaches the content first', async () => {
    const { base } = await busyDay();
    const page = await openPage();
    await page.goto(`${base}/`);
    await page.keyboard.press('Tab');
    expect(await page.evaluate('document.activeElement?.textContent')).toBe('本文へ移動');
    await page.keyboard.press('Enter');
    expect(await page.evaluate('document.activeElement?.id')).toBe('main');
  });
});
