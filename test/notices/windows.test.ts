import ICAL from 'ical.js';
import { expect, test } from 'vitest';
import { barriersFor } from '../support/barriers.ts';
import { at } from '../support/clock.ts';
import { fieldsOn, textOf } from '../support/console.ts';
import { expectValidHtml } from '../support/html.ts';
import { customerAt, keyFor, staffAt } from '../support/people.ts';
import { startSite } from '../support/site.ts';

const night = (day: number, from = '01:00', to = '05:00') => ({
  from: `2014-03-${day}T${from}:00+09:00`,
  to: `2014-03-${day}T${to}:00+09:00`,
});

const work = (planned: unknown) => ({
  kind: 'work',
  title: { ja: 'メール設備141の更改（3夜）', en: 'Renewal of equipment 141 in three nights' },
  planned,
  impacts: [{ service: 'mail', facilities: ['141'], symptom: 'unavailable' }],
  report: { phase: 'plan', body: { ja: '3夜に分けて工事を行います。', en: 'In three nights.' }, mail: false },
  publish: true,
});

interface NoticeAnswer {
  id: string;
  state: string;
  planned: { from: string; to: string; windows?: { from: string; to: string }[] };
}

async function office() {
  const site = await startSite({ now: '2014-03-06T12:00:00+09:00' });
  const headers = await keyFor(site.db, site.clock, 'notices:write', 'notices:read');
  const post = (url: string, payload: object) => site.app.inject({ method: 'POST', url, headers, payload });
  const state = async (id: string) =>
    (await site.app.inject({ url: `/api/v1/notices/${id}`, headers })).json<NoticeAnswer>().state;
  const events = async () =>
    new ICAL.Component(ICAL.parse((await site.get('/calendar.ics')).body) as unknown[])
      .getAllSubcomponents('vevent')
      .map((one) => new ICAL.Event(one))
      .map((event) => [event.uid.split('@')[0], event.startDate.toJSDate().toISOString()]);
  return { ...site, post, state, events };
}

test('a work of three nights is under way in each of them and in none of the days between', async () => {
  const shirase = await office();
  const { post, state, events, clock, get } = shirase;
  const made = await post('/api/v1/notices', work({ windows: [night(12), night(11), night(13)] }));
  expect(made.statusCode).toBe(201);
  const { id, planned } = made.json<NoticeAnswer>();
  expect(planned).toMatchObject({
    ...{ from: night(11).from, to: night(13).to },
    windows: [11, 12, 13].map((day) => night(day)),
  });
  expect(await events()).toEqual([
    [id, '2014-03-10T16:00:00.000Z'],
    [`${id}-2`, '2014-03-11T16:00:00.000Z'],
    [`${id}-3`, '2014-03-12T16:00:00.000Z'],
  ]);
  const customer = await customerAt(shirase, 'hanako', ['141']);
  const story: [string, string, RegExp][] = [
    ['2014-03-10T12:00:00+09:00', 'planned', /これからの工事.*3月11日/],
    ['2014-03-11T02:00:00+09:00', 'in_progress', /工事中/],
    ['2014-03-11T12:00:00+09:00', 'planned', /これからの工事.*3月12日/],
    ['2014-03-12T04:59:00+09:00', 'in_progress', /工事中/],
    ['2014-03-12T05:00:00+09:00', 'planned', /これからの工事.*3月13日/],
    ['2014-03-13T05:00:00+09:00', 'completed', /./],
  ];
  for (const [time, expected, own] of story) {
    clock.set(at(time));
    expect([time, await state(id)]).toEqual([time, expected]);
    expect(textOf(await customer.get('/my'))).toMatch(own);
  }
  clock.set(at('2014-03-11T12:00:00+09:00'));
  const page = await get(`/notices/${id}`);
  await expectValidHtml(page.body);
  const between = textOf(page);
  expect(between).toMatch(/お知らせした日 .*（開始の5日前）/);
  expect(between).toMatch(/3月11日.*1:00 から 5:00.*3月12日.*1:00 から 5:00.* （次回） .*3月13日/);
  expect((await get('/')).body).toContain('（全3回）');
});

