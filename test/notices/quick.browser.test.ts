import type { Locator, Page } from 'playwright-core';
import { afterAll, describe, expect, test } from 'vitest';
import { findNotice } from '../../src/notices/read.ts';
import { startApp } from '../support/app.ts';
import { barriers } from '../support/barriers.ts';
import { closeBrowser, hasBrowser, listen, openPage } from '../support/browser.ts';
import { smallCatalogue } from '../support/notices.ts';
import { staffAt } from '../support/people.ts';

afterAll(closeBrowser);

/** The keyboard alone, counting every stroke. */
class Hands {
  strokes = 0;
  readonly #page: Page;

  constructor(page: Page) {
    this.#page = page;
  }

  async press(key: string): Promise<void> {
    this.strokes += 1;
    await this.#page.keyboard.press(key);
  }

  async type(text: string): Promise<void> {
    this.strokes += text.length;
    await this.#page.keyboard.type(text);
  }

  async tabTo(target: Locator): Promise<void> {
    for (let presses = 0; presses < 40; presses++) {
      await this.press('Tab');
      if ((await target.and(this.#page.locator(':focus')).count()) === 1) return;
    }
    throw new Error('the keyboard does not reach it');
  }
}

describe.skipIf(!hasBrowser)('a known fault at three in the morning', () => {
  test('is told to everybody by fewer than seventy strokes of the keyboard', { timeout: 90_000 }, async () => {
    const shirase = await startApp();
    await smallCatalogue(shirase.db);
    const cookies = [...(await staffAt(shirase, 'publisher')).cookies];
    const base = await listen(shirase.app);
    const page = await openPage();
    await page.context().addCookies(cookies.map(([name, value]) => ({ name, value, url: base })));
    await page.goto(`${base}/console`);
    const hands = new Hands(page);
    await hands.tabTo(page.getByRole('link', { name: '初報をすぐに出す' }));
    await hands.press('Enter');
    await page.waitForURL('**/console/notices/quick');
    expect(await barriers(page)).toEqual([]);
    await hands.press('Tab'); // skip link
    await hands.press('Enter');
    await hands.tabTo(page.getByLabel('サービス', { exact: true }));
    await hands.press('ArrowDown');
    await hands.tabTo(page.getByLabel('設備', { exact: false }).first());
    await hands.type('051-142');
    await hands.tabTo(page.getByRole('button', { name: '公開する' }));
    await hands.press('Enter');
    await page.waitForURL('**/console/notices/20140306-1?published=1');
    expect(await findNotice(shirase.db.kysely, '20140306-1')).toMatchObject({
      title: { ja: 'OCNメールがご利用いただけない状況について' },
      impacts: [{ service: 'mail', facilities: ['051', '062', '121', '122', '141', '142'] }],
    });
    // A second a stroke is a tired person; people who type once a second are done within the minute, with time to read.
    expect(hands.strokes).toBeLessThan(70);
    console.info(`first report by keyboard: ${hands.strokes} strokes`);
  });
});
