import { expect, test } from 'vitest';
import { publishNotice, publishReport } from '../../src/notices/publish.ts';
import { startApp } from '../support/app.ts';
import { textOf } from '../support/console.ts';
import { expectValidHtml } from '../support/html.ts';
import { faultInput, nextReport, noticeGround, publisher, smallCatalogue } from '../support/notices.ts';
import { keyFor, staffAt } from '../support/people.ts';

test('inquiries are snapshots: the newest of each channel and desk is summed, and all are kept', async () => {
  const shirase = await startApp();
  const { app, db, clock } = shirase;
  await smallCatalogue(db);
  const { id } = await publishNotice(noticeGround(db, clock), publisher, faultInput());
  clock.set('2014-03-06T20:00:00+09:00');
  const headers = await keyFor(db, clock, 'regulator:read', 'regulator:write');
  const post = (payload: object) =>
    app.inject({ method: 'POST', url: `/api/v1/notices/${id}/inquiries`, headers, payload });
  await post({
    asOf: '2014-03-06T12:00:00+09:00',
    count: 900,
    channel: 'phone',
    voices: { unusable: 800, announcements: 300 },
  });
  await post({
    asOf: '2014-03-06T18:00:00+09:00',
    count: 1500,
    channel: 'phone',
    voices: { unusable: 1200, announcements: 600 },
  });
  await post({ asOf: '2014-03-06T15:00:00+09:00', count: 63, channel: 'all', desk: 'ミテネ' });
  const answer = await post({ asOf: '2014-03-06T18:00:00+09:00', count: 40, channel: 'phone', direction: 'out' });
  expect(answer.statusCode).toBe(201);
  expect(answer.json()).toEqual({
    asOf: '2014-03-06T18:00:00+09:00',
    received: 1563,
    made: 40,
    voices: { unusable: 1200, announcements: 600 },
  });
  const wrong = await post({ asOf: '2014-03-07T12:00:00+09:00', count: 1, voices: { refund: 2 } });
  expect(wrong.json<{ errors: { field: string }[] }>().errors.map((one) => one.field)).toEqual([
    'asOf',
    'voices.refund',
  ]);
  const author = await staffAt(shirase, 'author');
  const page = await author.get(`/console/notices/${id}/inquiries`);
  await expectValidHtml(page.body);
  expect(textOf(page)).toContain('1,563件 （ほかに、こちらからの連絡 40件） 2014年3月6日(木) 18:00 JST 時点');
  expect(textOf(page)).toContain('周知方法の改善要望 600 33.3%');
});

test('staff record counts in a form, and tie measures to the complaints that they answer', async () => {
  const shirase = await startApp();
  const { db, clock } = shirase;
  await smallCatalogue(db);
  const ground = noticeGround(db, clock);
  const { id } = await publishNotice(ground, publisher, faultInput());
  clock.set('2014-03-06T20:00:00+09:00');
  const measures = [
    { field: 'information', status: 'planned', text: { ja: 'トップページにも30分以内に掲載します。' } },
  ];
  const recovered = [{ impact: `${id}-1`, at: '2014-03-06T19:32:00+09:00' }];
  await publishReport(ground, publisher, id, nextReport({ phase: 'recovery', recovered, measures }));
  const staff = await staffAt(shirase, 'publisher');
  const path = `/console/notices/${id}/inquiries`;
  const fields = {
    asOf: '2014-03-06T19:00',
    count: '1万',
    channel: 'phone',
    direction: 'in',
    'voices.announcements': '',
  };
  const wrong = await staff.submit(path, path, fields);
  expect([wrong.statusCode, wrong.body.includes('href="#count"')]).toEqual([422, true]);
  expect((await staff.submit(path, path, { ...fields, count: '15,200' })).statusCode).toBe(303);
  const page = await staff.get(path);
  expect(textOf(page)).toContain('15,200件');
  const box = /name="(answers\.[0-9a-f]+\.announcements)"/.exec(page.body)?.[1] ?? '';
  await staff.submit(path, `${path}/answers`, { [box]: 'on', 'answers.feed.refund': 'on' });
  const after = await staff.get(path);
  expect(after.body).toContain(`name="${box}" value="on" checked`);
  expect((await db.kysely.selectFrom('measure_answers').selectAll().execute()).length).toBe(1);
  await expectValidHtml(after.body);
});
