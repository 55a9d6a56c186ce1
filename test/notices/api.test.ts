import { describe, expect, test } from 'vitest';
import { type Shirase, startApp } from '../support/app.ts';
import { smallCatalogue } from '../support/notices.ts';
import { keyFor } from '../support/people.ts';

const fault = {
  kind: 'fault',
  title: { ja: 'OCNメールがご利用いただけません', en: 'OCN Mail is unavailable' },
  occurredAt: '2014-03-06T07:34:00+09:00',
  approximate: true,
  impacts: [
    { service: 'mail', facilities: ['051', '121'], symptom: 'unavailable', startedAt: '2014-03-06T07:34:00+09:00' },
  ],
  report: { phase: 'first', body: { ja: 'ご利用いただけません。' }, mail: true },
  publish: true,
};

async function ready() {
  const shirase = await startApp();
  await smallCatalogue(shirase.db);
  const headers = await keyFor(shirase.db, shirase.clock, 'notices:write', 'notices:read');
  return { ...shirase, headers };
}

async function post(
  shirase: Shirase & { headers: Record<string, string> },
  url: string,
  payload: object,
  more: Record<string, string> = {},
) {
  return shirase.app.inject({ method: 'POST', url, payload, headers: { ...shirase.headers, ...more } });
}

describe('an area', () => {
  const areas = async (area: unknown) => {
    const shirase = await ready();
    const impacts = [{ ...fault.impacts[0], area }];
    const answer = await post(shirase, '/api/v1/notices', { ...fault, impacts });
    const page = await shirase.app.inject({ url: '/en/notices/20140306-1' });
    return { ...answer.json<{ impacts: { area: unknown }[]; errors?: unknown }>(), page: page.body };
  };

  test('is given by prefectures, and told in words in both languages', async () => {
    const whole = await areas({ prefectures: 'all', except: ['47'] });
    expect(whole.impacts[0]?.area).toEqual({ ja: '全国（沖縄県を除く）', en: 'Nationwide (except Okinawa)' });
    expect(whole.page).toContain('Nationwide (except Okinawa)');
    const some = await areas({ prefectures: ['13'], partly: ['12', '11'] });
    expect(some.impacts[0]?.area).toEqual({
      ja: '東京都、千葉県の一部、埼玉県の一部',
      en: 'Tokyo, parts of Chiba, parts of Saitama',
    });
  });

  test('in Japanese that names regions and prefectures only has its English by itself, and any other keeps what was given', async () => {
    expect((await areas('関東地方（千葉県の一部を除く）')).page).toContain('The Kanto region (except parts of Chiba)');
    expect((await areas({ ja: '東京都', en: 'Tokyo and its islands' })).impacts[0]?.area).toEqual({
      ja: '東京都',
      en: 'Tokyo and its islands',
    });
    expect((await areas('千代田区')).impacts[0]?.area).toEqual({ ja: '千代田区' });
  });

  test('that is no prefecture, or none at all, is refused by name', async () => {
    expect((await areas({ prefectures: ['48'] })).errors).toMatchObject([{ field: 'impacts.0.area.prefectures.0' }]);
    expect((await areas({ ja: '全国', except: ['13'] })).errors).toMatchObject([{ field: 'impacts.0.area' }]);
    expect((await areas({ except: ['13'] })).errors).toMatchObject([{ field: 'impacts.0.area' }]);
    expect((await areas('あ'.repeat(301))).errors).toMatchObject([{ field: 'impacts.0.area' }]);
  });
});

