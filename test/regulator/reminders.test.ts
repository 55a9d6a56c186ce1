import { expect, test } from 'vitest';
import { publishNotice } from '../../src/notices/publish.ts';
import { remindOfReports } from '../../src/regulator/outputs/remind.ts';
import { SYSTEM } from '../../src/staff/audit.ts';
import { changeSettings } from '../../src/staff/settings.ts';
import { startApp } from '../support/app.ts';
import { courierTo } from '../support/mail.ts';
import { faultInput, noticeGround, publisher, smallCatalogue } from '../support/notices.ts';
import { staffAt } from '../support/people.ts';
import { startReceiver } from '../support/smtp.ts';

test('staff are reminded of the reports of 30 days and of two months after the quarter, before and after, until they are handed in', async () => {
  const smtp = await startReceiver();
  const shirase = await startApp();
  const { db, clock, ground } = shirase;
  await smallCatalogue(db);
  const users = { count: 80_000, qualifier: 'about', unit: 'people' } as const;
  const impact = { service: 'mail', facilities: 'all', symptom: 'unavailable', users };
  const times = { startedAt: '2014-03-06T07:34:00+09:00', recoveredAt: '2014-03-06T10:00:00+09:00' };
  clock.set('2014-03-06T11:00:00+09:00');
  const { id } = await publishNotice(
    noticeGround(db, clock),
    publisher,
    faultInput({ impacts: [{ ...impact, ...times }] }),
  );
  const remind = () => remindOfReports(ground);
  clock.set('2014-04-01T09:00:00+09:00');
  expect(await remind()).toBe(0);
  await changeSettings(db, clock, SYSTEM, {
    ...{ warnMail: ['legal@operator.example'], warnWebhook: 'https://pager.example/', reportReminderDays: 10 },
  });
  expect(await Promise.all([remind(), remind()])).toEqual(expect.arrayContaining([0, 1]));
  clock.set('2014-04-05T09:00:00+09:00');
  expect([await remind(), await remind()]).toEqual([1, 0]);
  clock.set('2014-04-06T01:00:00+09:00');
  expect([await remind(), await remind()]).toEqual([1, 0]);

  const courier = courierTo(db, clock, smtp.url);
  await courier.drain();
  const mails = await smtp.read();
  const last = mails.find(({ subject }) =>
    subject?.startsWith('【期限超過】詳細な報告 OCNメールがご利用いただけません'),
  );
  expect(last?.text).toContain('総務省への次の報告が提出されていません。');
  expect(last?.text).toContain(`http://status.example/console/notices/${id}/accident/sheet`);
  const calls = await db.kysely.selectFrom('warning_calls').select('body').orderBy('created_at').execute();
  expect(calls.map(({ body }) => JSON.parse(body) as object)).toMatchObject([
    { type: 'reports.due', data: { reports: [{ report: 'detailed', subject: id, stage: 'ahead' }] } },
    { data: { reports: [{ stage: 'day', dueAt: '2014-04-05T23:59:59+09:00' }] } },
    { data: { reports: [{ stage: 'over' }] } },
  ]);

  // The list of January to March is due at the end of May. Handed in, nobody is reminded of it.
  clock.set('2014-05-25T09:00:00+09:00');
  expect(await remind()).toBe(1);
  const staff = await staffAt(shirase, 'publisher');
  await staff.submit('/console/regulator/periodic?period=2013-Q4', '/console/regulator/periodic', {
    period: '2013-Q4',
  });
  clock.set('2014-06-01T01:00:00+09:00');
  expect(await remind()).toBe(0);
});
