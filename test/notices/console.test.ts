import { describe, expect, test } from 'vitest';
import { publishNotice } from '../../src/notices/publish.ts';
import { findNotice } from '../../src/notices/read.ts';
import type { Role } from '../../src/staff/permissions.ts';
import { startApp } from '../support/app.ts';
import { fieldsOn, textOf } from '../support/console.ts';
import { faultInput, noticeGround, publisher, smallCatalogue } from '../support/notices.ts';
import { type Browser, csrfOf, keyFor, staffAt } from '../support/people.ts';

const NEW = '/console/notices/new?kind=fault';
const fault = {
  'title.ja': 'OCNメールがご利用いただけない状況について',
  occurredAt: '2014-03-06T07:34',
  approximate: 'on',
  recognisedAt: '2014-03-06T07:45',
  'impacts.0.service': 'mail',
  'impacts.0.facilities': '051-062、１２１',
  'impacts.0.symptom': 'unavailable',
  'impacts.1.service': 'webmail',
  'impacts.1.symptom': 'login',
  'body.ja': '一部のお客さまがメールをご利用いただけません。\n\nご迷惑をおかけし申し訳ございません。',
};

async function console_(role: Role = 'publisher') {
  const shirase = await startApp();
  await smallCatalogue(shirase.db);
  return { ...shirase, staff: await staffAt(shirase, role) };
}

/** Opens the page, changes what is given and presses that button. */
async function press(
  staff: Browser,
  url: string,
  action: string,
  button: string,
  changes: Record<string, string> = {},
) {
  const page = await staff.get(url);
  return staff.post(action, { ...fieldsOn(page), ...changes, _csrf: csrfOf(page), action: button });
}

async function openFault(place: Awaited<ReturnType<typeof console_>>, overrides = {}) {
  return publishNotice(noticeGround(place.db, place.clock), publisher, faultInput(overrides));
}

