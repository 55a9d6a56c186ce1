import { describe, expect, test } from 'vitest';
import { publishNotice, publishReport } from '../../src/notices/publish.ts';
import { startApp } from '../support/app.ts';
import { textOf } from '../support/console.ts';
import { expectValidHtml } from '../support/html.ts';
import { faultInput, nextReport, publisher, smallCatalogue } from '../support/notices.ts';
import { staffAt } from '../support/people.ts';

async function ready() {
  const shirase = await startApp();
  await smallCatalogue(shirase.db);
  const notices = { ...shirase.ground, announce: () => {} };
  const author = await staffAt(shirase, 'author');
  /** The texts of a notice's page by their ids. */
  const texts = async (id: string) => {
    const answer = await author.get(`/console/notices/${id}/texts`);
    await expectValidHtml(answer.body);
    return Object.fromEntries(
      [...answer.body.matchAll(/<textarea id="([^"]+)"[^>]*>([^<]*)<\/textarea>/g)].map(([, key = '', text = '']) => [
        key,
        text.replaceAll('&amp;', '&').replaceAll('&lt;', '<').replaceAll('&quot;', '"'),
      ]),
    );
  };
  return { ...shirase, notices, author, texts };
}

const recovered = (id: string, at: string) => ({ recovered: [{ impact: `${id}-1`, at }] });

describe('the texts of a notice for other channels', () => {
  test('are found from its page in the console, each with its label, and need no script', async () => {
    const { notices, author, texts } = await ready();
    const { id } = await publishNotice(notices, publisher, faultInput());
    const notice = await author.get(`/console/notices/${id}`);
    expect(notice.body).toContain(`<a href="/console/notices/${id}/texts">広報用の文面</a>`);
    const answer = await author.get(`/console/notices/${id}/texts`);
    for (const link of [`/notices/${id}/press`, `/notices/${id}/press.pdf`, `/en/notices/${id}/press.pdf`]) {
      expect(answer.body).toContain(`href="${link}"`);
    }
    expect(Object.keys(await texts(id))).toEqual(
      ['post', 'banner', 'guidance', 'signage'].flatMap((kind) => [`${kind}-ja`, `${kind}-en`]),
    );
    expect(answer.body.match(/<textarea[^>]* readonly/g)).toHaveLength(8);
    expect(answer.body).not.toContain('<button type="button"');
    expect(textOf(await author.get(`/en/console/notices/${id}/texts`))).toContain('Social post (Japanese)');
  });

  test('give the telephone’s text, the screens’ line and the banner’s as they are out now', async () => {
    const { app, notices, texts } = await ready();
    const { id } = await publishNotice(notices, publisher, faultInput());
    const told = await texts(id);
    for (const kind of ['guidance', 'signage']) {
      expect(told[`${kind}-ja`]).toBe((await app.inject({ url: `/${kind}.txt` })).body.trim());
      expect(told[`${kind}-en`]).toBe((await app.inject({ url: `/en/${kind}.txt` })).body.trim());
    }
    expect(told['guidance-ja']).toContain('OCNメールの一部が、ご利用いただけません。');
    expect(told['banner-ja']).toBe(
      `【発生中】[2014年3月6日(木) 8:00 JST] OCNメールがご利用いただけません http://status.example/notices/${id}`,
    );
    expect(told['banner-en']).toBe(
      `[Ongoing] [08:00 JST, Thu 6 Mar 2014] OCN Mail is unavailable http://status.example/en/notices/${id}`,
    );
  });

  test('are for nobody before it is out, and of nothing that does not exist', async () => {
    const { author, texts } = await ready();
    const draft = await author.submit('/console/notices/new', '/console/notices', {
      kind: 'fault',
      'title.ja': '下書きの故障',
      action: 'draft',
    });
    const id = /notices\/([\d-]+)\/edit/.exec(String(draft.headers.location))?.[1] ?? '';
    expect(await texts(id)).toEqual({});
    expect(textOf(await author.get(`/console/notices/${id}/texts`))).toContain('まだ公開していません');
    expect((await author.get('/console/notices/20990101-1/texts')).statusCode).toBe(404);
  });
});

