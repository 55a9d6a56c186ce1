import { expect, test } from 'vitest';
import { overdueMeasures } from '../../src/notices/measures/overdue-measures.ts';
import { publishNotice, publishReport } from '../../src/notices/publish.ts';
import { warnOfMeasures } from '../../src/notices/warnings/warn-of-measures.ts';
import { SYSTEM } from '../../src/staff/audit.ts';
import { changeSettings } from '../../src/staff/settings.ts';
import { fieldsOn, textOf } from '../support/console.ts';
import { courierTo } from '../support/mail.ts';
import { faultInput, nextReport, publisher } from '../support/notices.ts';
import { csrfOf, keyFor, staffAt } from '../support/people.ts';
import { startSite } from '../support/site.ts';
import { startReceiver } from '../support/smtp.ts';

const ID = '20140306-1';
const ZONE = 'Asia/Tokyo';

/** A closed notice with a measure planned for August and one that is done. */
async function explained() {
  const site = await startSite();
  await publishNotice(site.notices, publisher, faultInput());
  site.clock.set('2014-07-18T15:00:00+09:00');
  const at = '2014-03-06T19:32:00+09:00';
  await publishReport(
    site.notices,
    publisher,
    ID,
    nextReport({ phase: 'recovery', recovered: [{ impact: `${ID}-1`, at }] }),
  );
  const measures = [
    { field: 'software', status: 'planned', text: '監視を強化します。', date: '2014-08' },
    { field: 'hardware', status: 'done', text: '予備機を増やしました。', date: '2014-04-01' },
  ];
  const final = nextReport({ phase: 'final', causes: [{ text: '機器の故障' }], measures });
  await publishReport(site.notices, publisher, ID, final);
  return site;
}

test('a measure is overdue once its planned month is over, until somebody says that it is done', async () => {
  const { db, app, clock, get } = await explained();
  const overdue = async () => (await overdueMeasures(db.kysely, clock.now(), ZONE)).map(({ measure }) => measure.id);
  clock.set('2014-08-31T23:59:00+09:00');
  expect(await overdue()).toEqual([]);
  clock.set('2014-09-01T00:00:00+09:00');
  expect(await overdue()).toEqual(['m1']);

  const headers = await keyFor(db, clock, 'notices:write');
  const tell = (measure: string, payload: object) =>
    app.inject({ method: 'POST', url: `/api/v1/notices/${ID}/measures/${measure}/progress`, headers, payload });
  expect((await tell('m1', { status: 'in_progress', date: '2014-10', text: '試験をしています。' })).statusCode).toBe(
    204,
  );
  expect(await overdue()).toEqual([]);
  clock.set('2014-11-04T10:00:00+09:00');
  expect(await overdue()).toEqual(['m1']);
  expect((await tell('m1', { status: 'done', date: '2014-11-04' })).statusCode).toBe(204);
  expect(await overdue()).toEqual([]);
  expect((await tell('m9', { status: 'done' })).statusCode).toBe(404);
  expect((await tell('m1', { status: 'soon' })).json()).toMatchObject({ errors: [{ field: 'status' }] });

  const page = textOf(await get(`/notices/${ID}`));
  expect(page).toContain('ソフトウェア面 （実施済、 2014年11月4日 ） 監視を強化します。');
  expect(page).toContain('2014年9月1日(月) 実施中 試験をしています。');
  expect(page).toContain('2014年11月4日(火) 実施済');
});

test('staff are reminded of an overdue measure by mail and by a signed call, in the morning and once for each day', async () => {
  const { db, clock, ground, app } = await explained();
  const smtp = await startReceiver();
  await changeSettings(db, clock, SYSTEM, {
    warnMail: ['chief@operator.example'],
    warnWebhook: 'https://pager.example/',
  });
  const remind = () => warnOfMeasures(ground);
  clock.set('2014-08-31T12:00:00+09:00');
  expect(await remind()).toBe(0);
  clock.set('2014-09-01T03:00:00+09:00');
  expect(await remind()).toBe(0);
  clock.set('2014-09-01T09:00:00+09:00');
  expect((await Promise.all([remind(), remind()])).sort()).toEqual([0, 1]);
  clock.set('2014-09-20T09:00:00+09:00');
  expect(await remind()).toBe(0);
  const headers = await keyFor(db, clock, 'notices:write');
  const payload = { status: 'in_progress', date: '2014-09-25' };
  await app.inject({ method: 'POST', url: `/api/v1/notices/${ID}/measures/m1/progress`, headers, payload });
  clock.set('2014-09-26T10:00:00+09:00');
  expect(await remind()).toBe(1);
  await courierTo(db, clock, smtp.url).drain();
  const mails = await smtp.read();
  const subject = '【予定日超過】再発防止策 OCNメールがご利用いただけません';
  expect(mails.map((mail) => mail.subject)).toEqual([subject]);
  expect(mails[0]?.text).toContain('監視を強化します。\n  実施中、予定 2014年9月25日');
  expect(mails[0]?.text).toContain(`http://status.example/console/notices/${ID}/measures`);
  const calls = await db.kysely.selectFrom('warning_calls').select('body').orderBy('created_at').execute();
  expect(calls.map(({ body }) => JSON.parse(body) as unknown)).toMatchObject([
    { type: 'measures.overdue', data: { measures: [{ notice: ID, measure: 'm1', plannedFor: '2014-08' }] } },
    { data: { measures: [{ plannedFor: '2014-09-25' }] } },
  ]);
});

test('a publisher tells it in the console, an author may look, and a later report has the last word', async () => {
  const site = await explained();
  site.clock.set('2014-09-10T10:00:00+09:00');
  const staff = await staffAt(site, 'publisher');
  const url = `/console/notices/${ID}/measures`;
  const form = await staff.get(url);
  expect(textOf(form)).toContain('予定の日を過ぎています');
  const send = (fields: Record<string, string>) =>
    staff.post(url, { ...fieldsOn(form), _csrf: csrfOf(form), ...fields });
  const wrong = await send({ measure: 'm1', status: 'done', date: '秋' });
  expect(wrong.statusCode).toBe(422);
  expect(wrong.body).toContain('id="date-error"');
  expect(
    (await send({ measure: 'm1', status: 'done', date: '2014/09/10', 'text.ja': '終わりました。' })).statusCode,
  ).toBe(303);
  expect(textOf(await site.get(`/notices/${ID}`))).toContain('2014年9月10日(水) 実施済 終わりました。');

  const author = await staffAt(site, 'author');
  const looked = await author.get(url);
  expect(looked.statusCode).toBe(200);
  expect(looked.body).not.toContain('name="measure"');
  expect((await author.post(url, { measure: 'm1', status: 'planned', _csrf: csrfOf(form) })).statusCode).toBe(403);

  site.clock.set('2014-09-11T10:00:00+09:00');
  const measures = [
    { id: 'm1', field: 'software', status: 'in_progress', text: '監視をやり直します。', date: '2014-12' },
  ];
  await publishReport(site.notices, publisher, ID, nextReport({ phase: 'update', measures }));
  expect(textOf(await site.get(`/notices/${ID}`))).toContain('（実施中、 2014年12月 ） 監視をやり直します。');
});
