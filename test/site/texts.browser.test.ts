import { afterAll, describe, expect, test } from 'vitest';
import { publishNotice } from '../../src/notices/publish.ts';
import { startApp } from '../support/app.ts';
import { barriers } from '../support/barriers.ts';
import { closeBrowser, hasBrowser, listen, openPage } from '../support/browser.ts';
import { faultInput, noticeGround, publisher, smallCatalogue } from '../support/notices.ts';
import { staffAt } from '../support/people.ts';

afterAll(closeBrowser);

describe.skipIf(!hasBrowser)('texts for other channels in a real browser', () => {
  test('are copied by a button, and neither they nor the press release have a barrier', {
    timeout: 60_000,
  }, async () => {
    const shirase = await startApp();
    await smallCatalogue(shirase.db);
    const author = await staffAt(shirase, 'author');
    const { id } = await publishNotice(noticeGround(shirase.db, shirase.clock), publisher, faultInput());
    await shirase.app.edition.refresh();
    const base = await listen(shirase.app);
    const page = await openPage({ viewport: { width: 390, height: 844 } });
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await page.context().addCookies([...author.cookies].map(([name, value]) => ({ name, value, url: base })));
    await page.goto(`${base}/console/notices/${id}/texts`);
    expect(await barriers(page)).toEqual([]);
    const field = page.getByLabel('SNSの投稿（日本語）');
    await page.locator('.copy', { has: field }).getByRole('button', { name: 'コピー' }).click();
    await page.getByText('コピーしました').waitFor();
    expect(await page.evaluate('navigator.clipboard.readText()')).toBe(await field.inputValue());
    await page.goto(`${base}/notices/${id}/press`);
    expect(await barriers(page)).toEqual([]);
    await page.emulateMedia({ media: 'print' });
    expect(await page.getByRole('link', { name: 'PDFで開く' }).isVisible()).toBe(false);
    expect(await page.getByRole('banner').isVisible()).toBe(false);
  });
});
