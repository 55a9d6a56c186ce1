import { describe, expect, test } from 'vitest';
import { smtpRelay } from '../../src/mail/relay/smtp-relay.ts';
import { publishScheduled } from '../../src/notices/drafts/schedule.ts';
import { publishNotice, publishReport } from '../../src/notices/publish.ts';
import { findNotice } from '../../src/notices/read.ts';
import { auditTrail, SYSTEM } from '../../src/staff/audit.ts';
import { changeSettings } from '../../src/staff/settings.ts';
import { HOUR, MINUTE } from '../../src/time.ts';
import { startApp } from '../support/app.ts';
import { fieldsOn, textOf } from '../support/console.ts';
import { courierTo } from '../support/mail.ts';
import { faultInput, nextReport, publisher, smallCatalogue } from '../support/notices.ts';
import { type Browser, csrfOf, keyFor, staffAt } from '../support/people.ts';
import { startReceiver } from '../support/smtp.ts';

const ID = '20140306-1';
const REPORT = `/console/notices/${ID}/report?phase=update`;
const NOTICE = `/console/notices/${ID}`;
const AT = '2014-03-06T09:00';

async function desk() {
  const shirase = await startApp();
  await smallCatalogue(shirase.db);
  const ground = { ...shirase.ground, announce: () => {} };
  return { ...shirase, ground, staff: await staffAt(shirase, 'publisher'), due: () => publishScheduled(ground) };
}

/** A fault whose first report is out, and an update that is to be published at 9:00. */
async function scheduled(body = '9時の続報です。') {
  const place = await desk();
  await publishNotice(place.ground, publisher, faultInput());
  const answer = await schedule(place.staff, { 'body.ja': body });
  expect(answer.statusCode).toBe(303);
  return { ...place, bodies: () => bodiesOf(place) };
}

async function schedule(staff: Browser, changes: Record<string, string> = {}) {
  const page = await staff.get(REPORT);
  const fields = { ...fieldsOn(page), 'body.ja': '続報です。', publishAt: AT, ...changes };
  return staff.post(`${NOTICE}/reports`, { ...fields, _csrf: csrfOf(page), action: 'schedule' });
}

async function bodiesOf({ db }: Awaited<ReturnType<typeof desk>>) {
  return (await findNotice(db.kysely, ID))?.reports.map((report) => report.body.ja) ?? [];
}

const token = async (staff: Browser) => ({ _csrf: csrfOf(await staff.get(NOTICE)) });

