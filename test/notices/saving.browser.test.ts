import { afterAll, describe, expect, test } from 'vitest';
import { startApp } from '../support/app.ts';
import { closeBrowser, hasBrowser, listen, openPage } from '../support/browser.ts';
import { engine } from '../support/database.ts';
import { smallCatalogue } from '../support/notices.ts';
import { PASSWORD, staffAt } from '../support/people.ts';

afterAll(closeBrowser);

describe.skipIf(!hasBrowser || engine !== 'sqlite')('a draft in a browser', () => {
  test('is saved while it is typed, survives a reload and a session that ended', async () => {
    const shirase = await startApp();
    await smallCatalogue(shirase.db);
    await staffAt(shirase, 'author');
    const origin = await listen(shirase.app);
    const page = await openPage();
    const signIn = async (tab: typeof page) => {
      await tab.goto(`${origin}/console/sign-in`);
      await tab.fill('#login', 'author');
      await tab.fill('#password', PASSWORD);
      await tab.click('main button');
      await tab.waitForURL(/\/console$/);
    };
    await signIn(page);
    await page.goto(`${origin}/console/notices/new`);
    await page.fill('[name="body.ja"]', '途中まで書いた');
    await page.waitForURL(/\/edit$/);
    await page.reload();
    expect(await page.inputValue('[name="body.ja"]')).toBe('途中まで書いた');
    await shirase.db.kysely.deleteFrom('sessions').execute();
    await page.fill('[name="body.ja"]', '途中まで書いた 続き');
    await page.getByText('有効期限が切れています').waitFor();
    await signIn(await page.context().newPage());
    await page.fill('[name="body.ja"]', '途中まで書いた 続き、さらに');
    await page.getByText('自動で保存しました').waitFor();
    const { content } = await shirase.db.kysely.selectFrom('drafts').select('content').executeTakeFirstOrThrow();
    expect(content).toContain('さらに');
  });
});
