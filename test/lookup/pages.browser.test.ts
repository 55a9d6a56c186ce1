import { afterAll, describe, expect, test } from 'vitest';
import { stopToken } from '../../src/alerts/addresses/stop-link.ts';
import { type Shirase, startApp } from '../support/app.ts';
import { barriers } from '../support/barriers.ts';
import { closeBrowser, hasBrowser, listen, openPage } from '../support/browser.ts';
import { signedIn } from '../support/customers.ts';
import { startProvider } from '../support/provider.ts';
import { addCatalogue, addCustomer, minuteOf, tell } from './world.ts';

afterAll(closeBrowser);

/** A customer with one stopped and one healthy mailbox, work ahead, something repaired, and an address of every kind. */
async function worstDay(): Promise<Shirase & { url: string; session: string }> {
  const { settings } = await startProvider([]);
  const now = '2014-03-06T12:00:00+09:00';
  const shirase = await startApp({ now, oidcCustomers: { ...settings, match: 'subject' }, oidcStaff: settings });
  const { db } = shirase;
  await addCatalogue(db);
  await addCustomer(db, 'taro', ['051', '122']);
  const planned = { from: minuteOf('23:00'), to: minuteOf('23:30') };
  await tell(db, { id: 'n-1', impacts: [{ facilities: ['051'], startedAt: minuteOf('07:34'), approximate: true }] });
  await tell(db, { id: 'n-2', kind: 'work', planned, impacts: [{ startedAt: planned.from }] });
  await tell(db, { id: 'n-3', impacts: [{ startedAt: minuteOf('05:00'), recoveredAt: minuteOf('06:00') }] });
  const taro = await signedIn(shirase, 'taro');
  const long = `${'a'.repeat(64)}@${'very-long-label.'.repeat(8)}example.jp`;
  for (const email of ['taro-051@mail.example', long]) {
    await taro.press('/my/addresses', '/my/addresses', { scope: 'mine', language: 'ja', email });
  }
  await db.kysely.updateTable('addresses').set({ confirmed_at: 1 }).where('place', '=', 1).execute();
  const url = await listen(shirase.app);
  return { ...shirase, url, session: taro.cookies.get('session') ?? '' };
}

/** A customer with many mailboxes in trouble of every kind, and names without a space in them, as long as the program takes them. */
async function longWords(): Promise<Shirase & { url: string; session: string }> {
  const shirase = await startApp({ now: '2014-03-06T12:00:00+09:00' });
  const { db } = shirase;
  await addCatalogue(db);
  const code = `mail-${'x'.repeat(59)}`;
  const known = await db.kysely.selectFrom('facilities').selectAll().executeTakeFirstOrThrow();
  await db.kysely
    .insertInto('facilities')
    .values({ ...known, code })
    .execute();
  await addCustomer(db, 'jiro', ['051', '062', '121', '122', '141', code]);
  const address = `${'long-name'.repeat(7)}@${'very-long-label.'.repeat(8)}example.jp`;
  await db.kysely.updateTable('mailboxes').set({ address }).where('facility', '=', code).execute();
  const title = { ja: 'メ'.repeat(200), en: 'Mailserver'.repeat(20) };
  const text = { ja: `https://status.example/${'path'.repeat(200)}`, en: 'x'.repeat(800) };
  const advice = { unaffected: text, workaround: text, residual: text };
  const ahead = { from: minuteOf('23:00'), to: minuteOf('23:30') };
  const all = { id: 'all', title, advice, expectedRecoveryAt: minuteOf('18:00') };
  await tell(db, { ...all, impacts: [{ startedAt: minuteOf('07:34'), approximate: true }] });
  await tell(db, {
    id: 'one',
    title,
    impacts: [{ facilities: ['051'], symptom: 'login', startedAt: minuteOf('09:00') }],
  });
  await tell(db, { id: 'ahead', kind: 'work', title, planned: ahead, impacts: [{ startedAt: ahead.from }] });
  const over = { startedAt: minuteOf('05:00'), recoveredAt: minuteOf('06:00') };
  await tell(db, { id: 'over', title, advice, impacts: [over] });
  const jiro = await signedIn(shirase, 'jiro');
  return { ...shirase, url: await listen(shirase.app), session: jiro.cookies.get('session') ?? '' };
}