describe('a report that is to be published later', () => {
  test('is published at its time and once, though two nodes look at the clock', async () => {
    const { due, clock, bodies, staff, db } = await scheduled();
    expect(textOf(await staff.get(NOTICE))).toMatch(/公開予定\s+あと1時間\s+2014年3月6日\(木\) 9:00/);
    expect(textOf(await staff.get('/console'))).toMatch(/公開予定\s+あと1時間/);
    expect(await due()).toBe(0);
    clock.advance(HOUR);
    const counts = await Promise.all([due(), due()]);
    expect(counts.sort()).toEqual([0, 1]);
    expect(await bodies()).toEqual([expect.anything(), '9時の続報です。']);
    expect(await due()).toBe(0);
    expect(textOf(await staff.get('/console'))).not.toContain('公開予定');
    expect(await db.kysely.selectFrom('drafts').selectAll().execute()).toEqual([]);
    const trail = await auditTrail(db.kysely, { subject: ID, limit: 9 });
    expect(trail.map(({ act, who }) => [act, who])).toEqual(
      expect.arrayContaining([
        ['report:schedule', '担当 publisher'],
        ['report:publish', '担当 publisher'],
      ]),
    );
  });

  test('is a first report, too, and what would be wrong by then is said now', async () => {
    const place = await desk();
    const { staff, due, clock } = place;
    const page = await staff.get('/console/notices/new');
    const fields = {
      ...fieldsOn(page),
      'title.ja': '件名',
      'impacts.0.service': 'mail',
      publishAt: '2014-03-06T07:00',
    };
    const send = (more: Record<string, string>) =>
      staff.post('/console/notices', { ...fields, ...more, _csrf: csrfOf(page), action: 'schedule' });
    const wrong = await send({});
    expect(wrong.statusCode).toBe(422);
    for (const said of ['公開の日時は、いまより後に', '発生日時を入力してください'])
      expect(textOf(wrong)).toContain(said);
    const told = { occurredAt: '2014-03-06T07:34', 'body.ja': '本文です。', publishAt: '２０１４/03/06 08:30' };
    expect((await send(told)).headers.location).toBe(`${NOTICE}?scheduled=1`);
    clock.advance(30 * MINUTE);
    expect(await due()).toBe(1);
    expect(await bodiesOf(place)).toEqual(['本文です。']);
  });

  test('is taken back by its button until then, and the draft stays', async () => {
    const { staff, due, clock, bodies } = await scheduled();
    expect((await staff.post(`${NOTICE}/take-back`, await token(staff))).statusCode).toBe(303);
    clock.advance(2 * HOUR);
    expect(await due()).toBe(0);
    expect(await bodies()).toHaveLength(1);
    expect(fieldsOn(await staff.get(REPORT))['body.ja']).toBe('9時の続報です。');
    expect((await staff.post(`${NOTICE}/take-back`, await token(staff))).statusCode).toBe(404);
  });

  test('is not published over a report that came first: staff are told, and the text is still there', async () => {
    const smtp = await startReceiver();
    const { staff, due, clock, bodies, ground, db } = await scheduled();
    await changeSettings(db, clock, SYSTEM, { warnMail: ['noc@operator.example'] });
    await publishReport(ground, publisher, ID, nextReport({ phase: 'update', body: { ja: '先の報' } }));
    clock.advance(HOUR);
    expect(await due()).toBe(0);
    expect(await bodies()).toEqual([expect.anything(), '先の報']);
    const page = textOf(await staff.get(NOTICE));
    expect(page).toContain('公開していません');
    expect(page).toContain('予定の時刻より前に第2報が公開されたため');
    expect(fieldsOn(await staff.get(REPORT))['body.ja']).toBe('9時の続報です。');
    // The clock stands still: what a busy machine was too slow for would not be tried again.
    const relay = smtpRelay(smtp.url, { connectionTimeout: 30_000, greetingTimeout: 30_000, socketTimeout: 30_000 });
    await courierTo(db, clock, smtp.url, { relay }).drain();
    const [mail] = await smtp.read('noc@operator.example');
    expect(mail?.subject).toContain('【要対応】予定していた報を公開していません');
    expect(mail?.text).toContain('第2報が公開されたため');
  });

  test('is not published after somebody changed the text, or lost the right to publish', async () => {
    const { staff, due, clock, bodies, db } = await scheduled();
    const page = await staff.get(REPORT);
    const changed = { ...fieldsOn(page), 'body.ja': '書き直し', _csrf: csrfOf(page), action: 'draft' };
    await staff.post(`${NOTICE}/reports`, changed);
    expect(textOf(await staff.get(NOTICE))).toContain('公開されません');
    expect(await due()).toBe(0);
    expect(textOf(await staff.get(NOTICE))).toContain('下書きが変更または破棄されたため');
    expect((await schedule(staff, { 'body.ja': '書き直し' })).statusCode).toBe(303);
    await db.kysely.updateTable('staff').set({ role: 'author' }).execute();
    clock.advance(HOUR);
    expect(await due()).toBe(0);
    expect(await bodies()).toHaveLength(1);
    expect(textOf(await staff.get(NOTICE))).toContain('公開する権限がなくなりました');
  });

  test('is published at once by whoever cannot wait, and not a second time', async () => {
    const { staff, due, clock, bodies } = await scheduled();
    const page = await staff.get(REPORT);
    await staff.post(`${NOTICE}/reports`, { ...fieldsOn(page), _csrf: csrfOf(page), action: 'publish' });
    clock.advance(HOUR);
    expect(await due()).toBe(0);
    expect(await bodies()).toEqual([expect.anything(), '9時の続報です。']);
  });

  test('dies with its process as if it had not begun, and is published by the next', async () => {
    const { due, clock, bodies, ground, db } = await scheduled();
    clock.advance(HOUR);
    const broken = { ...ground, overhear: () => expect.unreachable() };
    await expect(publishScheduled(broken)).rejects.toThrow('could not be published');
    expect(await bodies()).toHaveLength(1);
    expect(await db.kysely.selectFrom('scheduled_reports').select('failed_at').execute()).toEqual([
      { failed_at: null },
    ]);
    expect(await due()).toBe(1);
    expect(await bodies()).toHaveLength(2);
  });

  test('is set, read and taken back by a program', async () => {
    const { app, db, clock, due } = await desk();
    const headers = await keyFor(db, clock, 'notices:write', 'notices:read');
    const send = (method: 'POST' | 'PUT' | 'GET' | 'DELETE', url: string, payload?: object) =>
      app.inject({ method, url: `/api/v1/notices${url}`, headers, ...(payload ? { payload } : {}) });
    const input = {
      ...{ kind: 'fault', title: { ja: '件名' }, occurredAt: '2014-03-06T07:34:00+09:00', publish: false },
      impacts: [{ service: 'mail', facilities: 'all', symptom: 'degraded', startedAt: '2014-03-06T07:34:00+09:00' }],
      report: { phase: 'first', body: { ja: '本文です。' }, mail: false },
    };
    expect((await send('POST', '', input)).statusCode).toBe(201);
    const past = await send('PUT', `/${ID}/schedule`, { publishAt: '2014-03-06T07:00:00+09:00' });
    expect([past.statusCode, past.body]).toEqual([422, expect.stringContaining('publishAt')]);
    const set = await send('PUT', `/${ID}/schedule`, { publishAt: '2014-03-06T09:00:00+09:00' });
    expect(set.json()).toMatchObject({ publishAt: '2014-03-06T09:00:00+09:00', setBy: 'test', failure: null });
    expect((await send('DELETE', `/${ID}/schedule`)).statusCode).toBe(204);
    expect((await send('GET', `/${ID}/schedule`)).statusCode).toBe(404);
    await send('PUT', `/${ID}/schedule`, { publishAt: '2014-03-06T09:00:00+09:00' });
    clock.advance(HOUR);
    expect(await due()).toBe(1);
    expect((await send('GET', `/${ID}`)).json()).toMatchObject({ reports: [{ number: 1, phase: 'first' }] });
  });
});