describe('the social post', () => {
  test('follows a fault from its first report to the final one', async () => {
    const { notices, texts, clock } = await ready();
    const url = 'http://status.example/notices/20140306-1';
    const promised = { expectedRecoveryAt: '2014-03-06T12:00:00+09:00', nextUpdateAt: '2014-03-06T09:00:00+09:00' };
    const impact = { facilities: 'all', symptom: 'unavailable', startedAt: '2014-03-06T07:34:00+09:00' };
    const impacts = ['mail', 'webmail'].map((service) => ({ ...impact, service }));
    const { id } = await publishNotice(notices, publisher, faultInput({ impacts }, promised));
    const first = await texts(id);
    expect(first['post-ja']).toBe(
      '【故障のお知らせ】3月6日 7:34頃から、OCNメール、OCNメール（Webメール）がご利用いただけません。' +
        'パスワードの変更は必要ありません。ご迷惑をおかけし、申し訳ございません。回復の見込み：3月6日 12:00頃。' +
        `次のお知らせ：3月6日 9:00。\n${url}`,
    );
    expect(first['post-en']).toBe(
      '[Fault] OCN Mail and OCN Mail (webmail): not available since about 07:34 JST on 6 Mar. ' +
        'You need not change your password. We are sorry for the trouble. ' +
        'Expected recovery: about 12:00 JST on 6 Mar. Next update: 09:00 JST on 6 Mar.\n' +
        'http://status.example/en/notices/20140306-1',
    );
    await publishReport(notices, publisher, id, nextReport({ phase: 'update', expectedRecoveryAt: null }));
    expect((await texts(id))['post-ja']).toMatch(/^【故障の続報】.*回復の見込み：確認中。\n/);
    clock.set('2014-03-06T15:00:00+09:00');
    const partly = nextReport({ phase: 'partial_recovery', ...recovered(id, '2014-03-06T14:22:00+09:00') });
    await publishReport(notices, publisher, id, partly);
    expect((await texts(id))['post-ja']).toMatch(
      /^【一部回復】3月6日 7:34頃から、OCNメール（Webメール）がご利用いただけません。OCNメールは回復しました。/,
    );
    const late = [{ service: 'mail', facilities: 'all', symptom: 'delayed', startedAt: '2014-03-06T14:30:00+09:00' }];
    const recovery = { recovered: [{ impact: `${id}-2`, at: '2014-03-06T14:40:00+09:00' }], impacts: late };
    await publishReport(notices, publisher, id, nextReport({ phase: 'recovery', ...recovery }));
    const restored = (await texts(id))['post-ja'];
    expect(restored).toMatch(
      /^【回復】OCNメール、OCNメール（Webメール）は、3月6日 14:40に回復しました。.*まだ続いています。\n/,
    );
    expect(restored).not.toContain('パスワード');
    const cleared = { phase: 'delay_recovery', recovered: [{ impact: `${id}-3`, at: '2014-03-06T15:00:00+09:00' }] };
    await publishReport(notices, publisher, id, nextReport(cleared));
    expect((await texts(id))['post-ja']).toMatch(/^【遅延の解消】OCNメールの遅れは、3月6日 15:00に解消しました。/);
    const measures = [{ field: 'hardware', status: 'done', text: { ja: '二重にしました。' } }];
    const causes = [{ text: { ja: '装置の故障' } }];
    await publishReport(
      notices,
      publisher,
      id,
      nextReport({ phase: 'final', cause: { state: 'confirmed' }, causes, measures }),
    );
    expect((await texts(id))['post-ja']).toMatch(
      /^【最終報告】3月6日 7:34頃に発生した.*の故障について、原因と再発防止策をご報告します。/,
    );
  });

  test('of a recovery says when, and asks for pardon', async () => {
    const { notices, texts, clock } = await ready();
    const { id } = await publishNotice(notices, publisher, faultInput());
    clock.set('2014-03-06T15:00:00+09:00');
    const recovery = nextReport({ phase: 'recovery', ...recovered(id, '2014-03-06T14:22:00+09:00') });
    await publishReport(notices, publisher, id, recovery);
    expect((await texts(id))['post-ja']).toBe(
      '【回復】OCNメールは、3月6日 14:22に回復しました。ご迷惑をおかけし、申し訳ございませんでした。\n' +
        `http://status.example/notices/${id}`,
    );
  });

  test('of a work says from when until when, and that it begins, is over or is cancelled', async () => {
    const { notices, texts } = await ready();
    const planned = { from: '2014-03-10T02:00:00+09:00', to: '2014-03-10T05:00:00+09:00' };
    const impacts = [{ service: 'mail', facilities: ['141'], symptom: 'unavailable' }];
    const work = { kind: 'work', planned, impacts, occurredAt: undefined };
    const { id } = await publishNotice(notices, publisher, faultInput(work, { phase: 'plan' }));
    expect((await texts(id))['post-ja']).toMatch(
      /^【工事のお知らせ】3月10日 2:00から3月10日 5:00まで、OCNメールの工事を行います。/,
    );
    expect((await texts(id))['post-en']).toMatch(/^\[Planned work\] Work on OCN Mail from 02:00 JST on 10 Mar until/);
    await publishReport(notices, publisher, id, nextReport({ phase: 'cancel' }));
    expect((await texts(id))['post-ja']).toMatch(
      /^【工事中止】3月10日 2:00から予定していたOCNメールの工事は、中止しました。/,
    );
  });
});