describe('the console of notices', () => {
  test('says that nothing is to be done where nothing is', async () => {
    const { staff } = await console_();
    const board = await staff.get('/console');
    expect(board.statusCode).toBe(200);
    expect(textOf(board)).toContain('対応中の故障・工事はありません。');
    expect(textOf(await staff.get('/en/console'))).toContain('No fault or work is under way.');
  });

  test('asks strangers to sign in', async () => {
    const { app } = await startApp();
    const answer = await app.inject('/console/notices/new');
    expect(answer.headers.location).toContain('/console/sign-in');
  });

  test('publishes a fault with its facilities, times and text', async () => {
    const { staff, db } = await console_();
    const answer = await press(staff, NEW, '/console/notices', 'publish', fault);
    expect(answer.statusCode, textOf(answer)).toBe(303);
    expect(answer.headers.location).toBe('/console/notices/20140306-1?published=1');
    expect(await findNotice(db.kysely, '20140306-1')).toMatchObject({
      occurredAt: Date.parse('2014-03-06T07:34:00+09:00'),
      occurredApproximate: true,
      recognisedAt: Date.parse('2014-03-06T07:45:00+09:00'),
      impacts: [
        { service: 'mail', facilities: ['051', '062', '121'], approximate: true },
        { service: 'webmail', facilities: 'all', symptom: 'login' },
      ],
      reports: [{ phase: 'first', body: { ja: fault['body.ja'] }, mail: true }],
    });
    const page = textOf(await staff.get('/console/notices/20140306-1?published=1'));
    expect(page).toContain('公開しました。');
    expect(page).toContain('期限内 初報（認知から）： 15分で掲載');
  });

  test('shows what would be published, and publishes nothing', async () => {
    const { staff, db } = await console_('author');
    const answer = await press(staff, NEW, '/console/notices', 'preview', fault);
    expect(answer.statusCode).toBe(200);
    expect(textOf(answer)).toContain('公開される内容（まだ公開していません）');
    expect(answer.body).toContain('<p>ご迷惑をおかけし申し訳ございません。</p>');
    expect(fieldsOn(answer)).toMatchObject(fault);
    expect(await db.kysely.selectFrom('notices').selectAll().execute()).toEqual([]);
  });

  test('keeps an author from publishing, says who may, and lets a publisher publish his draft', async () => {
    const place = await console_('author');
    const { staff } = place;
    const publishing = await staffAt(place, 'publisher');
    const refused = await press(staff, NEW, '/console/notices', 'publish', fault);
    expect(refused.statusCode).toBe(403);
    expect(textOf(refused)).toContain('公開する権限がありません');
    expect(textOf(refused)).toContain('担当 publisher');
    expect(fieldsOn(refused)).toMatchObject(fault);

    const kept = await press(staff, NEW, '/console/notices', 'draft', { ...fault, nextUpdateAt: 'ごご3時' });
    expect(kept.headers.location).toBe('/console/notices/20140306-1/edit?saved=1');
    expect(textOf(await publishing.get('/console'))).toContain('担当 author が保存');
    const edit = '/console/notices/20140306-1/edit';
    expect(fieldsOn(await publishing.get(edit))).toMatchObject({ ...fault, nextUpdateAt: 'ごご3時' });
    const published = await press(publishing, edit, edit, 'publish', { nextUpdateAt: '2014-03-06T12:00' });
    expect(published.headers.location).toBe('/console/notices/20140306-1?published=1');
    expect(textOf(await publishing.get('/console'))).toContain('公開を待っている下書きはありません。');
  });

  test('names every wrong field and keeps what was typed word for word', async () => {
    const { staff } = await console_();
    const typed = {
      ...fault,
      'title.ja': '',
      occurredAt: '3月6日',
      'impacts.0.service': '',
      'impacts.0.facilities': '',
      'impacts.1.facilities': '999',
      'body.ja': '',
      'body.en': ' two  spaces & <b>',
    };
    const answer = await press(staff, NEW, '/console/notices', 'publish', typed);
    expect(answer.statusCode).toBe(422);
    for (const field of ['title.ja', 'occurredAt', 'body.ja']) {
      expect(answer.body).toContain(`<a href="#${field}">`);
      expect(answer.body).toMatch(
        new RegExp(`id="${field}"[^>]*aria-describedby="[^"]*${field}-error"[^>]*aria-invalid="true"`),
      );
    }
    expect(fieldsOn(answer)).toMatchObject(typed);
    const unknown = await press(staff, NEW, '/console/notices', 'publish', {
      ...fault,
      'impacts.0.service': '',
      'impacts.0.facilities': '',
      'impacts.1.service': 'mail',
      'impacts.1.facilities': '999, 200-300',
    });
    expect(unknown.body).toContain(
      '<a href="#impacts.1.facilities">影響2: 範囲「200-300」に当たる設備がありません。</a>',
    );
  });

  test('names everything that an empty form lacks at once, by its label', async () => {
    const { staff } = await console_();
    const text = textOf(await press(staff, NEW, '/console/notices', 'publish'));
    expect(text).toContain('入力内容をご確認ください（4件）');
    for (const label of ['件名: ', '発生日時: ', '影響1: ', '本文: ']) expect(text).toContain(label);
  });

  test('adds a row and loses nothing', async () => {
    const { staff } = await console_();
    const answer = await press(staff, NEW, '/console/notices', 'add-impacts', fault);
    expect(answer.statusCode).toBe(200);
    expect(fieldsOn(answer)).toMatchObject({ ...fault, 'impacts.3.service': '', 'impacts.rows': '4' });
  });

  test('opens one notice for a double click', async () => {
    const { staff, db } = await console_();
    const page = await staff.get(NEW);
    const fields = { ...fieldsOn(page), ...fault, _csrf: csrfOf(page), action: 'publish' };
    const answers = await Promise.all([staff.post('/console/notices', fields), staff.post('/console/notices', fields)]);
    answers.push(await staff.post('/console/notices', fields));
    expect(answers.map((answer) => answer.headers.location)).toEqual(
      Array(3).fill('/console/notices/20140306-1?published=1'),
    );
    expect(await db.kysely.selectFrom('notices').select('id').execute()).toHaveLength(1);
  });

  test('keeps both texts where two saved the same draft', async () => {
    const { staff } = await console_();
    await press(staff, NEW, '/console/notices', 'draft', fault);
    const edit = '/console/notices/20140306-1/edit';
    const mine = await staff.get(edit);
    await press(staff, edit, edit, 'draft', { 'body.ja': 'ほかの人の文章' });
    const answer = await staff.post(edit, {
      ...fieldsOn(mine),
      'body.ja': '自分の文章',
      _csrf: csrfOf(mine),
      action: 'draft',
    });
    expect(answer.statusCode).toBe(409);
    expect(textOf(answer)).toMatch(/本文 ほかの人の文章 自分の文章/);
    expect(fieldsOn(answer)).toMatchObject({ 'body.ja': '自分の文章', version: '2' });
  });

  test('opens the draft of a program', async () => {
    const { app, staff, db, clock } = await console_();
    const headers = await keyFor(db, clock, 'notices:write');
    await app.inject({
      method: 'POST',
      url: '/api/v1/notices',
      headers,
      payload: {
        kind: 'fault',
        title: { ja: '監視からの検知' },
        occurredAt: '2014-03-06T07:34:00+09:00',
        impacts: [{ service: 'mail', facilities: ['051', '121'], symptom: 'delayed', area: '全国' }],
        report: { phase: 'first', body: '確認しています。', expectedRecoveryAt: null },
      },
    });
    const edit = '/console/notices/20140306-1/edit';
    expect(fieldsOn(await staff.get(edit))).toMatchObject({
      'title.ja': '監視からの検知',
      occurredAt: '2014-03-06T07:34',
      'impacts.0.facilities': '051 121',
      'impacts.0.area.ja': '全国',
      'impacts.0.symptom': 'delayed',
      'body.ja': '確認しています。',
      expectedRecoveryUnknown: 'on',
    });
    const published = await press(staff, edit, edit, 'publish');
    expect(published.statusCode, textOf(published)).toBe(303);
  });

  test('lets a fault share the mails of another one with the same root', async () => {
    const place = await console_();
    await openFault(place);
    const page = await place.staff.get(NEW);
    expect(page.body).toContain('<option value="20140306-1">OCNメールがご利用いただけません</option>');
    await press(place.staff, NEW, '/console/notices', 'publish', { ...fault, sharesRootWith: '20140306-1' });
    expect((await findNotice(place.db.kysely, '20140306-2'))?.rootId).toBe('20140306-1');
  });

  test('offers no final report while something is broken', async () => {
    const place = await console_();
    await openFault(place);
    const board = textOf(await place.staff.get('/console'));
    expect(board).toContain('回復報を書く');
    expect(board).not.toContain('終報を書く');
  });

  test('announces a work', async () => {
    const { staff, db } = await console_();
    const work = {
      'title.ja': 'OCNメール 設備工事のお知らせ',
      'planned.from': '2014-03-20T01:00',
      'planned.to': '2014-03-20T05:00',
      'impacts.0.service': 'mail',
      'body.ja': '工事中はご利用いただけません。',
    };
    const answer = await press(staff, '/console/notices/new?kind=work', '/console/notices', 'publish', work);
    expect(answer.headers.location, textOf(answer)).toBe('/console/notices/20140320-1?published=1');
    expect(await findNotice(db.kysely, '20140320-1')).toMatchObject({ kind: 'work', reports: [{ phase: 'plan' }] });
    const url = '/console/notices/20140320-1/report?phase=extend';
    const extended = await press(staff, url, '/console/notices/20140320-1/reports', 'publish', {
      'body.ja': '延長します。',
      'planned.from': '2014-03-20T01:00',
      'planned.to': '2014-03-20T07:00',
    });
    expect(extended.statusCode, textOf(extended)).toBe(303);
    expect(textOf(await staff.get('/console'))).toContain('7:00');
  });

  test('shows hostile text as text', async () => {
    const place = await console_();
    const hostile = '<script>alert(1)</script><%= 1 %>"\'';
    const notice = await openFault(place, { title: { ja: hostile } });
    for (const url of [
      '/console',
      `/console/notices/${notice.id}`,
      `/console/notices/${notice.id}/report`,
      '/console/audit',
    ]) {
      const page = await place.staff.get(url);
      expect(page.statusCode).toBe(200);
      expect(page.body).not.toContain('<script>alert');
    }
    const back = await press(place.staff, NEW, '/console/notices', 'preview', { ...fault, 'body.ja': hostile });
    expect(back.body).not.toContain('<script>alert');
    expect(fieldsOn(back)['body.ja']).toBe(hostile);
  });

  test('counts down to everything that is owed, the most urgent first', async () => {
    const place = await console_();
    await press(place.staff, NEW, '/console/notices', 'draft', fault);
    await openFault(place, {
      report: { phase: 'first', body: { ja: '本文' }, nextUpdateAt: '2014-03-06T08:10:00+09:00' },
    });
    const early = textOf(await place.staff.get('/console'));
    expect(early).toContain('まもなく期限 初報（発生から）： あと4分');
    expect(early).toContain('余裕あり 初報（認知から）： あと15分');
    expect(early).toContain('期限内 初報（発生から）： 26分で掲載');
    place.clock.set('2014-03-06T08:20:00+09:00');
    const late = textOf(await place.staff.get('/console'));
    expect(late).toContain('期限超過 初報（認知から）： 5分超過');
    expect(late).toContain('期限超過 予告した次回のお知らせ： 10分超過');
    expect(late).toContain('余裕あり 続報： あと40分');
    expect(late.indexOf('初報（発生から）')).toBeLessThan(late.indexOf('予告した次回のお知らせ'));
    expect(late).toContain('第1報（初報） 20分前');
  });
});
