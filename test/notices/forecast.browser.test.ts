import { afterAll, describe, expect, test } from 'vitest';
import { expandAll } from '../../src/alerts/expand.ts';
import { publishNotice, publishReport } from '../../src/notices/publish.ts';
import { subscriber } from '../support/addresses.ts';
import { alertGround } from '../support/alerts.ts';
import { startApp } from '../support/app.ts';
import { closeBrowser, hasBrowser, listen, openPage } from '../support/browser.ts';
import { faultInput, nextReport, noticeGround, publisher, smallCatalogue } from '../support/notices.ts';
import { staffAt } from '../support/people.ts';

afterAll(closeBrowser);

/** Two who have had the first report and an update, and one who registered afterwards. */
async function desk() {
  const shirase = await startApp({ now: '2014-03-06T08:00:00+09:00' });
  const { app, db, clock } = shirase;
  await smallCatalogue(db);
  for (const name of ['taro', 'hanako']) await subscriber(db, name, ['121']);
  const ground = noticeGround(db, clock);
  const alerts = alertGround(db, clock);
  const { id } = await publishNotice(ground, publisher, faultInput());
  await expandAll(alerts);
  await db.kysely.updateTable('mails').set({ state: 'sent' }).execute();
  await publishReport(ground, publisher, id, nextReport({ phase: 'update', mail: true }));
  await expandAll(alerts);
  await db.kysely.updateTable('mails').set({ state: 'sent' }).where('state', '=', 'queued').execute();
  await subscriber(db, 'late', ['121']);
  const staff = await staffAt(shirase, 'publisher');
  return { base: await listen(app), cookies: [...staff.cookies], id };
}

describe.runIf(hasBrowser)('before a report is published its writer', () => {
  test('sees who gets which of the three mails, and who has none left', { timeout: 120_000 }, async () => {
    const { base, cookies, id } = await desk();
    const page = await openPage();
    await page.context().addCookies(cookies.map(([name, value]) => ({ name, value, url: base })));
    await page.goto(`${base}/console/notices/${id}/report?phase=update`);
    await page.getByLabel('本文（日本語）').fill('復旧作業を続けています。');
    await page.locator('input[name=mail]').check();
    await page.getByRole('button', { name: '確認する' }).click();
    await page.getByRole('heading', { name: 'メールが届く件数' }).waitFor();
    const counted = (row: RegExp) => page.getByRole('row', { name: row }).getByRole('cell').innerText();
    expect(await page.getByText('配信 1件').count()).toBe(1);
    expect(await counted(/^1通目/)).toBe('1件');
    expect(await counted(/^3通目/)).toBe('0件');
    expect(await counted(/^届かない/)).toBe('2件');
    expect(await counted(/^配信後の残り/)).toBe('1件 / 0件 / 0件');
  });
});
