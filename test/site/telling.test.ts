import { describe, expect, test } from 'vitest';
import { correctReport } from '../../src/notices/correct.ts';
import { publishNotice, publishReport } from '../../src/notices/publish.ts';
import { startApp } from '../support/app.ts';
import { expectValidHtml } from '../support/html.ts';
import { faultInput, nextReport, publisher, smallCatalogue } from '../support/notices.ts';

async function ready() {
  const shirase = await startApp();
  await smallCatalogue(shirase.db);
  const notices = { ...shirase.ground, announce: () => {} };
  const read = async (url: string) => {
    await shirase.app.edition.refresh();
    const { body } = await shirase.app.inject({ url });
    await expectValidHtml(body);
    return body;
  };
  return { ...shirase, notices, read };
}

const hardToUse = (symptom: string) => ({
  impacts: [{ service: 'webmail', facilities: 'all', symptom, startedAt: '2014-03-06T07:34:00+09:00' }],
});

describe('the first sentence', () => {
  test.each([
    ['unavailable', 'ご利用いただけないサービスがあります'],
    ['degraded', 'ご利用しづらいサービスがあります'],
    ['login', 'ご利用しづらいサービスがあります'],
    ['delayed', '到着が遅れているメールがあります'],
  ])('of a fault that makes webmail %s claims no more than that, and names the service', async (symptom, sentence) => {
    const { notices, read } = await ready();
    await publishNotice(notices, publisher, faultInput(hardToUse(symptom)));
    const body = await read('/');
    expect(/<h1[^>]*>([^<]*)<\/h1>/.exec(body)?.[1]).toBe(sentence);
    expect(body).toMatch(/対象のサービス：<strong>OCNメール（Webメール）<\/strong>/);
  });

  test('of a notice says whether it is over, whatever its title says', async () => {
    const { notices, read, clock } = await ready();
    const { id } = await publishNotice(notices, publisher, faultInput());
    expect(await read(`/notices/${id}`)).toContain('この故障は、まだ続いています');
    clock.set('2014-03-06T15:00:00+09:00');
    const recovered = [{ impact: `${id}-1`, at: '2014-03-06T14:22:00+09:00' }];
    await publishReport(notices, publisher, id, nextReport({ phase: 'recovery', recovered }));
    const over = await read(`/notices/${id}`);
    expect(over).toContain('この故障は回復しました');
    expect(over).not.toContain('パスワードは間違っていません');
    expect(await read(`/en/notices/${id}`)).toContain('This fault is repaired');
  });
});

describe('a promised time', () => {
  test('that has passed is not left standing without a word', async () => {
    const { notices, read, clock } = await ready();
    const promised = { expectedRecoveryAt: '2014-03-06T10:00:00+09:00', nextUpdateAt: '2014-03-06T09:00:00+09:00' };
    const { id } = await publishNotice(notices, publisher, faultInput({}, promised));
    for (const url of ['/', `/notices/${id}`]) expect(await read(url)).not.toMatch(/時刻を過ぎました/);
    clock.set('2014-03-06T09:00:00+09:00');
    for (const url of ['/', `/notices/${id}`]) {
      const body = await read(url);
      expect(body).toContain('予定の時刻を過ぎました。お待たせして申し訳ございません。');
      expect(body).not.toContain('新しい見込みは、わかり次第');
    }
    clock.set('2014-03-06T10:00:00+09:00');
    for (const url of ['/', `/en/notices/${id}`])
      expect(await read(url)).toMatch(/新しい見込みは、わかり次第|We will tell a new one/);
  });

  test('of a notice that is over is gone', async () => {
    const { notices, read, clock } = await ready();
    const { id } = await publishNotice(notices, publisher, faultInput());
    clock.set('2014-03-06T15:00:00+09:00');
    const recovered = [{ impact: `${id}-1`, at: '2014-03-06T14:22:00+09:00' }];
    const nextUpdateAt = '2014-03-07T09:00:00+09:00';
    await publishReport(notices, publisher, id, nextReport({ phase: 'recovery', recovered, nextUpdateAt }));
    // Below, each report keeps what it said.
    const standing = async () => (await read(`/notices/${id}`)).split('id="reports"')[0];
    expect(await standing()).toContain('2014年3月7日(金) 9:00 JST');
    clock.set('2014-03-07T09:00:00+09:00');
    expect(await standing()).not.toContain('2014年3月7日(金) 9:00 JST');
  });

  test('"the last for today" names the day, so that it is true tomorrow', async () => {
    const { notices, read, clock } = await ready();
    const { id } = await publishNotice(notices, publisher, faultInput({}, { lastToday: true }));
    clock.set('2014-03-07T08:00:00+09:00');
    expect(await read(`/notices/${id}`)).toContain('2014年3月6日(木)のお知らせは、これが最後です');
  });
});

