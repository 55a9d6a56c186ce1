import { afterAll, describe, expect, test } from 'vitest';
import { publishNotice } from '../../src/notices/publish.ts';
import { closeBrowser, hasBrowser, listen, openPage } from '../support/browser.ts';
import { faultInput, publisher } from '../support/notices.ts';
import { startSite } from '../support/site.ts';

afterAll(closeBrowser);

/** Types into the field of /check and sends it. @returns everything that left the browser, and where it came to. */
async function asking(typed: string, { script }: { script: boolean }) {
  const { app, db, notices } = await startSite();
  await db.kysely.insertInto('facility_domains').values({ domain: 'a.example', facility: '051' }).execute();
  await publishNotice(notices, publisher, faultInput());
  await app.edition.refresh();
  const page = await openPage({ javaScriptEnabled: script, viewport: { width: 360, height: 640 } });
  await page.goto(`${await listen(app)}/check`);
  const left: string[] = [];
  page.on('request', (request) => left.push(`${request.url()} ${request.postData() ?? ''}`));
  await page.getByRole('textbox').fill(typed);
  await page.getByRole('button', { name: '確認する' }).click();
  await page.getByRole('heading', { name: 'a.example' }).waitFor();
  return { left: left.join('\n'), url: page.url(), text: await page.innerText('main') };
}

describe.skipIf(!hasBrowser)('a whole address typed into /check', () => {
  for (const typed of ['taro.yamada@a.example', ' taro.yamada＠a.example ']) {
    test(`of “${typed}” only the domain leaves the browser`, async () => {
      const { left, url } = await asking(typed, { script: true });
      expect(left).toContain('a.example');
      expect(left).not.toContain('taro');
      expect(new URL(url).search).toBe('?domain=a.example');
    });
  }

  test('without script the server cuts it: the address bar has the domain, and the answer stands first on an old phone', async () => {
    const { url, text } = await asking('taro.yamada@a.example', { script: false });
    expect(new URL(url).search).toBe('?domain=a.example');
    expect(text.trim().split('\n')[0]).toBe('@a.example のメールは現在ご利用いただけません');
    expect(text).not.toContain('taro');
  });
});