describe('the JSON API of notices', () => {
  test('opens a fault, tells of its recovery and shows the whole', async () => {
    const shirase = await ready();
    const opened = await post(shirase, '/api/v1/notices', fault);
    expect(opened.statusCode).toBe(201);
    const notice = opened.json<{ id: string; impacts: { id: string }[] }>();
    expect(notice).toMatchObject({
      id: '20140306-1',
      url: 'http://status.example/notices/20140306-1',
      state: 'ongoing',
      impacts: [{ id: '20140306-1-1', startedAt: '2014-03-06T07:34:00+09:00', recoveredAt: null }],
      reports: [{ number: 1, phase: 'first', publishedAt: '2014-03-06T08:00:00+09:00' }],
    });
    shirase.clock.set('2014-03-06T20:07:00+09:00');
    const recovery = await post(shirase, `/api/v1/notices/${notice.id}/reports`, {
      phase: 'recovery',
      body: { ja: '復旧しました。' },
      recovered: [{ impact: '20140306-1-1', at: '2014-03-06T14:22:00+09:00' }],
      mail: true,
      publish: true,
    });
    expect(recovery.statusCode).toBe(201);
    expect(recovery.json()).toMatchObject({
      state: 'recovered',
      reports: [{ number: 1 }, { number: 2, tellsRecovery: true }],
    });
    const final = await post(shirase, `/api/v1/notices/${notice.id}/reports`, {
      phase: 'final',
      body: { ja: '原因と再発防止策をお知らせします。' },
      causes: [{ kind: 'occurrence', state: 'confirmed', text: { ja: '蓄積装置の故障' } }],
      measures: [{ field: 'hardware', status: 'in_progress', text: { ja: '冗長度を上げます。' }, date: '2014-09' }],
      mail: false,
      publish: true,
    });
    expect(final.json()).toMatchObject({ state: 'closed' });
    const read = await shirase.app.inject({ url: `/api/v1/notices/${notice.id}`, headers: shirase.headers });
    expect(read.json()).toEqual(final.json());
    const list = await shirase.app.inject({ url: '/api/v1/notices', headers: shirase.headers });
    expect(list.json<{ notices: { id: string }[] }>().notices.map((one) => one.id)).toEqual([notice.id]);
  });

  test('names every wrong field in problem+json, in the asker’s language', async () => {
    const shirase = await ready();
    const wrong = {
      ...fault,
      title: { ja: 'a\r\nBcc: x' },
      occurredAt: 'yesterday',
      impacts: [{ ...fault.impacts[0], symptom: 'sad' }],
      extra: 1,
    };
    for (const [language, word] of [
      ['ja', '日時'],
      ['en', 'offset'],
    ] as const) {
      const answer = await post(shirase, '/api/v1/notices', wrong, { 'accept-language': language });
      expect(answer.statusCode).toBe(422);
      expect(answer.headers['content-type']).toMatch(/^application\/problem\+json/);
      const problem = answer.json<{ status: number; errors: { field: string; message: string }[] }>();
      expect(problem.errors.map((error) => error.field).sort()).toEqual([
        'extra',
        'impacts.0.symptom',
        'occurredAt',
        'title.ja',
      ]);
      expect(problem.errors.find((error) => error.field === 'occurredAt')?.message).toContain(word);
    }
  });

  test('names what a phase is missing', async () => {
    const shirase = await ready();
    await post(shirase, '/api/v1/notices', fault);
    const answer = await post(shirase, '/api/v1/notices/20140306-1/reports', {
      phase: 'recovery',
      body: { ja: '復旧' },
      mail: true,
      publish: true,
    });
    expect(answer.statusCode).toBe(422);
    expect(answer.json()).toMatchObject({ errors: [{ field: 'recovered' }] });
  });

  test('keeps a draft out of sight until it is published', async () => {
    const shirase = await ready();
    const draft = await post(shirase, '/api/v1/notices', { ...fault, publish: false });
    expect(draft.statusCode).toBe(201);
    expect(draft.json()).toMatchObject({ state: 'draft', reports: [] });
  });

  test('does the same once for the same Idempotency-Key, two hundred at once, and refuses another body', async () => {
    const shirase = await ready();
    const key = { 'idempotency-key': 'b1946ac9' };
    const answers = await Promise.all(Array.from({ length: 200 }, () => post(shirase, '/api/v1/notices', fault, key)));
    expect(new Set(answers.map((answer) => answer.statusCode))).toEqual(new Set([201]));
    expect(new Set(answers.map((answer) => answer.body)).size).toBe(1);
    const list = await shirase.app.inject({ url: '/api/v1/notices', headers: shirase.headers });
    expect(list.json<{ notices: unknown[] }>().notices).toHaveLength(1);
    const other = await post(shirase, '/api/v1/notices', { ...fault, approximate: false }, key);
    expect(other.statusCode).toBe(409);
  });

  test('asks for a key, and for the right scope', async () => {
    const shirase = await ready();
    const none = await shirase.app.inject({ method: 'POST', url: '/api/v1/notices', payload: fault });
    expect(none.statusCode).toBe(401);
    expect(none.headers['content-type']).toMatch(/problem\+json/);
    const reader = await keyFor(shirase.db, shirase.clock, 'notices:read');
    expect((await post({ ...shirase, headers: reader }, '/api/v1/notices', fault)).statusCode).toBe(403);
    const past = { ...fault, report: { ...fault.report, publishedAt: '2014-03-06T07:50:00+09:00' } };
    expect((await post(shirase, '/api/v1/notices', past)).statusCode).toBe(403);
    const backfill = await keyFor(shirase.db, shirase.clock, 'notices:write', 'notices:backfill');
    const accepted = await post({ ...shirase, headers: backfill }, '/api/v1/notices', past);
    expect(accepted.json()).toMatchObject({ reports: [{ publishedAt: '2014-03-06T07:50:00+09:00', mail: false }] });
  });

  test('answers 404 for what does not exist and 400 for what is no JSON', async () => {
    const shirase = await ready();
    expect((await shirase.app.inject({ url: '/api/v1/notices/20990101-1', headers: shirase.headers })).statusCode).toBe(
      404,
    );
    const broken = await shirase.app.inject({
      method: 'POST',
      url: '/api/v1/notices',
      payload: '{"kind":',
      headers: { ...shirase.headers, 'content-type': 'application/json' },
    });
    expect(broken.statusCode).toBe(400);
    expect(broken.headers['content-type']).toMatch(/problem\+json/);
  });

  test('is described by an OpenAPI document without a key', async () => {
    const shirase = await ready();
    const answer = await shirase.app.inject({ url: '/api/openapi.json' });
    expect(answer.statusCode).toBe(200);
    const document = answer.json<{
      openapi: string;
      paths: Record<string, Record<string, { requestBody?: unknown; security?: unknown }>>;
    }>();
    expect(document.openapi).toBe('3.1.0');
    expect(Object.keys(document.paths)).toEqual(
      expect.arrayContaining(['/api/v1/catalogue', '/api/v1/notices', '/api/v1/notices/{id}/reports']),
    );
    expect(document.paths['/api/v1/notices']?.post).toMatchObject({ security: [{ key: ['notices:write'] }] });
    expect(JSON.stringify(document.paths['/api/v1/notices']?.post?.requestBody)).toContain('occurredAt');
  });
});
