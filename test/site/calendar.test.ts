import ICAL from 'ical.js';
import { describe, expect, test } from 'vitest';
import { publishNotice, publishReport } from '../../src/notices/publish.ts';
import { DAY } from '../../src/time.ts';
import { faultInput, nextReport, publisher } from '../support/notices.ts';
import { startSite } from '../support/site.ts';

const TITLE = '【重要】メール設備の更改、切替; 影響\\あり 𠮷野家の皆さまもご覧ください（長い題名は行が折り返されます）';

async function ready() {
  const site = await startSite();
  const { notices } = site;
  const get = (url = '/calendar.ics') => site.get(url);
  const events = async (url?: string) => eventsOf((await get(url)).body);
  const plan = (overrides: Record<string, unknown> = {}, report: Record<string, unknown> = {}) =>
    publishNotice(
      notices,
      publisher,
      faultInput(
        {
          kind: 'work',
          title: { ja: TITLE, en: 'Mail equipment renewal' },
          occurredAt: undefined,
          planned: { from: '2014-03-10T02:00:00+09:00', to: '2014-03-10T05:00:00+09:00' },
          impacts: [{ service: 'mail', facilities: ['141'], symptom: 'unavailable' }],
          ...overrides,
        },
        { phase: 'plan', ...report },
      ),
    );
  const report = (id: string, overrides: Record<string, unknown>) =>
    publishReport(notices, publisher, id, nextReport(overrides));
  return { ...site, get, events, plan, report };
}

/** As a calendar reads it. */
function eventsOf(text: string) {
  const calendar = new ICAL.Component(ICAL.parse(text) as unknown[]);
  return calendar.getAllSubcomponents('vevent').map((component) => {
    const event = new ICAL.Event(component);
    const value = (name: string) => String(component.getFirstPropertyValue(name));
    return {
      uid: event.uid,
      sequence: event.sequence,
      summary: event.summary,
      description: event.description,
      start: event.startDate.toJSDate().toISOString(),
      end: event.endDate.toJSDate().toISOString(),
      zone: event.startDate.zone.tzid,
      status: value('status'),
      stamp: value('dtstamp'),
      url: value('url'),
    };
  });
}

describe('the calendar of planned works', () => {
  test('holds each work with its times in UTC, what it touches and where to read more, in both languages', async () => {
    const { plan, get, events } = await ready();
    const { id } = await plan({}, { body: { ja: '**ご迷惑**をおかけします。\n\n- 送信\n- 受信' } });
    const url = `http://status.example/notices/${id}`;
    expect(await events()).toEqual([
      {
        uid: `${id}@status.example`,
        sequence: 1,
        summary: `【工事】${TITLE}`,
        description: `対象サービス：OCNメール\nご迷惑をおかけします。\n・送信\n・受信\nくわしくは ${url}`,
        start: '2014-03-09T17:00:00.000Z',
        end: '2014-03-09T20:00:00.000Z',
        zone: 'UTC',
        status: 'CONFIRMED',
        stamp: '2014-03-05T23:00:00Z',
        url,
      },
    ]);
    const [english] = await events('/en/calendar.ics');
    expect(english).toMatchObject({
      uid: `${id}@status.example`,
      summary: '[Planned work] Mail equipment renewal',
      url: `http://status.example/en/notices/${id}`,
    });
    expect(english?.description).toMatch(/^Services: OCN Mail\n/);
    const answer = await get();
    expect(answer.headers).toMatchObject({
      'content-type': 'text/calendar; charset=utf-8',
      'access-control-allow-origin': '*',
    });
    expect(answer.body).toContain('\r\nMETHOD:PUBLISH\r\n');
    expect((await get('/')).body).toContain('<link rel="alternate" type="text/calendar" href="/calendar.ics"');
  });

  test('breaks its lines at 75 octets and never within a letter, whatever the text is made of', async () => {
    const { plan, get, events } = await ready();
    const body = `${'𠮷'.repeat(200)}\nBEGIN:VEVENT\n${'é'.repeat(99)}`;
    await plan({}, { body: { ja: body } });
    const bytes = (await get()).rawPayload;
    const lines = bytes.toString('latin1').split('\r\n');
    expect(lines.pop(), 'the last line ends too').toBe('');
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(75);
    for (const line of lines) expect(Buffer.from(line, 'latin1').toString(), line).not.toContain('\ufffd');
    expect(lines.filter((line) => /[\r\n]/.test(line))).toEqual([]);
    const [event, ...others] = await events();
    expect(others).toEqual([]);
    expect(event?.description).toContain(body);
  });

  test('keeps a cancelled work under its name, raises its sequence, and takes it back when it is planned anew', async () => {
    const { plan, report, events, clock } = await ready();
    const { id } = await plan();
    const [planned] = await events();
    clock.set('2014-03-07T12:00:00+09:00');
    await report(id, { phase: 'cancel' });
    const [cancelled] = await events();
    expect(cancelled).toMatchObject({
      uid: planned?.uid,
      status: 'CANCELLED',
      summary: `【工事中止】${TITLE}`,
      start: planned?.start,
      stamp: '2014-03-07T03:00:00Z',
    });
    expect(cancelled?.sequence).toBeGreaterThan(planned?.sequence ?? 0);
    clock.set('2014-03-08T12:00:00+09:00');
    await report(id, {
      phase: 'plan',
      planned: { from: '2014-03-17T02:00:00+09:00', to: '2014-03-17T05:00:00+09:00' },
    });
    const [again] = await events();
    expect(again).toMatchObject({
      uid: planned?.uid,
      status: 'CONFIRMED',
      summary: planned?.summary,
      start: '2014-03-16T17:00:00.000Z',
    });
    expect(again?.sequence).toBeGreaterThan(cancelled?.sequence ?? 0);
  });

  test('takes the real start and end once they are known, and no end that is not after the start', async () => {
    const { plan, report, get, events, clock } = await ready();
    const { id } = await plan();
    clock.set('2014-03-10T05:30:00+09:00');
    await report(id, { phase: 'start' });
    expect((await get()).body).not.toContain('DTEND');
    expect((await events())[0]?.start).toBe('2014-03-09T20:30:00.000Z');
    clock.set('2014-03-10T06:15:00+09:00');
    await report(id, { phase: 'complete' });
    expect((await events())[0]).toMatchObject({
      start: '2014-03-09T20:30:00.000Z',
      end: '2014-03-09T21:15:00.000Z',
      status: 'CONFIRMED',
    });
  });

  test('keeps past works for a year and faults never, and its bytes while nothing is told of a work', async () => {
    const { notices, plan, get, events, clock } = await ready();
    await plan();
    const before = await get();
    await publishNotice(notices, publisher, faultInput());
    clock.set('2014-03-10T03:00:00+09:00');
    const during = await get();
    clock.advance(366 * DAY);
    const after = await get();
    expect([during.headers.etag, after.headers.etag]).toEqual([before.headers.etag, before.headers.etag]);
    clock.advance(60 * DAY);
    expect(await events()).toEqual([]);
  });
});
