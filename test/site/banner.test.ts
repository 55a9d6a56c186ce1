import { describe, expect, test } from 'vitest';
import { correctReport } from '../../src/notices/correct.ts';
import { publishNotice, publishReport } from '../../src/notices/publish.ts';
import { HOUR, MINUTE } from '../../src/time.ts';
import { expectValidHtml } from '../support/html.ts';
import { faultInput, nextReport, publisher } from '../support/notices.ts';
import { startSite } from '../support/site.ts';

async function ready() {
  const site = await startSite();
  const { get } = site;
  const states = async () => {
    const { state, notices: shown } = (await get('/banner.json')).json<Banner>();
    return [state, ...shown.map((one) => one.label.ja)];
  };
  return { ...site, states };
}

interface Banner {
  state: string;
  updatedAt: string | null;
  notices: { label: { ja: string } }[];
}

const NOTHING = { state: 'none', updatedAt: null, notices: [] };

describe('the banner for other sites', () => {
  test('lists what is prominent with its state, time, title and address, and nothing else', async () => {
    const { notices, get } = await ready();
    await publishNotice(notices, publisher, faultInput());
    expect((await get('/banner.json')).json()).toEqual(NOTHING);
    const { id } = await publishNotice(notices, publisher, faultInput({ prominent: true }));
    const answer = await get('/banner.json');
    const one = {
      id,
      label: { ja: '発生中', en: 'Ongoing' },
      state: 'ongoing',
      time: '2014-03-06T08:00:00+09:00',
      stamp: '【発生中】[2014年3月6日(木) 8:00 JST]',
      title: { ja: 'OCNメールがご利用いただけません', en: 'OCN Mail is unavailable' },
      url: `http://status.example/notices/${id}`,
    };
    expect(answer.json()).toEqual({ state: 'fault', updatedAt: '2014-03-06T08:00:00+09:00', notices: [one] });
    expect(answer.headers).toMatchObject({
      'content-type': 'application/json; charset=utf-8',
      'access-control-allow-origin': '*',
      'cross-origin-resource-policy': 'cross-origin',
    });
    const english = {
      ...one,
      stamp: '[Ongoing] [08:00 JST, Thu 6 Mar 2014]',
      url: `http://status.example/en/notices/${id}`,
    };
    expect((await get('/en/banner.json')).json()).toMatchObject({ notices: [english] });
  });

  test('tells a recovery for a day from when it was told, and is not brought back by a final report or a correction', async () => {
    const { notices, states, clock } = await ready();
    const { id } = await publishNotice(notices, publisher, faultInput({ prominent: true }));
    const report = (input: Record<string, unknown>) => publishReport(notices, publisher, id, nextReport(input));
    clock.set('2014-03-06T18:00:00+09:00');
    const at = '2014-03-06T14:22:00+09:00';
    await report({ phase: 'recovery', recovered: [{ impact: `${id}-1`, at }] });
    expect(await states()).toEqual(['recovered', '回復']);
    clock.advance(24 * HOUR - MINUTE);
    expect(await states()).toEqual(['recovered', '回復']);
    clock.advance(MINUTE);
    expect(await states()).toEqual(['none']);
    await correctReport(notices, publisher, id, 2, { reason: { ja: '誤字' }, body: { ja: '直しました。' } });
    expect(await states()).toEqual(['none']);
    const measures = [{ field: 'hardware', status: 'done', text: { ja: '二重にしました。' } }];
    await report({ phase: 'final', cause: { state: 'confirmed' }, causes: [{ text: { ja: '装置の故障' } }], measures });
    expect(await states()).toEqual(['none']);
    const impacts = [
      { service: 'mail', facilities: ['051'], symptom: 'delayed', startedAt: '2014-03-07T19:00:00+09:00' },
    ];
    clock.set('2014-03-07T19:05:00+09:00');
    await report({ phase: 'update', impacts, reopenReason: { ja: '再発したため' } });
    expect(await states(), 'it fails again').toEqual(['delay', '遅延中']);
  });

  test('shows prominent work from its announcement to a day after its end, by its times alone', async () => {
    const { notices, states, clock } = await ready();
    const planned = { from: '2014-03-10T02:00:00+09:00', to: '2014-03-10T05:00:00+09:00' };
    const impacts = [{ service: 'mail', facilities: ['141'], symptom: 'unavailable' }];
    const work = { kind: 'work', prominent: true, planned, impacts, occurredAt: undefined };
    await publishNotice(notices, publisher, faultInput(work, { phase: 'plan' }));
    const seen = [await states()];
    for (const time of ['2014-03-10T03:00', '2014-03-10T05:00', '2014-03-11T04:59', '2014-03-11T05:00']) {
      clock.set(`${time}:00+09:00`);
      seen.push(await states());
    }
    expect(seen).toEqual([
      ['planned', '予定'],
      ['work', '工事中'],
      ['recovered', '完了'],
      ['recovered', '完了'],
      ['none'],
    ]);
  });

  test('in a frame is one line for each notice that leads the whole window there, and empty while there is nothing', async () => {
    const { notices, get } = await ready();
    const quiet = await get('/banner.html');
    expect(quiet.body).toMatch(/<body>\s*<\/body>/);
    await expectValidHtml(quiet.body);
    const title = { ja: '<script>alert(1)</script> & "故障"' };
    const { id } = await publishNotice(notices, publisher, faultInput({ prominent: true, title }));
    const framed = await get('/en/banner.html');
    await expectValidHtml(framed.body);
    expect(framed.body).toContain(
      `<a href="http://status.example/en/notices/${id}" target="_top">[Ongoing] [08:00 JST, Thu 6 Mar 2014] <span lang="ja">&lt;script&gt;alert(1)&lt;/script&gt; &amp; &quot;故障&quot;</span></a>`,
    );
    expect(framed.headers['content-security-policy']).toContain('frame-ancestors *');
    expect(framed.headers).not.toHaveProperty('x-frame-options');
  });

  test('keeps its bytes while what it shows stays as it is', async () => {
    const { notices, get, clock } = await ready();
    await publishNotice(notices, publisher, faultInput({ prominent: true }));
    const before = (await get('/banner.html')).headers.etag;
    clock.advance(HOUR);
    await publishNotice(notices, publisher, faultInput({ title: { ja: '別の故障' } }));
    expect((await get('/banner.html')).headers.etag).toBe(before);
  });
});
