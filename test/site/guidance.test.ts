import { SaxesParser } from 'saxes';
import { describe, expect, test } from 'vitest';
import { publishNotice, publishReport } from '../../src/notices/publish.ts';
import { startApp } from '../support/app.ts';
import { faultInput, nextReport, publisher, smallCatalogue } from '../support/notices.ts';

async function ready() {
  const shirase = await startApp();
  await smallCatalogue(shirase.db);
  const notices = { ...shirase.ground, announce: () => {} };
  const get = async (url: string) => {
    await shirase.app.edition.refresh();
    return shirase.app.inject({ url });
  };
  const lines = async (url: string) => (await get(url)).body.trim().split('\n');
  const json = async (url: string) => JSON.parse((await get(url)).body) as Record<string, unknown>;
  return { ...shirase, notices, get, lines, json };
}

const MORNING = '2014-03-06T07:34:00+09:00';
const broken = (service: string, symptom = 'unavailable', more: object = {}) => ({
  impacts: [{ service, facilities: 'all', symptom, startedAt: MORNING, approximate: true, ...more }],
});
const recovered = (id: string, at: string, impact = 1) => ({
  phase: 'recovery',
  recovered: [{ impact: `${id}-${impact}`, at }],
});
const WORK = {
  kind: 'work',
  occurredAt: undefined,
  impacts: [{ service: 'mail', facilities: ['141'], symptom: 'unavailable' }],
};

/** The words of an SSML document, as a voice that knows SSML says them. @throws where it is not well-formed. */
function heard(document: string): { words: string; elements: string[] } {
  let words = '';
  let silent = false;
  const elements: string[] = [];
  const parser = new SaxesParser({ xmlns: true });
  parser.on('error', (error) => {
    throw error;
  });
  parser.on('opentag', ({ local, uri, attributes }) => {
    expect(uri).toBe('http://www.w3.org/2001/10/synthesis');
    elements.push(local);
    if (local !== 'sub') return;
    silent = true;
    words += attributes.alias?.value ?? '';
  });
  parser.on('closetag', ({ local }) => {
    if (local === 'sub') silent = false;
    if (local === 's') words += '\n';
  });
  parser.on('text', (text) => {
    if (!silent) words += text.replaceAll('\n', '');
  });
  parser.write(document).close();
  return { words, elements };
}

