import type { Page } from 'playwright-core';
import { afterAll, describe, expect, test } from 'vitest';
import { addCustomer } from '../../src/customers/add-customer.ts';
import { addStaff } from '../../src/staff/add-staff.ts';
import { SYSTEM } from '../../src/staff/audit.ts';
import { alertCourier } from '../support/alert-house.ts';
import { alertGround } from '../support/alerts.ts';
import { startApp } from '../support/app.ts';
import { closeBrowser, hasBrowser, listen, openPage } from '../support/browser.ts';
import { smallCatalogue } from '../support/notices.ts';
import { PASSWORD } from '../support/people.ts';
import { startReceiver } from '../support/smtp.ts';

afterAll(closeBrowser);

const HANAKO = 'hanako@phone.example';

/** Staff, two customers, a courier over real SMTP, all at the morning of 6 March 2014. */
async function morning() {
  const shirase = await startApp({ now: '2014-03-06T07:00:00+09:00' });
  const { app, db, clock, ground } = shirase;
  await smallCatalogue(db);
  await app.edition.refresh();
  await addStaff(db, clock, SYSTEM, { login: 'publisher', name: '公開担当', role: 'publisher', password: PASSWORD });
  for (const [login, facility] of [
    ['hanako', '121'],
    ['taro', '062'],
  ] as const) {
    await addCustomer(db, clock, {
      login,
      password: PASSWORD,
      mailboxes: [{ address: `${login}@m${facility}.example`, facility }],
    });
  }
  const receiver = await startReceiver();
  const alerts = alertGround(db, clock, { publicUrl: ground.publicUrl, secret: ground.secret });
  const courier = alertCourier(alerts, receiver.url);
  const base = await listen(app);
  return { ...shirase, base, receiver, courier };
}

async function signIn(page: Page, base: string, path: string, login: string): Promise<void> {
  await page.goto(base + path);
  await page.fill('#login', login);
  await page.fill('#password', PASSWORD);
  await page.getByRole('button', { name: 'サインインする' }).click();
}

async function fill(page: Page, values: Record<string, string | boolean>): Promise<void> {
  for (const [name, value] of Object.entries(values)) {
    const field = page.locator(`[name="${name}"]:visible`).first();
    if (typeof value === 'boolean') await field.setChecked(value);
    else if ((await field.evaluate((element: unknown) => (element as { tagName: string }).tagName)) === 'SELECT')
      await field.selectOption(value);
    else await field.fill(value);
  }
}

const publish = (page: Page) => page.getByRole('button', { name: '公開する' }).click();

