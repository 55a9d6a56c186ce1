import type { Locator, Page } from 'playwright-core';
import { afterAll, describe, expect, test } from 'vitest';
import { expandAll } from '../../src/alerts/expand.ts';
import { saveDraft } from '../../src/notices/drafts/draft.ts';
import { scheduleDraft } from '../../src/notices/drafts/schedule.ts';
import { publishNotice } from '../../src/notices/publish.ts';
import { findNotice } from '../../src/notices/read.ts';
import { HOUR } from '../../src/time.ts';
import { subscriber } from '../support/addresses.ts';
import { alertGround } from '../support/alerts.ts';
import { type Shirase, startApp } from '../support/app.ts';
import { barriers } from '../support/barriers.ts';
import { closeBrowser, hasBrowser, listen, openPage } from '../support/browser.ts';
import { faultInput, noticeGround, publisher, smallCatalogue } from '../support/notices.ts';
import { PASSWORD, staffAt } from '../support/people.ts';

afterAll(closeBrowser);

const LONG =
  '2014年3月6日（木）7時34分頃より、OCNメール（メールソフトおよびWebメール）において、一部のお客さまがメールの送受信をご利用いただけない、またはご利用しづらい状況が発生しております。';

/** A serious fault with many words and many facilities, overdue. */
async function hardDay(): Promise<Shirase & { base: string; cookies: [string, string][] }> {
  const shirase = await startApp();
  const codes = Array.from({ length: 42 }, (_, n) => String(51 + n * 2).padStart(3, '0'));
  await smallCatalogue(shirase.db, codes);
  const impacts = [
    { service: 'mail', facilities: codes, symptom: 'unavailable', area: { ja: '全国（一部の設備を除く）' } },
    { service: 'webmail', facilities: 'all', symptom: 'login' },
  ];
  const title = { ja: 'メールソフトおよびWebメールがご利用いただけない、またはご利用しづらい状況について' };
  await publishNotice(
    noticeGround(shirase.db, shirase.clock),
    publisher,
    faultInput({ title, prominent: true, impacts }, { body: { ja: LONG }, nextUpdateAt: '2014-03-06T08:30:00+09:00' }),
  );
  shirase.clock.set('2014-03-06T09:00:00+09:00');
  await mailed(shirase);
  const staff = await staffAt(shirase, 'publisher');
  await waiting(shirase);
  const cookies = [...staff.cookies];
  return { ...shirase, base: await listen(shirase.app), cookies };
}

/** Mails of every fate, so that each list of the page has something. */
async function mailed({ db, clock }: Shirase): Promise<void> {
  const names = ['failed', 'lost', 'held', 'fine'];
  for (const name of names) await subscriber(db, name, ['051']);
  await expandAll(alertGround(db, clock));
  const fates = [
    {
      state: 'failed' as const,
      reply: '550 5.1.1 <failed@elsewhere.example>: Recipient address rejected: User unknown',
    },
    { state: 'in_doubt' as const, doubts: 1, reply: 'connection lost after the final dot' },
    { held_at: clock.now() },
    { state: 'sent' as const },
  ];
  for (const [index, name] of names.entries()) {
    const change = { attempts: 1, ...fates[index] };
    await db.kysely.updateTable('mails').set(change).where('recipient', '=', `${name}@elsewhere.example`).execute();
  }
}

/** An update that is published in a while. */
async function waiting({ db, clock }: Shirase): Promise<void> {
  const ground = noticeGround(db, clock);
  const content = { api: { phase: 'update', body: { ja: LONG }, mail: false } };
  const version = await saveDraft(ground, publisher, '20140306-1', content, 0);
  const [staff] = await db.kysely.selectFrom('staff').selectAll().execute();
  const poster = { ...publisher, id: staff?.id ?? '' };
  await scheduleDraft(ground, poster, '20140306-1', { publishAt: clock.now() + HOUR, version });
}

/** Tab until it has the focus, as a person without a mouse would. */
async function tabTo(page: Page, target: Locator): Promise<void> {
  for (let presses = 0; presses < 120; presses++) {
    await page.keyboard.press('Tab');
    if ((await target.and(page.locator(':focus')).count()) === 1) return;
  }
  throw new Error('the keyboard does not reach it');
}