test('one night is made longer without the others, and what overlaps or is forgotten is named', async () => {
  const { post, state, clock, events } = await office();
  const wrong = await post(
    '/api/v1/notices',
    work({ windows: [night(11), night(11, '04:00', '06:00'), night(13, '05:00', '01:00')] }),
  );
  expect(wrong.statusCode).toBe(422);
  expect(wrong.json<{ errors: { field: string }[] }>().errors.map(({ field }) => field)).toEqual([
    'planned.windows.1.from',
    'planned.windows.2.to',
  ]);
  const { id } = (
    await post('/api/v1/notices', work({ windows: [night(11), night(12), night(13)] }))
  ).json<NoticeAnswer>();
  clock.set(at('2014-03-12T04:30:00+09:00'));
  const extend = (planned: unknown) =>
    post(`/api/v1/notices/${id}/reports`, {
      phase: 'extend',
      body: { ja: '延長します。' },
      planned,
      mail: false,
      publish: true,
    });
  expect((await extend(night(12, '01:00', '07:00'))).statusCode).toBe(422);
  const extended = await extend({ windows: [night(11), night(12, '01:00', '07:00'), night(13)] });
  expect(extended.json<NoticeAnswer>().planned.windows).toHaveLength(3);
  clock.set(at('2014-03-12T06:30:00+09:00'));
  expect(await state(id)).toBe('in_progress');
  const done = await post(`/api/v1/notices/${id}/reports`, {
    phase: 'complete',
    body: { ja: '2夜で終わりました。' },
    actualFrom: night(11).from,
    mail: false,
    publish: true,
  });
  expect([done.statusCode, await state(id)]).toEqual([201, 'completed']);
  expect(await events()).toHaveLength(2);
});

test('the console takes the nights as rows, shows them all when one is extended, and keeps what was typed', async () => {
  const shirase = await office();
  const staff = await staffAt(shirase, 'publisher');
  const page = await staff.get('/console/notices/new?kind=work');
  const fields = {
    ...fieldsOn(page),
    'title.ja': 'メール設備141の更改',
    'body.ja': '3夜に分けて行います。',
    'impacts.0.service': 'mail',
    'impacts.0.facilities': '141',
    'impacts.0.symptom': 'unavailable',
    'planned.from': '2014-03-11T01:00',
    'planned.to': '2014-03-11T05:00',
    'windows.0.from': '2014-03-12T01:00',
    'windows.0.to': '',
    'windows.1.from': '2014-03-13T01:00',
    'windows.1.to': '2014-03-13T05:00',
  };
  const wrong = await staff.post('/console/notices', { ...fields, action: 'publish' });
  expect(wrong.statusCode).toBe(422);
  expect(wrong.body).toContain('href="#windows.0.to"');
  expect(wrong.body).toContain('value="2014-03-13T01:00"');
  const sent = await staff.post('/console/notices', {
    ...fields,
    'windows.0.to': '2014-03-12T05:00',
    action: 'publish',
  });
  expect(sent.statusCode).toBe(303);
  const id = /notices\/(\d+-\d+)/.exec(String(sent.headers.location))?.[1] ?? '';
  const extend = await staff.get(`/console/notices/${id}/report?phase=extend`);
  expect(fieldsOn(extend)).toMatchObject({
    'planned.to': '2014-03-11T05:00',
    'windows.0.from': '2014-03-12T01:00',
    'windows.1.to': '2014-03-13T05:00',
  });
  const found = await barriersFor(shirase.app, staff, [
    [`/notices/${id}`, 390, 'light'],
    [`/en/notices/${id}`, 1280, 'dark'],
    [`/console/notices/${id}/report?phase=extend`, 390, 'dark'],
  ]);
  expect(found).toEqual([]);
}, 120_000);