describe.skipIf(!hasBrowser)('the day, lived through pages, mail and a browser', () => {
  test('everybody is told, by page and by at most three mails, and each sees whether it is he', {
    timeout: 120_000,
  }, async () => {
    const { base, clock, receiver, courier, app } = await morning();
    const hanako = await openPage();
    const taro = await openPage();
    const staff = await openPage({ viewport: { width: 1280, height: 900 } });
    const anybody = await openPage({ javaScriptEnabled: false });
    for (const page of [hanako, taro, staff, anybody]) page.setDefaultTimeout(10_000);

    // Hanako registers an address and confirms it from the mail; opening the link alone changes nothing.
    await signIn(hanako, base, '/my/sign-in', 'hanako');
    await hanako.goto(`${base}/my/addresses`);
    await hanako.fill('#new-email', HANAKO);
    // She wants to be told of causes and measures, too, however late they come.
    await hanako.check('#new-late');
    await hanako.getByRole('button', { name: '確認メールを送る' }).click();
    await courier.drain();
    const [confirmation] = await receiver.read(HANAKO);
    const link = /http:\/\/status\.example(\/confirm\/\S+)/.exec(confirmation?.text ?? '')?.[1];
    expect(link).toBeDefined();
    await hanako.goto(base + (link ?? ''));
    await hanako.locator('main button').click();
    await hanako.goto(`${base}/my/addresses`);
    expect(await hanako.locator('main').innerText()).toContain('有効');
    expect(await hanako.locator('h1').innerText()).toBe('通知先アドレス');

    // 08:00: the first report, on a page.
    clock.set('2014-03-06T08:00:00+09:00');
    await signIn(staff, base, '/console/sign-in', 'publisher');
    await staff.goto(`${base}/console/notices/new?kind=fault`);
    await fill(staff, {
      'title.ja': 'OCNメールがご利用いただけません',
      occurredAt: '2014-03-06T07:34',
      approximate: true,
      'impacts.0.service': 'mail',
      'impacts.0.facilities': '051, 121-122',
      'impacts.0.symptom': 'unavailable',
      'body.ja': '3月6日7時34分頃から、メールの送受信ができません。復旧を急いでおります。',
    });
    await publish(staff);
    expect(await staff.locator('main').innerText()).toContain('発生中');
    await app.edition.refresh();
    await anybody.goto(`${base}/`);
    expect(await anybody.locator('h1').innerText()).toBe('ご利用いただけないサービスがあります');
    expect(await anybody.locator('main').innerText()).toContain('2014年3月6日(木) 7:34頃 JST');

    // Hanako is told by mail that it is her; Taro sees that it is not him.
    await courier.drain();
    const first = (await receiver.read(HANAKO)).at(-1);
    expect(first?.subject).toBe('【障害発生】OCNメールがご利用いただけません（第1報）');
    expect(first?.text).toContain('hanako@m121.example（OCNメール設備121）： 影響を受けています');
    expect(first?.text).toContain('パスワードは間違っていません');
    await hanako.goto(`${base}/my`);
    expect(await hanako.locator('h1').innerText()).toContain('現在ご利用いただけません');
    await signIn(taro, base, '/my/sign-in', 'taro');
    expect(await taro.locator('h1').innerText()).toContain('正常です');

    // Recovery at its own time, told later.
    clock.set('2014-03-06T15:50:00+09:00');
    await staff.goto(`${base}/console`);
    await staff.getByRole('link', { name: '回復報を書く', exact: true }).click();
    await fill(staff, {
      'recovered.20140306-1-1.on': true,
      'recovered.20140306-1-1.at': '2014-03-06T15:45',
      'body.ja': '15時45分に復旧いたしました。ご不便をおかけし、おわび申し上げます。',
      mail: true,
    });
    await publish(staff);
    expect(await staff.locator('main').innerText()).toContain('回復');
    await courier.drain();
    await hanako.goto(`${base}/my`);
    expect(await hanako.locator('h1').innerText()).toContain('正常です');

    // Months later: causes and measures; mailed to those who still have a mail left.
    clock.set('2014-07-18T10:00:00+09:00');
    await signIn(staff, base, '/console/sign-in', 'publisher');
    await staff.goto(`${base}/console/notices/20140306-1/report?phase=final`);
    await fill(staff, {
      'body.ja': '原因と再発防止策をお知らせいたします。',
      'causes.0.kind': 'occurrence',
      'causes.0.state': 'confirmed',
      'causes.0.text.ja': 'データを蓄積する装置の故障が重なりました。',
      'measures.0.field': 'hardware',
      'measures.0.status': 'in_progress',
      'measures.0.text.ja': '装置の構成を改め、冗長度を上げます。',
      mail: true,
    });
    await publish(staff);
    await courier.drain();
    await courier.drain();
    await app.edition.refresh();
    await anybody.goto(`${base}/notices/20140306-1`);
    const story = await anybody.locator('main').innerText();
    for (const words of [
      '終了',
      '第3報',
      '第2報',
      '第1報',
      'データを蓄積する装置の故障が重なりました。',
      '実施中',
      '8時間11分',
    ]) {
      expect(story).toContain(words);
    }
    await anybody.goto(`${base}/history`);
    expect(await anybody.locator('main').innerText()).toContain('2014年3月');

    // One confirmation and three alerts, one thread, never a fourth; nobody else got anything.
    const mails = await receiver.read(HANAKO);
    expect(mails.map((mail) => mail.subject?.slice(0, 5))).toEqual([
      expect.any(String),
      '【障害発生',
      '【復旧】O',
      '【障害報告',
    ]);
    const threads = mails.slice(1).map((mail) => mail.references?.trim().split(/\s+/) ?? []);
    expect(new Set(threads.map(([root]) => root)).size).toBe(1);
    expect(threads.at(-1)).toEqual(expect.arrayContaining([mails[1]?.messageId, mails[2]?.messageId]));
    expect(new Set(receiver.mails.flatMap((mail) => mail.to))).toEqual(new Set([HANAKO]));
    await staff.goto(`${base}/console/notices/20140306-1/report?phase=update`);
    await fill(staff, { 'body.ja': '補足のお知らせです。', mail: true });
    await publish(staff);
    await courier.drain();
    expect(await receiver.read(HANAKO)).toHaveLength(4);
  });

  test('one click in the mail program ends the mails, and the page says so', { timeout: 60_000 }, async () => {
    const { base, db, receiver, courier, app, clock } = await morning();
    const { subscriber } = await import('../support/addresses.ts');
    await subscriber(db, 'jiro', ['121']);
    const { publishNotice, publishReport } = await import('../../src/notices/publish.ts');
    const { faultInput, nextReport, noticeGround, publisher } = await import('../support/notices.ts');
    const notices = noticeGround(db, clock);
    clock.set('2014-03-06T08:00:00+09:00');
    await publishNotice(notices, publisher, faultInput());
    await courier.drain();
    const [mail] = await receiver.read('jiro@elsewhere.example');
    const header = mail?.headers.find((one) => one.key === 'list-unsubscribe')?.value ?? '';
    const path = new URL(/<([^>]+)>/.exec(header)?.[1] ?? '').pathname;
    const oneClick = await app.inject({
      method: 'POST',
      url: path,
      payload: 'List-Unsubscribe=One-Click',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    });
    expect(oneClick.statusCode).toBe(200);
    clock.set('2014-03-06T15:00:00+09:00');
    await publishReport(
      notices,
      publisher,
      '20140306-1',
      nextReport({ phase: 'recovery', recovered: [{ impact: '20140306-1-1', at: '2014-03-06T14:22:00+09:00' }] }),
    );
    await courier.drain();
    expect(await receiver.read('jiro@elsewhere.example')).toHaveLength(1);
    const page = await openPage();
    await page.goto(base + path);
    expect(await page.locator('h1').count()).toBe(1);
  });
});