describe.skipIf(!hasBrowser)('the console in a real browser', () => {
  test.each([390, 1280])(
    'has no barrier and nothing runs off the side, %d px wide',
    { timeout: 240_000 },
    async (width) => {
      const { base, cookies } = await hardDay();
      const page = await openPage({ viewport: { width, height: 900 } });
      await page.context().addCookies(cookies.map(([name, value]) => ({ name, value, url: base })));
      const sound = async (where: string) => {
        expect(await barriers(page), where).toEqual([]);
        expect(await page.evaluate('document.documentElement.scrollWidth - innerWidth'), where).toBeLessThanOrEqual(0);
        expect(page.url()).not.toContain('sign-in');
      };
      const notice = '/console/notices/20140306-1';
      for (const path of [
        '/console',
        '/en/console',
        '/console/notices/new?kind=fault',
        '/console/notices/new?kind=work',
        notice,
        `${notice}/report?phase=final`,
        `/en${notice}/report?phase=recovery`,
        `${notice}/reports/1/correct`,
        `${notice}/deliveries`,
        `/en${notice}/deliveries`,
        '/console/audit',
      ]) {
        await page.goto(base + path);
        await sound(path);
      }
      await page.goto(`${base}${notice}/report?phase=recovery`);
      await page.getByRole('button', { name: '公開する' }).click();
      await sound('with errors');
      await page.goto(`${base}${notice}/report?phase=update`);
      await page.getByLabel('本文（日本語）').fill(LONG);
      await page.getByRole('button', { name: '確認する' }).click();
      await page.getByRole('heading', { name: '公開される内容（まだ公開していません）' }).waitFor();
      await sound('preview');
    },
  );

  test('a fault is opened, corrected where it was wrong, and published by keyboard alone', {
    timeout: 240_000,
  }, async () => {
    const { base, db } = await hardDay();
    const page = await openPage({ viewport: { width: 1280, height: 900 } });
    const { keyboard } = page;
    await page.goto(`${base}/console`);
    await tabTo(page, page.getByLabel('ログイン名'));
    await keyboard.type('publisher');
    await keyboard.press('Tab');
    await keyboard.type(PASSWORD);
    await keyboard.press('Enter');
    await page.getByRole('heading', { name: 'いま対応すること' }).waitFor();

    await tabTo(page, page.getByRole('link', { name: '故障のお知らせを作成する' }));
    await keyboard.press('Enter');
    await tabTo(page, page.getByLabel('件名（日本語）'));
    await keyboard.insertText('OCN IDでログインしづらい状況について');
    await tabTo(page, page.getByLabel('サービス').first());
    await keyboard.type('OCN ID');
    await tabTo(page, page.getByLabel('本文（日本語）'));
    await keyboard.insertText('ログインしづらくなっています。');
    await tabTo(page, page.getByRole('button', { name: '公開する' }));
    await keyboard.press('Enter');

    // The occurrence is missing: the focus is at the summary, and its link leads to the field.
    const missing = page.getByRole('link', { name: '発生日時を入力してください。' });
    await missing.waitFor();
    await tabTo(page, missing);
    await keyboard.press('Enter');
    expect(await page.evaluate('document.activeElement.id')).toBe('occurredAt');
    await keyboard.type('03062014');
    await keyboard.press('ArrowRight');
    await keyboard.type('0834AM');
    await tabTo(page, page.getByLabel('認知日時'));
    await tabTo(page, page.getByRole('button', { name: '公開する' }));
    await keyboard.press('Enter');
    await page.getByText('公開しました。').waitFor();

    expect(await findNotice(db.kysely, '20140306-2')).toMatchObject({
      title: { ja: 'OCN IDでログインしづらい状況について' },
      occurredAt: Date.parse('2014-03-06T08:34:00+09:00'),
      impacts: [{ service: 'ocn-id', facilities: 'all' }],
      reports: [{ phase: 'first' }],
    });
  });
});