describe.skipIf(!hasBrowser)('in a real browser', () => {
  test.each([
    { width: 390, colorScheme: 'light' as const },
    { width: 1280, colorScheme: 'dark' as const },
  ])(
    'the customer’s pages have no barrier, $width px wide and $colorScheme',
    async ({ width, colorScheme }) => {
      const { url, session, ground, db } = await worstDay();
      const page = await openPage({ viewport: { width, height: 800 }, colorScheme });
      const lost = { confirmed_at: 1, quarantined_at: 1, quarantine_reply: '550 5.1.1' };
      const known = await db.kysely.selectFrom('addresses').selectAll().executeTakeFirstOrThrow();
      const email = `${'b'.repeat(64)}@docomo.example`;
      const third = { ...known, ...lost, id: 'lost', place: 3, email, email_key: email };
      await db.kysely.insertInto('addresses').values(third).execute();
      for (const path of ['/my/sign-in', '/en/my/sign-in?provider=unknown', '/console/sign-in?provider=down']) {
        await page.goto(url + path);
        expect(await page.getByRole('link', { name: /OCN ID/ }).count()).toBe(1);
        expect(await barriers(page)).toEqual([]);
      }
      await page.context().addCookies([{ name: 'session', value: session, url }]);
      const letter = await db.kysely.selectFrom('letters').select('text_body').executeTakeFirstOrThrow();
      const confirm = /status\.example(\/confirm\/\S+)/.exec(letter.text_body)?.[1] ?? '';
      const first = await db.kysely
        .selectFrom('addresses')
        .select('id')
        .where('place', '=', 1)
        .executeTakeFirstOrThrow();
      const stop = `/stop/${stopToken(ground.secret, first.id)}`;
      for (const path of [
        '/my',
        '/my/services',
        '/my/password',
        '/my/addresses?done=added',
        confirm,
        '/confirm/x',
        stop,
        '/stop/x',
      ]) {
        for (const language of ['', '/en']) {
          await page.goto(url + language + path);
          expect(await barriers(page)).toEqual([]);
        }
      }
    },
    180_000,
  );

  test('a person adds an address, gets what he typed wrong explained, and finds it by its link', async () => {
    const { url, session } = await worstDay();
    const page = await openPage();
    await page.context().addCookies([{ name: 'session', value: session, url }]);
    await page.goto(`${url}/my`);
    await page.getByRole('link', { name: '通知先アドレスを確認・登録する' }).click();
    await page.getByLabel('メールアドレス', { exact: true }).fill('taro、hanako');
    await page.getByRole('button', { name: '確認メールを送る' }).click();
    await page.getByRole('link', { name: /正しい形で入力してください/ }).click();
    expect(await page.evaluate('document.activeElement.id')).toBe('new-email');
    expect(await page.getByLabel('メールアドレス', { exact: true }).inputValue()).toBe('taro、hanako');
    expect(await barriers(page)).toEqual([]);
    await page.getByLabel('メールアドレス', { exact: true }).fill('taro..x@docomo.ne.jp');
    await page.getByRole('button', { name: '確認メールを送る' }).click();
    await page.getByRole('heading', { name: 'taro..x@docomo.ne.jp' }).waitFor();
    expect(await page.getByRole('status').textContent()).toContain('確認メールをお送りします');
  });

  test('the button that closes an account is out of reach of one press by mistake, and needs no script', async () => {
    const { url, session } = await worstDay();
    const page = await openPage({ javaScriptEnabled: false, viewport: { width: 360, height: 640 } });
    await page.context().addCookies([{ name: 'session', value: session, url }]);
    await page.goto(`${url}/my/password`);
    const button = page.getByRole('button', { name: 'アカウントを閉じる' });
    expect(await button.isVisible()).toBe(false);
    await page.getByText('このアカウントを閉じるには').click();
    await button.click();
    await page.getByRole('heading', { name: 'アカウントを閉じました' }).waitFor();
  });

  test.each([['few', worstDay] as const, ['many long', longWords] as const])(
    'on an old phone without script a customer with %s words reads his answer first, nothing is cut off, and he signs out',
    async (_words, house) => {
      const { url, session } = await house();
      const page = await openPage({ javaScriptEnabled: false, viewport: { width: 360, height: 640 } });
      const scripted = await openPage({ viewport: { width: 360, height: 640 } });
      for (const one of [page, scripted]) await one.context().addCookies([{ name: 'session', value: session, url }]);
      for (const language of ['/en', '']) {
        await page.goto(`${url}${language}/my`);
        const verdict = await page.getByRole('heading', { level: 1 }).boundingBox();
        expect((verdict?.y ?? 0) + (verdict?.height ?? 640)).toBeLessThan(640);
        expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(360);
        // The page has no script, and axe is one: it looks at the same page where scripts may run.
        expect(await page.locator('script').count()).toBe(0);
        await scripted.goto(page.url());
        expect(await barriers(scripted)).toEqual([]);
      }
      for (const name of ['もう一度確認する', '通知先アドレスを確認・登録する', 'サービスを選ぶ']) {
        await page.goto(`${url}/my`);
        await page.getByRole('link', { name }).click();
        expect(await page.evaluate('document.documentElement.scrollWidth'), name).toBe(360);
      }
      await page.goto(`${url}/my`);
      await page.getByRole('button', { name: 'サインアウト' }).click();
      await page.goto(`${url}/my`);
      await page.getByLabel('パスワード').waitFor();
    },
  );
});
