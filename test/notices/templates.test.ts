import { describe, expect, test } from 'vitest';
import { publishNotice } from '../../src/notices/publish.ts';
import { findNotice } from '../../src/notices/read.ts';
import { STANDARD } from '../../src/notices/templates/standard.ts';
import { fillIn, fitting, openPlaceholders, unknownPlaceholders } from '../../src/notices/templates/template.ts';
import { auditTrail } from '../../src/staff/audit.ts';
import { startApp } from '../support/app.ts';
import { fieldsOn, textOf } from '../support/console.ts';
import { expectValidHtml } from '../support/html.ts';
import { faultInput, noticeGround, publisher, smallCatalogue } from '../support/notices.ts';
import { csrfOf, staffAt } from '../support/people.ts';

const LIST = '/console/templates';

async function desk(role: 'author' | 'publisher' = 'publisher') {
  const shirase = await startApp();
  await smallCatalogue(shirase.db);
  await shirase.db.kysely
    .insertInto('service_dependencies')
    .values({ service: 'webmail', depends_on: 'ocn-id' })
    .execute();
  return { ...shirase, staff: await staffAt(shirase, role) };
}

const own = {
  'name.ja': '初報・認証の故障',
  phase: 'first',
  service: 'ocn-id',
  symptom: 'login',
  'title.ja': '{サービス}の故障について',
  'body.ja': '{発生日時}から、{service}がつながりにくくなっています。',
};

describe('templates', () => {
  test('that come with the program know all their places and both languages', () => {
    for (const { name, title, body } of STANDARD) {
      for (const text of [title, body].flatMap((one) => (one ? [one.ja, one.en ?? ''] : []))) {
        expect(unknownPlaceholders(text), name.ja).toEqual([]);
        expect(text, name.ja).not.toBe('');
      }
    }
    expect(STANDARD.map(({ phase }) => phase)).toEqual(
      expect.arrayContaining(['update', 'recovery', 'plan', 'cancel']),
    );
  });

  test('are filled in once: what a value itself contains is never a place', () => {
    const facts = {
      services: [{ ja: '{設備}' }],
      facilities: ['051', '052'],
      symptoms: [],
      approximate: true,
      occurredAt: Date.parse('2014-03-06T07:34:00+09:00'),
      operator: { ja: 'OCN' },
      zone: 'Asia/Tokyo',
    };
    expect(fillIn('{サービス} {facilities} {発生日時} {次回}', facts, 'ja')).toBe(
      '{設備} 051、052 2014年3月6日(木) 7:34頃 JST {次回}',
    );
    expect(openPlaceholders('{次回} {何か}')).toEqual(['次回']);
  });

  test('are offered best fit first', () => {
    const wanted = { phase: 'first', service: 'mail', symptom: 'delayed' };
    expect(fitting([...STANDARD], wanted).map(({ id }) => id)).toEqual(['standard-first-delayed']);
  });

  test('are written, changed and removed on their page, with an entry in the trail each', async () => {
    const { staff, db } = await desk();
    const page = await staff.get(LIST);
    await expectValidHtml(page.body);
    expect(textOf(page)).toContain('初報・利用できない');
    expect((await staff.submit(`${LIST}/new`, LIST, own)).headers.location).toBe(`${LIST}?done=saved`);
    const [, id = ''] = /templates\/edit\/(t-[0-9a-f]+)/.exec((await staff.get(LIST)).body) ?? [];
    expect(textOf(await staff.get(`/en${LIST}/edit/${id}`))).toContain('{service}');
    const standard = `${LIST}/edit/standard-recovery`;
    await staff.submit(standard, standard, { ...own, phase: 'recovery', 'name.ja': '当社の回復報', service: '' });
    const changed = textOf(await staff.get(LIST));
    expect(changed).toContain('当社の回復報');
    await staff.submit(`${LIST}/edit/${id}`, `${LIST}/remove/${id}`, {});
    expect(textOf(await staff.get(LIST))).not.toContain('初報・認証の故障');
    expect((await auditTrail(db.kysely, { subject: id, limit: 5 })).map(({ act }) => act).sort()).toEqual([
      'template:change',
      'template:remove',
    ]);
  });

  test('with a place that nobody knows are refused by its name, and nothing typed is lost', async () => {
    const { staff } = await desk();
    const answer = await staff.submit(`${LIST}/new`, LIST, {
      ...own,
      'body.ja': '{サーヴィス}と{設備}',
      'name.ja': '',
    });
    expect(textOf(answer)).toContain('入力内容をご確認ください（2件）');
    expect(answer.statusCode).toBe(422);
    expect(textOf(answer)).toContain('差し込み項目にない名前です: {サーヴィス}。');
    const named = await staff.submit(`${LIST}/new`, LIST, { ...own, 'body.ja': '<b>{サーヴィス}' });
    expect(named.body).toContain('&lt;b&gt;{サーヴィス}');
  });

  test('are no business of authors', async () => {
    const { staff } = await desk('author');
    expect((await staff.get(LIST)).statusCode).toBe(403);
  });

  test('are put into a next report by one button, and keep what was typed', async () => {
    const { staff, db, clock } = await desk();
    const notice = await publishNotice(noticeGround(db, clock), publisher, faultInput());
    const url = `/console/notices/${notice.id}/report?phase=update`;
    const send = async (more: Record<string, string>) => {
      const form = await staff.get(url);
      return staff.post(`/console/notices/${notice.id}/reports`, { ...fieldsOn(form), ...more, _csrf: csrfOf(form) });
    };
    const filled = fieldsOn(await send({ action: 'template', template: 'standard-update' }));
    expect(filled['body.ja']).toContain('OCNメールについて、2014年3月6日(木) 7:34頃 JSTから続く状況は');
    expect(filled['body.ja']).toContain('{回復見込み}');
    expect(filled['body.en']).toContain('OCN Mail has not recovered');
    const refused = await send({ ...filled, action: 'publish' });
    expect(textOf(refused)).toContain('差し込み項目が残っています: {回復見込み}。');
    const known = fieldsOn(
      await send({ ...filled, action: 'template', template: 'standard-update', expectedRecoveryUnknown: 'on' }),
    );
    expect(known['body.ja']).toContain('回復の見込み: 確認中');
    expect(known['body.ja']?.match(/続く状況は/g)).toHaveLength(1);
    const typed = fieldsOn(await send({ 'body.ja': '手で書いた文', action: 'template', template: 'standard-update' }));
    expect(typed['body.ja']).toMatch(/^手で書いた文\n\nOCNメールについて/);
  });
});

