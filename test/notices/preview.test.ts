import { describe, expect, test } from 'vitest';
import { forecast } from '../../src/alerts/forecast.ts';
import type { Publication } from '../../src/alerts/publication.ts';
import { publishNotice } from '../../src/notices/publish.ts';
import { SYSTEM } from '../../src/staff/audit.ts';
import { changeSettings } from '../../src/staff/settings.ts';
import { startApp } from '../support/app.ts';
import { fieldsOn, textOf } from '../support/console.ts';
import { faultInput, publisher, smallCatalogue } from '../support/notices.ts';
import { type Browser, staffAt } from '../support/people.ts';

const NEW = '/console/notices/new';
const FAULT = {
  'title.ja': 'OCNメールがご利用いただけません',
  occurredAt: '2014-03-06T07:34',
  'impacts.0.service': 'mail',
  'impacts.0.facilities': '051',
  'impacts.0.symptom': 'unavailable',
  'body.ja': '只今、復旧に努めております。',
  mail: 'on',
};

/** A desk, and customers who registered addresses: on the broken server, on another, and one who asked for everything. */
async function desk(role: 'author' | 'publisher' = 'publisher') {
  const shirase = await startApp();
  const { db, clock } = shirase;
  await smallCatalogue(db);
  const add = async (name: string, facility: string, scope: 'mine' | 'all') => {
    const now = clock.now();
    await db.kysely
      .insertInto('customers')
      .values({ id: name, login: name, password_hash: null, display_name: null, created_at: now })
      .execute();
    await db.kysely
      .insertInto('mailboxes')
      .values({ address: `${name}@m${facility}.example`, customer_id: name, facility, created_at: now })
      .execute();
    await db.kysely
      .insertInto('addresses')
      .values({
        ...{ id: name, customer_id: name, place: 1, email: `${name}@else.example`, email_key: `${name}@else.example` },
        ...{ language: 'ja', scope, works: 0, created_at: now, confirmed_at: now, stopped_at: null },
        ...{ quarantined_at: null, quarantine_reply: null },
      } as never)
      .execute();
  };
  await add('broken', '051', 'mine');
  await add('healthy', '121', 'mine');
  await add('everything', '142', 'all');
  const browser = await staffAt(shirase, role);
  return { ...shirase, browser };
}

const send = async (browser: Browser, action: string, more: Record<string, string> = {}) =>
  browser.submit(NEW, '/console/notices', { ...fieldsOn(await browser.get(NEW)), ...FAULT, action, ...more });

describe('the preview', () => {
  test('shows page, feed entry, guidance and mail in both languages, and how many get which mail', async () => {
    const { browser, db } = await desk();
    const page = await send(browser, 'preview');
    expect(page.statusCode).toBe(200);
    const text = textOf(page);
    expect(text).toMatch(/配信 2件/);
    expect(text).toMatch(/1通目（最初のお知らせ） 2件/);
    expect(text).toMatch(/配信後の残り: 2通 \/ 1通 \/ 0通 2件 \/ 0件 \/ 0件/);
    expect(page.body.match(/<iframe class="preview-frame"/g)).toHaveLength(2);
    expect(page.body).toContain('&lt;html lang=&quot;en&quot;');
    expect(text).toContain('【発生中】OCNメールがご利用いただけません（第1報）');
    expect(text).toContain('表示されません（重大な故障だけが表示されます）');
    expect(text).toMatch(/OCNメール設備051）：\s*影響を受けています/);
    expect(text).toMatch(/OCNメール設備062）：\s*影響はありません/);
    // nothing of it is there
    for (const table of ['notices', 'reports', 'fanouts', 'letters', 'mails'] as const)
      expect(await db.kysely.selectFrom(table).selectAll().execute()).toEqual([]);
  });

  test('shows the banner of a serious fault', async () => {
    const { browser } = await desk();
    const page = await send(browser, 'preview', { prominent: 'on', 'title.en': 'OCN Mail is down' });
    expect(page.body).toMatch(/<ul lang="en"><li>[^<]*OCN Mail is down<\/li>/);
  });

  test('opens the page and the HTML mail as documents of their own, which can run nothing', async () => {
    const { browser } = await desk();
    const page = await send(browser, 'show-page-en');
    expect(page.body).toMatch(/^\s*<!DOCTYPE html>\s*<html lang="en"/i);
    expect(page.body).not.toContain('<script');
    const mail = await send(browser, 'show-mail-0');
    expect(mail.headers['content-security-policy']).toContain('sandbox');
    expect(mail.body).toContain('影響を受けています');
    expect(mail.body).not.toContain('%%');
  });

  test('is there for those who may not publish, too', async () => {
    const { browser } = await desk('author');
    expect(textOf(await send(browser, 'preview'))).toMatch(/配信 2件/);
  });

  test('agrees with what is then sent, and estimates from a part where there are too many', async () => {
    const { db, clock, ground } = await desk();
    let heard: Publication | undefined;
    const stage = { ...ground, announce: () => {}, overhear: (one: Publication) => (heard = one) };
    await publishNotice(stage, publisher, faultInput());
    expect(heard).toBeDefined();
    if (!heard) return;
    const whole = await forecast(ground, heard);
    expect(whole).toMatchObject({ exact: true, addresses: 3, mailed: 3, slots: { 1: 3, 2: 0, 3: 0 } });
    const part = await forecast(ground, heard, 0);
    expect(part).toMatchObject({ exact: false, addresses: 3, asked: 0 });
    expect(clock.now()).toBeGreaterThan(0);
    await db.kysely.updateTable('addresses').set({ stopped_at: 1 }).where('id', '=', 'broken').execute();
    expect(await forecast(ground, heard)).toMatchObject({ addresses: 2, mailed: 2 });
  });
});

describe('a large number of mails', () => {
  test('is typed by whoever publishes, and nothing is published or lost before', async () => {
    const { browser, db, clock } = await desk();
    await changeSettings(db, clock, SYSTEM, { typedCountAbove: 1 });
    expect((await send(browser, 'preview')).body).toContain('name="mailCount"');
    const asked = await send(browser, 'publish');
    expect([asked.statusCode, textOf(asked)]).toEqual([422, expect.stringContaining('約2件の宛先に届きます')]);
    expect(asked.body).toContain('只今、復旧に努めております。');
    expect((await send(browser, 'publish', { mailCount: '20' })).statusCode).toBe(422);
    expect(await db.kysely.selectFrom('reports').selectAll().execute()).toEqual([]);
    expect((await send(browser, 'publish', { mailCount: '２' })).statusCode).toBe(303);
  });

  test('is not asked for where nobody is mailed', async () => {
    const { browser, db, clock } = await desk();
    await changeSettings(db, clock, SYSTEM, { typedCountAbove: 1 });
    expect((await send(browser, 'publish', { mail: '' })).statusCode).toBe(303);
  });
});
