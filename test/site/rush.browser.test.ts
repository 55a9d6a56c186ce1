import { afterAll, describe, expect, test } from 'vitest';
import { publishNotice } from '../../src/notices/publish.ts';
import { extrasOf } from '../../src/site/export/extras.ts';
import { barriers } from '../support/barriers.ts';
import { closeBrowser, hasBrowser, listen, openPage } from '../support/browser.ts';
import { faultInput, publisher } from '../support/notices.ts';
import { startSite } from '../support/site.ts';

afterAll(closeBrowser);

describe.skipIf(!hasBrowser)('the page for whoever cannot sign in now', () => {
  test.each([
    { language: '', width: 390, colorScheme: 'light' as const },
    { language: '', width: 1280, colorScheme: 'dark' as const },
    { language: '/en', width: 390, colorScheme: 'dark' as const },
    { language: '/en', width: 1280, colorScheme: 'light' as const },
  ])('has no barrier, $width px wide, $colorScheme, under $language/', async ({ language, width, colorScheme }) => {
    const { app, notices, get } = await startSite();
    await publishNotice(notices, publisher, faultInput());
    const long = { ja: 'とても長い題名の故障です'.repeat(10), en: `Fault of ${'averylongnameofaserver'.repeat(4)}` };
    await publishNotice(notices, publisher, faultInput({ title: long }));
    await get('/');
    const { printed } = app.edition;
    const body = printed && extrasOf(printed).find(({ file }) => file === `_${language}/crowded.html`)?.bytes;
    const base = await listen(app);
    const page = await openPage({ viewport: { width, height: 900 }, colorScheme });
    // As nginx answers the form, beyond its rate.
    await page.route(`${base}${language}/my/sign-in`, (route) =>
      route.request().method() === 'POST'
        ? route.fulfill({ status: 503, contentType: 'text/html; charset=utf-8', body: body ?? '' })
        : route.continue(),
    );
    await page.goto(`${base}${language}/my/sign-in`);
    await page.getByLabel(/ログイン名|Login/).fill('taro');
    await page.getByLabel(/^(パスワード|Password)/).fill('wrong or not');
    await page.getByRole('button', { name: /サインインする|Sign in/ }).click();
    await page.getByRole('heading', { name: /大変混み合っています|Very many people/ }).waitFor();
    expect(await barriers(page)).toEqual([]);
    expect(await page.getByRole('link', { name: language ? long.en : long.ja }).isVisible()).toBe(true);
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width);
    // The other language, and signing in again, are one click away.
    await page.getByRole('link', { name: /^(English|日本語)$/ }).click();
    expect(await page.getByRole('button', { name: /サインインする|Sign in/ }).isVisible()).toBe(true);
  });
});
