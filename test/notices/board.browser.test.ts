import { afterAll, describe, expect, test } from 'vitest';
import { openNotice } from '../../src/notices/drafts/draft.ts';
import { publishNotice } from '../../src/notices/publish.ts';
import { MINUTE } from '../../src/time.ts';
import { startApp } from '../support/app.ts';
import { barriers } from '../support/barriers.ts';
import { closeBrowser, hasBrowser, listen, openPage } from '../support/browser.ts';
import { faultInput, noticeGround, publisher, smallCatalogue } from '../support/notices.ts';
import { staffAt } from '../support/people.ts';

afterAll(closeBrowser);

describe.skipIf(!hasBrowser)('the board in a real browser', () => {
  test('counts down and fetches what is new while it stands open', { timeout: 90_000 }, async () => {
    const shirase = await startApp();
    await smallCatalogue(shirase.db);
    const ground = noticeGround(shirase.db, shirase.clock);
    const occurredAt = Date.parse('2014-03-06T07:34:00+09:00');
    await openNotice(ground, publisher, { kind: 'fault', title: { ja: '停電' }, occurredAt, approximate: false }, {});
    const cookies = [...(await staffAt(shirase, 'publisher')).cookies];
    const base = await listen(shirase.app);
    const page = await openPage();
    await page.context().addCookies(cookies.map(([name, value]) => ({ name, value, url: base })));
    await page.clock.install({ time: new Date('2014-03-06T08:00:00+09:00') });
    await page.goto(`${base}/console`);
    const first = page.locator('.due > .card').first();
    expect(await first.textContent()).toMatch(/まもなく期限.*初報（発生から）.*あと4分/s);
    expect(await barriers(page)).toEqual([]);

    shirase.clock.advance(6 * MINUTE);
    await publishNotice(ground, publisher, faultInput({ title: { ja: '新しい故障' } }));
    await first.getByRole('link', { name: '初報を書く' }).focus();
    await page.clock.fastForward(6 * MINUTE);
    await page.getByRole('link', { name: '新しい故障' }).first().waitFor();
    expect(await first.textContent()).toMatch(/期限超過.*初報（発生から）.*2分超過/s);
    expect(await first.getAttribute('class')).toContain('fault');
    expect(await page.evaluate('document.activeElement.textContent')).toContain('初報を書く');

    await shirase.app.close();
    await page.clock.fastForward(2 * MINUTE);
    await page.getByText('最新の状況を読み込めません。').waitFor();
    expect(await first.textContent()).toMatch(/4分超過/);
  });

  test('reloads each minute where there is no script', async () => {
    const shirase = await startApp();
    const staff = await staffAt(shirase, 'author');
    expect((await staff.get('/console')).body).toContain(
      '<noscript><meta http-equiv="refresh" content="60"></noscript>',
    );
  });
});