describe('the state of a service', () => {
  test('says where only part of its equipment is broken', async () => {
    const { notices, read } = await ready();
    const impact = { service: 'mail', symptom: 'unavailable', startedAt: '2014-03-06T07:34:00+09:00' };
    await publishNotice(notices, publisher, faultInput({ impacts: [{ ...impact, facilities: ['051'] }] }));
    expect(await read('/')).toMatch(/OCNメール<\/a> <span class="badge fault">一部で故障発生中/);
    await publishNotice(notices, publisher, faultInput({ impacts: [{ ...impact, facilities: 'all' }] }));
    expect(await read('/')).toMatch(/OCNメール<\/a> <span class="badge fault">故障発生中/);
  });

  test('does not speak of passwords where mail is only late', async () => {
    const { notices, read, clock } = await ready();
    const { id } = await publishNotice(notices, publisher, faultInput());
    expect(await read('/')).toContain('パスワードは間違っていません');
    clock.set('2014-03-06T15:00:00+09:00');
    const recovered = [{ impact: `${id}-1`, at: '2014-03-06T14:22:00+09:00' }];
    const impacts = [
      { service: 'mail', facilities: ['051'], symptom: 'delayed', startedAt: '2014-03-06T14:22:00+09:00' },
    ];
    await publishReport(notices, publisher, id, nextReport({ phase: 'recovery', recovered, impacts }));
    const body = await read('/');
    expect(body).toContain('到着が遅れているメールがあります');
    expect(body).not.toContain('パスワードは間違っていません');
  });
});

describe('what is over', () => {
  test('within one day names the day once', async () => {
    const { notices, read, clock } = await ready();
    const { id } = await publishNotice(notices, publisher, faultInput());
    clock.set('2014-03-06T15:00:00+09:00');
    const recovered = [{ impact: `${id}-1`, at: '2014-03-06T14:22:00+09:00' }];
    await publishReport(notices, publisher, id, nextReport({ phase: 'recovery', recovered }));
    const words = (html: string) => html.replace(/<[^>]*>/g, '').replace(/\s+/g, ' ');
    expect(words(await read('/'))).toContain('2014年3月6日(木) 7:34頃 から 14:22 JST まで');
    expect(words(await read(`/en/notices/${id}`))).toContain('about 07:34 to 14:22 JST, Thu 6 Mar 2014');
  });

  test('stays on the front page for a week, a cancelled work too', async () => {
    const { notices, read, clock } = await ready();
    const planned = { from: '2014-03-10T02:00:00+09:00', to: '2014-03-10T05:00:00+09:00' };
    const impacts = [{ service: 'mail', facilities: ['141'], symptom: 'unavailable' }];
    const work = { kind: 'work', planned, impacts, occurredAt: undefined };
    const { id } = await publishNotice(notices, publisher, faultInput(work, { phase: 'plan' }));
    clock.set('2014-03-07T08:00:00+09:00');
    await publishReport(notices, publisher, id, nextReport({ phase: 'cancel' }));
    clock.set('2014-03-14T07:59:00+09:00');
    expect(await read('/')).toContain('中止');
    clock.set('2014-03-14T08:00:00+09:00');
    expect(await read('/')).not.toContain('中止');
  });

  test('keeps the time at which a corrected report was first published', async () => {
    const { notices, read, clock } = await ready();
    const { id } = await publishNotice(notices, publisher, faultInput());
    clock.set('2014-03-07T09:30:00+09:00');
    await correctReport(notices, publisher, id, 1, { reason: { ja: '時刻の誤り' }, body: { ja: '直した本文' } });
    const report = /<article class="report"[\s\S]*?<\/article>/.exec(await read(`/notices/${id}`))?.[0];
    expect(report).toMatch(/2014年3月6日\(木\) 8:00 JST[\s\S]*訂正[\s\S]*2014年3月7日\(金\) 9:30 JST/);
  });
});
