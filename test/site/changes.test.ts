import { expect, test } from 'vitest';
import { correctReport } from '../../src/notices/correct.ts';
import { parseCorrection } from '../../src/notices/input.ts';
import { publishNotice, publishReport } from '../../src/notices/publish.ts';
import { expectValidHtml } from '../support/html.ts';
import { faultInput, nextReport, publisher } from '../support/notices.ts';
import { startSite } from '../support/site.ts';

const article = (html: string, number: number) =>
  new RegExp(`<article class="report" id="report-${number}">.*?</article>`, 's').exec(html)?.[0] ?? '';
const underlined = (html: string) => [...html.matchAll(/<ins>(.*?)<\/ins>/gs)].map((match) => match[1]);

test('the page of a notice underlines what each report says otherwise than the one before, and only that', async () => {
  const { notices, get, clock } = await startSite();
  const body = '8時現在、**原因**を調査しています。\n\n- 設備051';
  const { id } = await publishNotice(
    notices,
    publisher,
    faultInput({}, { body, workaround: 'しばらくお待ちください。' }),
  );
  clock.set('2014-03-06T09:00:00+09:00');
  await publishReport(
    notices,
    publisher,
    id,
    nextReport({
      phase: 'update',
      body: '8時現在、**原因**を調査しています。\n\n- 設備051\n- <b>設備121</b>',
      unaffected: '送信はできます。',
      expectedRecoveryAt: '2014-03-06T12:00:00+09:00',
    }),
  );
  const { body: html } = await get(`/notices/${id}`);
  await expectValidHtml(html);
  expect(underlined(article(html, 1))).toEqual([]);
  const second = article(html, 2);
  expect(second).toContain('下線は、第1報から変わったところです。');
  expect(second).toMatch(/<p>8時現在、<strong>原因<\/strong>を調査しています。<\/p>/);
  expect(underlined(second)).toEqual(['&lt;b&gt;設備121&lt;/b&gt;', '2014年3月6日(木) 12:00 JST', '送信はできます。']);
  expect(second).toMatch(/影響のないもの（新しい項目）/);
  expect(second).toMatch(/復旧の見込み（変更）/);
  const english = (await get(`/en/notices/${id}`)).body;
  expect(article(english, 2)).toContain('What has changed since report 1 is underlined.');
  expect(article(english, 2)).toMatch(/What still works \(new\)/);
});

test('a correction is shown with its reason against the text that it corrects, and that text stays whole, one click away', async () => {
  const { notices, get } = await startSite();
  const { id } = await publishNotice(
    notices,
    publisher,
    faultInput({}, { body: '設備は051です。', workaround: 'お待ちください。' }),
  );
  const correction = parseCorrection({ reason: '設備の誤り', body: '設備は062です。', workaround: null });
  await correctReport(notices, publisher, id, 1, correction);
  await correctReport(
    notices,
    publisher,
    id,
    1,
    parseCorrection({ reason: '時刻の追加', body: '8時現在、設備は062です。' }),
  );
  const page = (await get(`/notices/${id}`)).body;
  await expectValidHtml(page);
  const html = article(page, 1);
  expect(html).toContain('第1報改');
  expect(html).toContain('時刻の追加');
  expect(html).toContain('下線は、第1報改から変わったところです。');
  const [now = '', ...before] = html.split('<summary>訂正前の文');
  expect(underlined(now)).toEqual(['8時現在、']);
  expect(before).toHaveLength(2);
  expect(before[0]).toMatch(/設備は<ins>062<\/ins>です。/);
  expect(before[1]).toContain('設備は051です。');
  expect(before[1]).toContain('お待ちください。');
  expect(before[0]).not.toContain('お待ちください。');
});
