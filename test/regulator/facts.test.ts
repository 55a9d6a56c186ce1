import { describe, expect, test } from 'vitest';
import { publishNotice } from '../../src/notices/publish.ts';
import { SYSTEM } from '../../src/staff/audit.ts';
import { changeSettings } from '../../src/staff/settings.ts';
import { HOUR } from '../../src/time.ts';
import { type Shirase, startApp } from '../support/app.ts';
import { fieldsOn, textOf } from '../support/console.ts';
import { expectValidHtml } from '../support/html.ts';
import { faultInput, noticeGround, publisher, smallCatalogue } from '../support/notices.ts';
import { csrfOf, customerAt, keyFor, PASSWORD, staffAt } from '../support/people.ts';

/** A fault of the mail service since 7:34, open. */
async function faultDay(): Promise<Shirase & { id: string }> {
  const shirase = await startApp();
  await smallCatalogue(shirase.db);
  const { id } = await publishNotice(noticeGround(shirase.db, shirase.clock), publisher, faultInput());
  return { ...shirase, id };
}

const figure = (value: number) => ({ value, qualifier: 'about', unit: 'people' });

describe('the facts of an accident', () => {
  test('a program saves them and reads the verdict, the rule and its numbers', async () => {
    const { app, db, clock, id } = await faultDay();
    const headers = await keyFor(db, clock, 'regulator:read', 'regulator:write');
    const body = {
      causeClass: 'equipment',
      symptoms: [
        {
          impact: `${id}-1`,
          category: 'other',
          users: figure(36_000),
          official: { from: '2014-03-06T07:34:00+09:00', to: '2014-03-06T09:34:00+09:00' },
        },
      ],
    };
    const put = await app.inject({ method: 'PUT', url: `/api/v1/notices/${id}/accident`, headers, payload: body });
    expect(put.statusCode).toBe(200);
    expect(put.json()).toMatchObject({ version: 1, level: 'major', criteria: { version: 'uniform', confirmed: true } });
    expect(put.json<{ verdict: { ja: string } }>().verdict.ja).toBe(
      '重大: すべての電気通信役務、2時間以上かつ3万人以上',
    );
    const got = await app.inject({ url: `/api/v1/notices/${id}/accident`, headers });
    expect(got.json()).toEqual(put.json());
    const again = { ...body, version: 0 };
    const over = await app.inject({ method: 'PUT', url: `/api/v1/notices/${id}/accident`, headers, payload: again });
    expect(over.statusCode).toBe(409);
  });

  test('every wrong field is named, and planned work has no accident', async () => {
    const { app, db, clock, id } = await faultDay();
    const headers = await keyFor(db, clock, 'regulator:write');
    const payload = { causeClass: 'weather', symptoms: [{ category: 'pigeons' }], equipment: 'abacus' };
    const answer = await app.inject({ method: 'PUT', url: `/api/v1/notices/${id}/accident`, headers, payload });
    expect(answer.statusCode).toBe(422);
    const fields = answer.json<{ errors: { field: string }[] }>().errors.map((one) => one.field);
    expect(fields.sort()).toEqual(['causeClass', 'equipment', 'symptoms.0.category']);
    const missing = await app.inject({
      method: 'PUT',
      url: '/api/v1/notices/19990101-1/accident',
      headers,
      payload: {},
    });
    expect(missing.statusCode).toBe(404);
  });

  test('staff enter them in a form that keeps what was typed, names what is wrong, and never writes over a colleague', async () => {
    const { id, ...shirase } = await faultDay();
    const staff = await staffAt(shirase, 'publisher');
    const path = `/console/notices/${id}/accident`;
    const page = await staff.get(path);
    expect(textOf(page)).toContain('調査中');
    await expectValidHtml(page.body);
    const fields = {
      version: '0',
      'symptoms.rows': '2',
      'symptoms.0.impact': '',
      'symptoms.1.impact': `${id}-1`,
      'symptoms.1.category': 'emergency_voice',
      'symptoms.1.users.value': '約8千',
      'symptoms.1.users.qualifier': 'about',
      'symptoms.1.usersUnderEquipment': '１３５，０００',
      causeClass: 'human',
    };
    const wrong = await staff.submit(path, path, fields);
    expect(wrong.statusCode).toBe(422);
    expect(wrong.body).toContain('href="#symptoms.1.users.value"');
    expect(wrong.body).toContain('value="約8千"');
    const good = await staff.submit(path, path, { ...fields, 'symptoms.1.users.value': '7,900' });
    expect(good.headers.location).toBe(`${path}?saved=1`);
    expect(textOf(await staff.get(path))).toContain('第1版を担当 publisherが');
    const late = await staff.submit(path, path, { ...fields, 'symptoms.1.users.value': '1' });
    expect(late.statusCode).toBe(409);
    expect(textOf(late)).toContain('入力した内容は残っています');
    const audit = await shirase.db.kysely
      .selectFrom('audit_entries')
      .selectAll()
      .where('act', '=', 'accident:save')
      .execute();
    expect(audit.length).toBe(1);
  });

  test('users that the notice tells are reported without typing them again; where another number is reported, it asks why', async () => {
    const shirase = await startApp();
    await smallCatalogue(shirase.db);
    const users = { count: 52_000, qualifier: 'at_most_about', unit: 'people' } as const;
    const input = faultInput();
    const impacts = input.impacts.map((impact) => ({ ...impact, users }));
    const { id } = await publishNotice(noticeGround(shirase.db, shirase.clock), publisher, { ...input, impacts });
    shirase.clock.set('2014-03-06T10:00:00+09:00');
    const staff = await staffAt(shirase, 'publisher');
    const path = `/console/notices/${id}/accident`;
    const page = textOf(await staff.get(path));
    expect(page).toContain('重大: すべての電気通信役務、2時間以上かつ3万人以上');
    expect(page).toContain('空欄は、お知らせで公表した最大約52,000人を使います。');
    const one = { version: '0', 'symptoms.rows': '1', 'symptoms.0.impact': `${id}-1` };
    await staff.submit(path, path, {
      ...{ ...one, 'symptoms.0.users.value': '36000', 'symptoms.0.users.qualifier': 'at_least_about' },
    });
    const other = textOf(await staff.get(path));
    expect(other).toContain('約36,000人以上 公表: 最大約52,000人 異なる理由を入力してください。');
    const sheet = textOf(await staff.get(`${path}/sheet`));
    expect(sheet).toMatch(/影響利用者数: 約36,000人以上\s公表した数: 最大約52,000人\s公表した数と異なる理由: 調査中/);
  });

  test('what was typed when the session ended stands in the form again after the sign-in, and is not saved until its writer does', async () => {
    const { id, ...shirase } = await faultDay();
    const staff = await staffAt(shirase, 'publisher');
    staff.headers['sec-fetch-site'] = 'same-origin';
    const path = `/console/notices/${id}/accident`;
    const fields = { version: '0', 'symptoms.rows': '1', causeOccurrence: '電源の故障 <b>&"' };
    const token = csrfOf(await staff.get(path));
    shirase.clock.advance(13 * HOUR);
    const refused = await staff.post(path, { ...fields, _csrf: token });
    expect([refused.statusCode, textOf(refused)]).toEqual([401, expect.stringContaining('有効期限が切れました')]);
    expect(refused.body).toContain('電源の故障');
    const kept = JSON.stringify({ path, fields });
    const login = { _csrf: csrfOf(refused), login: 'publisher', password: PASSWORD, kept };
    const signedIn = await staff.post('/console/sign-in', login);
    expect(signedIn.body).toContain(`action="${path}#preview"`);
    const back = await staff.post(path, { ...fields, _csrf: csrfOf(signedIn), action: 'preview' });
    expect([back.statusCode, fieldsOn(back).causeOccurrence]).toEqual([200, fields.causeOccurrence]);
    expect(await shirase.db.kysely.selectFrom('accident_facts').selectAll().execute()).toEqual([]);
  });

  test('authors read them and may not save them', async () => {
    const { id, ...shirase } = await faultDay();
    const author = await staffAt(shirase, 'author');
    const path = `/console/notices/${id}/accident`;
    expect(textOf(await author.get(path))).toContain('入力と保存は公開担当者か管理者が行います');
    expect((await author.submit('/console', path, {})).statusCode).toBe(403);
  });
});