describe('a first report in a minute', () => {
  const quick = {
    'impacts.0.service': 'ocn-id',
    'impacts.0.symptom': 'unavailable',
    'also.ocn-id.webmail': 'on',
    'also.mail.webmail': 'on',
    'also-symptom': 'login',
    action: 'publish',
  };
  const QUICK = '/console/notices/quick';

  test('is published from service, facilities and symptom, with what hangs on it', async () => {
    const { staff, db } = await desk();
    const form = await staff.get(QUICK);
    await expectValidHtml(form.body);
    expect(textOf(form)).toContain('OCN ID認証の故障で影響を受けるサービス');
    const answer = await staff.post(QUICK, { ...fieldsOn(form), ...quick, _csrf: csrfOf(form) });
    expect(answer.headers.location, textOf(answer)).toBe('/console/notices/20140306-1?published=1');
    expect(await findNotice(db.kysely, '20140306-1')).toMatchObject({
      title: { ja: 'OCN ID認証、OCNメール（Webメール）がご利用いただけない状況について' },
      recognisedAt: Date.parse('2014-03-06T08:00:00+09:00'),
      impacts: [
        { service: 'ocn-id', symptom: 'unavailable', facilities: 'all' },
        { service: 'webmail', symptom: 'login' },
      ],
      reports: [{ phase: 'first', mail: true }],
    });
  });

  test('takes ranges and pasted lists, and shows the long form where something is wrong', async () => {
    const { staff, db } = await desk();
    const form = await staff.get(QUICK);
    const mail = { 'impacts.0.service': 'mail', 'impacts.0.symptom': 'unavailable' };
    const send = (more: Record<string, string>) =>
      staff.post(QUICK, { ...fieldsOn(form), ...mail, ...more, _csrf: csrfOf(form) });
    const wrong = await send({ 'impacts.0.facilities': '999', action: 'publish' });
    expect(wrong.statusCode).toBe(422);
    expect(textOf(wrong)).toContain('このサービスにない設備です: 999');
    expect(fieldsOn(wrong)).toMatchObject({
      'impacts.0.facilities': '999',
      'title.ja': 'OCNメールがご利用いただけない状況について',
    });
    const looked = await send({ 'impacts.0.facilities': '051-121\n142', action: 'preview' });
    expect(textOf(looked)).toContain('対象の設備: 051、062、121、142');
    await send({ 'impacts.0.facilities': '051-121\n142', action: 'publish' });
    expect((await findNotice(db.kysely, '20140306-1'))?.impacts[0]?.facilities).toEqual(['051', '062', '121', '142']);
  });

  test('of an author becomes a draft', async () => {
    const { staff } = await desk('author');
    const form = await staff.get(QUICK);
    const answer = await staff.post(QUICK, { ...fieldsOn(form), ...quick, action: 'draft', _csrf: csrfOf(form) });
    expect(answer.headers.location).toBe('/console/notices/20140306-1/edit?saved=1');
  });

  test('the long form adds what hangs on the failed services', async () => {
    const { staff } = await desk();
    const form = await staff.get('/console/notices/new?kind=fault');
    const fields = { ...fieldsOn(form), 'impacts.0.service': 'ocn-id', action: 'dependents', _csrf: csrfOf(form) };
    expect(fieldsOn(await staff.post('/console/notices', fields))).toMatchObject({
      'impacts.0.service': 'ocn-id',
      'impacts.1.service': 'webmail',
      'impacts.1.symptom': 'login',
    });
  });
});
