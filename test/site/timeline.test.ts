import { expect, test } from 'vitest';
import { publishNotice, publishReport } from '../../src/notices/publish.ts';
import { HOUR } from '../../src/time.ts';
import { textOf } from '../support/console.ts';
import { expectValidHtml } from '../support/html.ts';
import { faultInput, nextReport, publisher } from '../support/notices.ts';
import { startSite } from '../support/site.ts';

test('a fault is drawn with each impact, each report and the 30-minute target, and the same stands in a table', async () => {
  const { get, notices, clock, app } = await startSite();
  const impact = { service: 'mail', symptom: 'unavailable', startedAt: '2014-03-06T07:34:00+09:00', approximate: true };
  const impacts = [
    { ...impact, facilities: ['051'] },
    { ...impact, facilities: ['141'], symptom: 'degraded', approximate: false },
  ];
  const { id } = await publishNotice(notices, publisher, faultInput({ prominent: true, impacts }));
  clock.set('2014-03-06T10:00:00+09:00');
  const recovered = [{ impact: `${id}-1`, at: '2014-03-06T09:40:00+09:00' }];
  await publishReport(notices, publisher, id, nextReport({ phase: 'partial_recovery', recovered }));
  const page = await get(`/notices/${id}`);
  const drawing = /<svg class="timeline"[\s\S]*?<\/figure>/.exec(page.body)?.[0] ?? '';
  expect(drawing).toContain('role="img"');
  expect(drawing).toContain('<title id="course-title">経過の図：OCNメールがご利用いただけません</title>');
  // Two impacts and the target with what it really took; the open one has an arrow, the approximate one a torn edge.
  expect(drawing.match(/<rect class="stretch/g)).toHaveLength(4);
  expect(drawing).toContain('fill="url(#hatch)"');
  expect(drawing.match(/class="edge/g)).toHaveLength(2);
  const rows = [...page.body.matchAll(/<tr><td><time datetime="([^"]+)">[^<]*<\/time><\/td><td>(.*?)<\/td>/g)];
  expect(rows.map(([, time, what]) => [time, what?.replace(/<[^>]+>/g, '')])).toEqual(
    expect.arrayContaining([
      ['2014-03-06T07:34:00+09:00', '影響の始まり'],
      ['2014-03-06T08:00:00+09:00', '第1報'],
      ['2014-03-06T08:04:00+09:00', '初報の目標'],
      ['2014-03-06T09:40:00+09:00', '回復'],
      ['2014-03-06T10:00:00+09:00', '第2報'],
    ]),
  );
  await expectValidHtml(page.body);
  const english = await get(`/en/notices/${id}`);
  expect(english.body).toContain('Time line: OCN Mail is unavailable');
  await expectValidHtml(english.body);
  // It ends with the last report, not with the present: an open page is not another each minute.
  const printed = app.edition.page(`/notices/${id}`);
  clock.advance(2 * HOUR);
  await get('/');
  expect(app.edition.page(`/notices/${id}`)).toBe(printed);
});

test('work is drawn as planned and as it really was', async () => {
  const { get, notices, clock } = await startSite();
  const planned = { from: '2014-03-06T10:00:00+09:00', to: '2014-03-06T12:00:00+09:00' };
  const impacts = [{ service: 'mail', facilities: ['141'], symptom: 'unavailable' }];
  const input = faultInput({ kind: 'work', planned, impacts, occurredAt: undefined }, { phase: 'plan' });
  const { id } = await publishNotice(notices, publisher, input);
  clock.set('2014-03-06T10:20:00+09:00');
  await publishReport(notices, publisher, id, nextReport({ phase: 'start' }));
  clock.set('2014-03-06T11:30:00+09:00');
  await publishReport(notices, publisher, id, nextReport({ phase: 'complete' }));
  const page = await get(`/notices/${id}`);
  const text = textOf(page);
  for (const words of ['予定の開始', '予定の終了', '実際の開始', '実際の終了']) expect(text).toContain(words);
  expect(page.body.match(/<rect class="stretch/g)).toHaveLength(2);
  await expectValidHtml(page.body);
});