describe('while a fault is open', () => {
  test('the board and the notice say how long until it is serious', async () => {
    const { id, ...shirase } = await faultDay();
    const staff = await staffAt(shirase, 'publisher');
    shirase.clock.set('2014-03-06T08:57:00+09:00');
    const says = 'あと37分で、3万人以上に影響していれば重大な事故に当たります';
    expect(textOf(await staff.get('/console'))).toContain(says);
    expect(textOf(await staff.get(`/console/notices/${id}`))).toContain(says);
    expect(textOf(await staff.get('/en/console'))).toContain('Serious in 37 min at 30,000 users');
  });

  test('users are estimated from the mailboxes on the equipment, else from the service, until they are entered', async () => {
    const { id, ...shirase } = await faultDay();
    await customerAt(shirase, 'taro', ['121', '051']);
    const staff = await staffAt(shirase, 'publisher');
    const page = textOf(await staff.get(`/console/notices/${id}/serious`));
    expect(page).toContain('2人 （対象設備のメールアドレス数などからの見積もり）');
    expect(page).toContain('人数が届かないため、当てはまりません');
    expect(textOf(await staff.get('/console'))).not.toContain('重大な事故に当たります');
  });

  test('a person promotes it: it stands on the top surface at once, with who and when, and nobody is mailed', async () => {
    const { id, ...shirase } = await faultDay();
    const staff = await staffAt(shirase, 'publisher');
    shirase.clock.set('2014-03-06T09:40:00+09:00');
    const path = `/console/notices/${id}/serious`;
    await expectValidHtml((await staff.get(path)).body);
    await staff.submit(path, path, { decision: 'promote', reason: '3万人を超える見込み' });
    await shirase.app.edition.refresh();
    expect((await shirase.app.inject({ url: '/banner.json' })).body).toContain(id);
    expect(textOf(await staff.get(path))).toContain('担当 publisher: トップページに掲載する — 3万人を超える見込み');
    const { kysely } = shirase.db;
    const postings = await kysely.selectFrom('postings').selectAll().where('surface', '=', 'top').execute();
    expect(postings.map((one) => one.posted_at)).toEqual([Date.parse('2014-03-06T09:40:00+09:00')]);
    expect((await kysely.selectFrom('fanouts').selectAll().execute()).length).toBe(1);
  });

  test('a person may decide against it, which is kept; an author may not decide', async () => {
    const { id, ...shirase } = await faultDay();
    const staff = await staffAt(shirase, 'publisher');
    const path = `/console/notices/${id}/serious`;
    await staff.submit(path, path, { decision: 'leave', reason: '予備系に切り替わった' });
    expect(textOf(await staff.get('/console'))).toContain(
      '担当 publisherが2014年3月6日(木) 8:00 JSTに「掲載しない」と判断しました',
    );
    const author = await staffAt(shirase, 'author');
    expect(textOf(await author.get(path))).toContain('判断は公開担当者が行います');
    expect((await author.submit('/console', path, { decision: 'promote' })).statusCode).toBe(403);
  });
});

describe('the criteria page', () => {
  test('says how services count; only an administrator switches a later version on', async () => {
    const { id, ...shirase } = await faultDay();
    const path = '/console/regulator/criteria';
    const publisherAt = await staffAt(shirase, 'publisher');
    await expectValidHtml((await publisherAt.get(path)).body);
    const fields = {
      'services.0.category': 'free_internet',
      'services.0.users': '2000000',
      'later.proposal-2025-09': '2026-04-01',
    };
    expect((await publisherAt.submit(path, path, fields)).statusCode).toBe(303);
    expect((await publisherAt.get(path)).body).not.toContain('2026-04-01');
    const admin = await staffAt(shirase, 'admin');
    expect((await admin.submit(path, path, { ...fields, 'later.proposal-2025-09': 'spring' })).statusCode).toBe(422);
    await admin.submit(path, path, fields);
    expect((await admin.get(path)).body).toContain('value="2026-04-01"');
    expect(textOf(await admin.get('/console/regulator'))).toContain('OCNメールがご利用いただけません');
    await changeSettings(shirase.db, shirase.clock, SYSTEM, { criteriaLater: '' });
    expect((await admin.get(path)).body).not.toContain('value="2026-04-01"');
    expect(id).toBeDefined();
  });
});