describe('what the telephone system says', () => {
  test('while nothing is known to be broken is calm and short', async () => {
    const { lines } = await ready();
    expect(await lines('/guidance.txt')).toEqual([
      'OCNからお知らせいたします。',
      '現在、確認している故障はありません。',
      '最新の情報は、ホームページの故障・工事情報、status ドット example、でご覧いただけます。',
    ]);
    expect(await lines('/en/guidance.txt')).toEqual([
      'This is a message from OCN.',
      'No fault is known at present.',
      'For news of faults and works, see our status page at status dot example.',
    ]);
  });

  test('in a fault is what callers ask about, and that their password is right', async () => {
    const { lines, notices } = await ready();
    const told = {
      workaround: { ja: '- **Webメール**は問題なくご利用いただけます。', en: 'Webmail works.' },
      expectedRecoveryAt: '2014-03-06T12:00:00+09:00',
      nextUpdateAt: '2014-03-06T09:30:00+09:00',
    };
    await publishNotice(notices, publisher, faultInput({}, told));
    expect(await lines('/guidance.txt')).toEqual([
      'OCNからお知らせいたします。',
      '今日の午前7時34分ごろから、OCNメールの一部が、ご利用いただけません。',
      '対象の設備は、OCNメール設備051・121です。',
      '当社で確認しており、回復を急いでいます。',
      'お客さまのパスワードは間違っていません。変更なさる必要はありません。',
      '今ご利用いただける方法は、次のとおりです。',
      'Webメールは問題なくご利用いただけます。',
      '回復は、今日の正午ごろの見込みです。',
      '次のお知らせは、今日の午前9時30分の予定です。',
      'くわしくは、ホームページの故障・工事情報、status ドット example、をご覧ください。',
      'ご迷惑をおかけし、申し訳ございません。',
    ]);
    expect(await lines('/en/guidance.txt')).toEqual([
      'This is a message from OCN.',
      'Since about 7:34 a.m. today, customers have not been able to use part of OCN Mail.',
      'The equipment is OCN Mail equipment 051, 121.',
      'We know of this and are working on it.',
      'Your password is not wrong, and you need not change it.',
      'This is what you can do meanwhile.',
      'Webmail works.',
      'Recovery is expected at about noon today.',
      'The next update is due at 9:30 a.m. today.',
      'For the latest, see our status page at status dot example.',
      'We are sorry for the trouble.',
    ]);
  });

  test('lasts half a minute to a minute in an ordinary fault', async () => {
    const { get, notices } = await ready();
    await publishNotice(notices, publisher, faultInput({}, { nextUpdateAt: '2014-03-06T09:00:00+09:00' }));
    // Five and a half characters a second is how announcers read Japanese.
    const seconds = [...(await get('/guidance.txt')).body].length / 5.5;
    expect(seconds).toBeGreaterThan(30);
    expect(seconds).toBeLessThan(60);
  });

  test.each([
    ['degraded', 'OCNメール（Webメール）が、ご利用しづらくなっています。', 'trouble using OCN Mail (webmail).'],
    ['login', 'OCNメール（Webメール）に、ログインしづらくなっています。', 'trouble signing in to OCN Mail (webmail).'],
    [
      'delayed',
      'OCNメール（Webメール）のメールの到着が遅れています。',
      'mail of OCN Mail (webmail) has been arriving late.',
    ],
  ])('of a service that is %s claims no more than that', async (symptom, ja, en) => {
    const { get, notices, json } = await ready();
    await publishNotice(notices, publisher, faultInput(broken('webmail', symptom)));
    const { body } = await get('/guidance.txt');
    expect(body).toContain(`今日の午前7時34分ごろから、${ja}`);
    expect((await get('/en/guidance.txt')).body).toContain(en);
    expect(body.includes('パスワードは間違っていません')).toBe(symptom !== 'delayed');
    expect((await json('/guidance.json')).state).toBe(symptom === 'delayed' ? 'delay' : 'fault');
  });

  test('speaks of passwords where mail or a sign-in is broken, not where a telephone is', async () => {
    const { get, notices, db } = await ready();
    const row = { name_en: null, group_name: null, retired_at: null, part_of: null };
    await db.kysely
      .insertInto('services')
      .values({ ...row, key: 'phone', name_ja: '光電話', position: 9 })
      .execute();
    const { id } = await publishNotice(notices, publisher, faultInput(broken('phone')));
    expect((await get('/guidance.txt')).body).not.toContain('パスワード');
    expect((await get('/en/guidance.ssml')).body).toContain('<lang xml:lang="ja-JP">光電話</lang>');
    await publishNotice(notices, publisher, faultInput({ ...broken('ocn-id', 'login'), sharesRootWith: id }));
    expect((await get('/guidance.txt')).body).toContain('パスワードは間違っていません');
  });

  test('owns up where the expected time has passed, and says when it is not known', async () => {
    const { get, notices, clock } = await ready();
    const expectedRecoveryAt = '2014-03-06T10:00:00+09:00';
    const { id } = await publishNotice(notices, publisher, faultInput({}, { expectedRecoveryAt }));
    expect((await get('/guidance.txt')).body).toContain('回復は、今日の午前10時ごろの見込みです。');
    clock.set(expectedRecoveryAt);
    expect((await get('/guidance.txt')).body).toContain(
      '回復の見込みとしていた時刻を過ぎました。新しい見込みを確認しています。',
    );
    expect((await get('/en/guidance.txt')).body).toContain('has passed, and we are finding out a new one.');
    await publishReport(notices, publisher, id, nextReport({ phase: 'update', expectedRecoveryAt: null }));
    expect((await get('/guidance.txt')).body).toContain('回復の見込みは、確認中です。');
  });

  test('names the day once it is another', async () => {
    const { get, notices, clock } = await ready();
    await publishNotice(notices, publisher, faultInput({}, { expectedRecoveryAt: '2014-03-07T09:00:00+09:00' }));
    expect((await get('/guidance.txt')).body).toContain('明日の午前9時ごろの見込み');
    clock.set('2014-03-07T00:00:00+09:00');
    expect((await get('/guidance.txt')).body).toContain('昨日の午前7時34分ごろから');
    expect((await get('/en/guidance.txt')).body).toContain('Since about 7:34 a.m. yesterday');
    clock.set('2014-03-09T00:00:00+09:00');
    expect((await get('/guidance.txt')).body).toContain('3月6日の午前7時34分ごろから');
    clock.set('2015-01-01T00:00:00+09:00');
    expect((await get('/en/guidance.txt')).body).toContain('on March 6, 2014,');
  });

  test('leaves to the page what staff wrote at length, with addresses or in another language', async () => {
    const { get, notices } = await ready();
    const workaround = { ja: 'https://webmail.example/ をご利用ください。' };
    await publishNotice(notices, publisher, faultInput({}, { workaround }));
    expect((await get('/guidance.txt')).body).toContain('今ご利用いただける方法を、ホームページでご案内しています。');
    expect((await get('/guidance.txt')).body).not.toContain('webmail.example');
    expect((await get('/en/guidance.txt')).body).toContain('Our status page says what you can do meanwhile.');
  });

  test('on recovery tells that for three hours, and then is calm', async () => {
    const { get, notices, clock, json } = await ready();
    const { id } = await publishNotice(notices, publisher, faultInput(broken('webmail')));
    clock.set('2014-03-06T15:00:00+09:00');
    const residual = { ja: 'お預かりしているメールは、順番にお届けしています。' };
    await publishReport(
      notices,
      publisher,
      id,
      nextReport({ ...recovered(id, '2014-03-06T14:22:00+09:00'), residual }),
    );
    const { body } = await get('/guidance.txt');
    expect(body).toContain('OCNメール（Webメール）は、今日の午後2時22分に回復しました。');
    expect(body).toContain('お預かりしているメールは、順番にお届けしています。');
    expect(body).toContain('現在、確認している故障はありません。');
    expect(body).not.toMatch(/ご利用いただけません|パスワード/);
    expect((await get('/en/guidance.txt')).body).toContain('OCN Mail (webmail) was restored at 2:22 p.m. today.');
    expect((await json('/guidance.json')).state).toBe('recovered');
    clock.set('2014-03-06T17:59:00+09:00');
    expect((await get('/signage.txt')).body).toBe('【回復】OCNメール（Webメール）は回復しました（14:22）\n');
    clock.set('2014-03-06T18:00:00+09:00');
    expect((await get('/guidance.txt')).body).not.toContain('回復');
    expect(await json('/guidance.json')).toMatchObject({ state: 'normal', notices: [], updatedAt: null });
  });

  test('tells what works again beside the delay that is left, and calls nothing restored that is broken elsewhere', async () => {
    const { get, notices, clock } = await ready();
    const { id } = await publishNotice(notices, publisher, faultInput(broken('mail')));
    const other = await publishNotice(notices, publisher, faultInput({ title: { ja: '別の設備' } }));
    clock.set('2014-03-06T15:00:00+09:00');
    const impacts = [
      { service: 'mail', facilities: 'all', symptom: 'delayed', startedAt: '2014-03-06T14:22:00+09:00' },
    ];
    await publishReport(notices, publisher, id, nextReport({ ...recovered(id, '2014-03-06T14:22:00+09:00'), impacts }));
    expect((await get('/guidance.txt')).body).not.toContain('回復しました');
    await publishReport(notices, publisher, other.id, nextReport(recovered(other.id, '2014-03-06T14:50:00+09:00')));
    const { body } = await get('/guidance.txt');
    expect(body).toContain('今日の午後2時22分から、OCNメールの到着が遅れています。');
    expect(body).toContain('なお、OCNメールは、今日の午後2時50分に回復しました。');
    expect(body).not.toContain('確認している故障はありません');
    const clears = { phase: 'delay_recovery', recovered: [{ impact: `${id}-2`, at: '2014-03-06T15:00:00+09:00' }] };
    await publishReport(notices, publisher, id, nextReport(clears));
    expect((await get('/guidance.txt')).body).toContain('OCNメールの到着の遅れは、今日の午後3時に解消しました。');
    expect((await get('/signage.txt')).body).toContain('遅れは解消しました（15:00）');
  });

  test('mentions work while it is going on', async () => {
    const { get, notices, clock, json } = await ready();
    const planned = { from: '2014-03-06T23:00:00+09:00', to: '2014-03-07T05:00:00+09:00' };
    await publishNotice(notices, publisher, faultInput({ ...WORK, planned }, { phase: 'plan' }));
    expect((await get('/guidance.txt')).body).not.toContain('工事を行っています');
    clock.set('2014-03-06T23:00:00+09:00');
    expect((await get('/guidance.txt')).body).toContain(
      'ただいま、OCNメールの工事を行っています。明日の午前5時に終わる予定です。',
    );
    expect((await get('/signage.txt')).body).toBe('【工事】OCNメールの工事を行っています（3/7 5:00まで）\n');
    expect((await json('/guidance.json')).state).toBe('work');
    await publishNotice(notices, publisher, faultInput(broken('webmail')));
    const { body } = await get('/en/guidance.txt');
    expect(body).toContain('have not been able to use OCN Mail (webmail)');
    expect(body).toContain('Planned work is also going on, on OCN Mail, until 5 a.m. tomorrow.');
    clock.set('2014-03-07T05:00:00+09:00');
    expect((await get('/guidance.txt')).body).not.toContain('工事を行っています');
  });

  test('names the worst of many faults and counts the rest', async () => {
    const { get, notices, db } = await ready();
    const keys = Array.from({ length: 20 }, (_, n) => `s${n}`);
    const row = { name_en: null, group_name: null, retired_at: null, part_of: null };
    await db.kysely
      .insertInto('services')
      .values(keys.map((key, n) => ({ ...row, key, name_ja: `サービス${n}番`, position: 10 + n })))
      .execute();
    for (const [n, key] of keys.entries()) {
      const startedAt = `2014-03-06T07:${String(10 + n)}:00+09:00`;
      const input = broken(key, n === 19 ? 'unavailable' : 'degraded', { startedAt });
      await publishNotice(notices, publisher, faultInput({ ...input, title: { ja: `故障${n}` } }));
    }
    const { body } = await get('/guidance.txt');
    expect(body).toMatch(/午前7時29分ごろから、サービス19番が、ご利用いただけません。\n今日の午前7時10分/);
    expect(body).toContain('ほかに、17のサービスに影響が出ています。');
    expect([...body.replaceAll('\n', '')].length).toBeLessThanOrEqual(330);
    expect((await get('/en/guidance.txt')).body).toContain('17 other services are affected too.');
    expect((await get('/signage.txt')).body).toBe('【故障】サービス19番ほか19件がご利用いただけません（7:29頃から）\n');
  });
});

