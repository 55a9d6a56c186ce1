import { expect, test } from 'vitest';
import type { Notice } from '../../src/notices/notice.ts';
import type { Picture, Report } from '../../src/notices/report.ts';
import { letterFor } from '../../src/notices/wording/letters.ts';

const at = (time: string) => Date.parse(`2014-03-06T${time}:00+09:00`);
const impact = {
  id: '20140306-1-1',
  service: 'mail',
  facilities: ['051'],
  area: null,
  symptom: 'unavailable' as const,
  startedAt: at('07:34'),
  approximate: true,
  recoveredAt: null,
  addedByReport: 1,
};
const title = { ja: 'OCNメールがご利用いただけません', en: 'OCN Mail is unavailable' };

function report(number: number, body: string, picture: Partial<Picture>, more: Partial<Report> = {}): Report {
  return {
    number,
    revision: 0,
    phase: number === 1 ? 'first' : 'update',
    tellsRecovery: false,
    publishedAt: at(`${String(7 + number).padStart(2, '0')}:00`),
    body: { ja: body },
    picture: { title, impacts: [impact], ...picture },
    mail: true,
    backfilled: false,
    reason: null,
    ...more,
  };
}

const reports = [
  report(1, '8時現在、原因を調査しています。', {
    workaround: { ja: 'しばらくお待ちください。' },
    cause: { state: 'investigating' },
  }),
  report(2, '9時現在、原因を調査しています。', {
    cause: { state: 'investigating' },
    unaffected: { ja: '送信はできます。' },
  }),
  report(3, '9時現在、機器を交換しています。', {
    cause: { state: 'presumed', text: { ja: '機器の故障' } },
    unaffected: { ja: '送信はできます。' },
  }),
];
const notice: Notice = {
  id: '20140306-1',
  kind: 'fault',
  title,
  rootId: '20140306-1',
  occurredAt: at('07:34'),
  occurredApproximate: true,
  recognisedAt: null,
  seriousAt: null,
  planned: null,
  actualFrom: null,
  actualTo: null,
  firstPublishedAt: at('08:00'),
  updatedAt: at('10:00'),
  version: 3,
  impacts: [impact],
  reports,
};
const letter = (number: number, since: Report | null, language: 'ja' | 'en' = 'ja') =>
  letterFor(
    {
      notice,
      report: reports[number - 1] as Report,
      since,
      names: {
        services: new Map([['mail', { ja: 'OCNメール', en: 'OCN Mail', partOf: null }]]),
        facilities: new Map(),
      },
      desks: [],
      operator: { name: { ja: 'OCN', en: 'OCN' }, timeZone: 'Asia/Tokyo' },
      url: { ja: 'https://status.example/notices/20140306-1', en: 'https://status.example/en/notices/20140306-1' },
    },
    language,
  );

test('a first letter marks nothing', () => {
  const { text, html } = letter(1, null);
  expect(text).not.toMatch(/《|変更あり|新しい項目/);
  expect(html).not.toContain('<ins');
});

test('a letter shows what changed since the report before: underlined, between marks, and in words', () => {
  const { text, html } = letter(2, reports[0] as Report);
  expect(text).toContain('《 》で囲んだところが、前回このアドレスにお送りした第1報からの変更点です。');
  expect(text).toContain('《9》時現在、原因を調査しています。');
  expect(text).toContain('■ 影響のないもの（新しい項目）\n《送信はできます。》');
  expect(text).toContain('■ 第1報にあり、この報にはない項目\n今ご利用いただける方法');
  expect(text).toContain('■ 原因\n調査中です');
  expect(html).toContain('下線のところが、前回このアドレスにお送りした第1報からの変更点です。');
  expect(html).toMatch(/<ins style="[^"]*underline[^"]*">9<\/ins>時現在/);
  expect(html).toContain('影響のないもの（新しい項目）');
});

test('who has had another report last reads what is news since that one', () => {
  const { text } = letter(3, reports[0] as Report);
  expect(text).toContain('《 》で囲んだところが、前回このアドレスにお送りした第1報からの変更点です。');
  expect(text).toContain('■ 影響のないもの（新しい項目）');
  expect(letter(3, reports[1] as Report).text).toContain('■ 影響のないもの\n送信はできます。');
});

test('a correction is told against the revision that it corrects, in English too', () => {
  const wrong = report(2, '8時現在、原因を調査しています。', { cause: { state: 'investigating' } }, { revision: 1 });
  const { text, html } = letter(2, wrong, 'en');
  expect(text).toContain(
    'What has changed since the last mail to this address, report 2, corrected, stands between 《 》.',
  );
  expect(text).toContain('■ What still works (new)');
  expect(html).toContain('What has changed since the last mail to this address, report 2, corrected, is underlined.');
});