describe('for programs', () => {
  test('the same text comes with its state, its notices and how long it may be said', async () => {
    const { get, notices, clock, json } = await ready();
    expect(await json('/guidance.json')).toMatchObject({
      state: 'normal',
      validUntil: '2014-03-06T08:30:00+09:00',
      notices: [],
    });
    clock.set('2014-03-06T08:07:00+09:00');
    const { id } = await publishNotice(notices, publisher, faultInput());
    const answer = await get('/guidance.json');
    expect(answer.headers['access-control-allow-origin']).toBe('*');
    expect(answer.headers['content-type']).toBe('application/json; charset=utf-8');
    const told = await json('/guidance.json');
    expect(told).toMatchObject({
      state: 'fault',
      text: {
        ja: (await get('/guidance.txt')).body.trim(),
        en: (await get('/en/guidance.txt')).body.trim(),
      },
      updatedAt: '2014-03-06T08:07:00+09:00',
      validUntil: '2014-03-06T08:30:00+09:00',
      notices: [
        {
          id,
          kind: 'fault',
          state: 'ongoing',
          title: { ja: 'OCNメールがご利用いただけません' },
          url: `http://status.example/notices/${id}`,
          services: [{ key: 'mail', name: { ja: 'OCNメール', en: 'OCN Mail' } }],
        },
      ],
    });
    expect(await json('/en/guidance.json')).toEqual(told);
    clock.set('2014-03-06T08:10:00+09:00');
    expect((await json('/guidance.json')).validUntil).toBe('2014-03-06T08:40:00+09:00');
    clock.set('2014-03-06T23:55:00+09:00');
    expect((await json('/guidance.json')).validUntil, '"today" is said').toBe('2014-03-07T00:00:00+09:00');
  });

  test('a text is never promised beyond a time at which it changes by itself', async () => {
    const { notices, json } = await ready();
    await publishNotice(notices, publisher, faultInput({}, { expectedRecoveryAt: '2014-03-06T08:12:00+09:00' }));
    expect((await json('/guidance.json')).validUntil).toBe('2014-03-06T08:12:00+09:00');
  });

  test.each(['', '/en'])('SSML says what the text says (%s), whatever staff typed', async (language) => {
    const { get, notices } = await ready();
    const workaround = {
      ja: '<break time="1h"/> & "引用" ]]> は使えます',
      en: '</s></p></speak> & "quotes" ]]> &#0; <![CDATA[ work.',
    };
    await publishNotice(notices, publisher, faultInput({}, { workaround }));
    const answer = await get(`${language}/guidance.ssml`);
    expect(answer.headers['content-type']).toBe('application/ssml+xml; charset=utf-8');
    expect(answer.body).toContain(`<speak version="1.1" xmlns="http://www.w3.org/2001/10/synthesis" xml:lang="`);
    const { words, elements } = heard(answer.body);
    const text = (await get(`${language}/guidance.txt`)).body;
    // A voice is given 7:34am where plain text has 7:34 a.m.
    expect(words).toBe(text.replace(/(\d) ([ap])\.m\./g, '$1$2m'));
    expect(new Set(elements)).toEqual(new Set(['speak', 'p', 's', 'say-as', 'break', 'sub']));
    expect(elements.filter((name) => name === 'speak')).toHaveLength(1);
    if (language === '') expect(answer.body).toContain('<say-as interpret-as="characters">051</say-as>');
  });

  test('a text that did not change keeps its ETag', async () => {
    const { get, notices, clock } = await ready();
    await publishNotice(notices, publisher, faultInput());
    const { etag } = (await get('/guidance.txt')).headers;
    clock.set('2014-03-06T09:00:00+09:00');
    expect((await get('/guidance.txt')).headers.etag).toBe(etag);
  });
});

describe('the line for screens', () => {
  test('names the worst open fault', async () => {
    const { get, notices } = await ready();
    expect((await get('/signage.txt')).body).toBe('現在、確認している故障はありません\n');
    expect((await get('/en/signage.txt')).body).toBe('No fault is known at present\n');
    await publishNotice(notices, publisher, faultInput(broken('webmail', 'delayed')));
    expect((await get('/signage.txt')).body).toBe('【遅延】OCNメール（Webメール）でメールの到着が遅れています\n');
    await publishNotice(notices, publisher, faultInput({ title: { ja: '別の故障' } }));
    expect((await get('/signage.txt')).body).toBe(
      '【故障】OCNメールの一部ほか1件がご利用いただけません（7:34頃から）\n',
    );
    expect((await get('/en/signage.txt')).body).toBe('OCN Mail (part) and 1 more: unavailable\n');
    expect((await get('/signage.txt')).headers['access-control-allow-origin']).toBe('*');
  });
});
