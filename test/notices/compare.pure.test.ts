import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { changesSince, type Passage } from '../../src/notices/changes.ts';
import { compareTexts, type Run } from '../../src/notices/compare.ts';
import { markedHtml, markedText, marksFor } from '../../src/notices/wording/marked.ts';

const joined = (runs: Run[], other: Run['kind']) =>
  runs
    .filter(({ kind }) => kind === 'kept' || kind === other)
    .map(({ text }) => text)
    .join('');
const show = (before: string, after: string) =>
  compareTexts(before, after, 'ja')
    .map(({ kind, text }) => ({ kept: text, added: `+${text}+`, removed: `-${text}-` })[kind])
    .join('');

/** Texts as staff write them: words, times, stops and lines from one bag, so that much is the same and much is not. */
const WORDS = [
  'メール',
  'の',
  '送受信',
  'が',
  'ご利用',
  'いただけません',
  '。',
  '\n',
  '19時',
  '32分',
  '051',
  '𠮷野',
  '、',
  'mail ',
  '. ',
  'か\u3099',
  '👩‍🔧',
];
const text = fc.array(fc.constantFrom(...WORDS), { maxLength: 120 }).map((words) => words.join(''));

describe('a comparison of two texts', () => {
  test('loses nothing: kept and added are the new text, kept and removed the old one', () => {
    fc.assert(
      fc.property(
        fc.oneof(text, fc.string({ unit: 'grapheme' })),
        fc.oneof(text, fc.string({ unit: 'grapheme' })),
        fc.constantFrom('ja', 'en'),
        (before, after, language) => {
          const runs = compareTexts(before, after, language);
          expect(joined(runs, 'added')).toBe(after);
          expect(joined(runs, 'removed')).toBe(before);
          expect(runs.every((run, index) => run.text !== '' && run.kind !== runs[index + 1]?.kind)).toBe(true);
        },
      ),
      { numRuns: 200 },
    );
  });

  test('of a text with itself shows no change, and no character is cut in two', () => {
    fc.assert(
      fc.property(text, text, (before, after) => {
        expect(compareTexts(before, before, 'ja').some(({ kind }) => kind !== 'kept')).toBe(false);
        for (const run of compareTexts(before, after, 'ja')) expect(run.text).not.toMatch(/\p{Surrogate}/u);
      }),
    );
  });

  test('loses nothing of long texts either, whose words are not searched one by one', () => {
    const long = fc
      .array(fc.constantFrom(...WORDS), { minLength: 2500, maxLength: 4000 })
      .map((words) => words.join(''));
    fc.assert(
      fc.property(long, long, (before, after) => {
        const runs = compareTexts(before, after, 'ja');
        expect(joined(runs, 'added')).toBe(after);
        expect(joined(runs, 'removed')).toBe(before);
      }),
      { numRuns: 5 },
    );
  });

  test.each([
    [
      '3月6日の19時32分に回復しました。',
      '3月6日の20時05分に回復しました。',
      '3月6日の-19時32-+20時05+分に回復しました。',
    ],
    ['送受信できません。', '送受信できません。原因は機器の故障です。', '送受信できません。+原因は機器の故障です。+'],
    ['原因は確認中です。\n復旧は未定です。', '復旧は未定です。', '-原因は確認中です。\n-復旧は未定です。'],
    ['確認中です', '3月6日(木) 12時00分 JST', '-確認中です-+3月6日(木) 12時00分 JST+'],
    ['対象は051です。', '対象は051です。', '対象は051です。'],
    ['', '新しい文です。', '+新しい文です。+'],
  ])('%s → %s', (before, after, shown) => {
    expect(show(before, after)).toBe(shown);
  });
});

describe('the passages of a report', () => {
  const passage = (key: string, said: string): Passage => ({ key, label: key, text: said });

  test('are the same, changed, new or withdrawn since any earlier report', () => {
    const changes = changesSince(
      [
        passage('body', '復旧作業中です。'),
        passage('workaround', '再起動してください。'),
        passage('cause', '調査中です'),
      ],
      [
        passage('body', '復旧作業中です。'),
        passage('cause', '機器の故障です'),
        passage('unaffected', '送信はできます。'),
      ],
      'ja',
    );
    expect(changes.map(({ key, change }) => [key, change])).toEqual([
      ['body', 'same'],
      ['cause', 'changed'],
      ['unaffected', 'new'],
      ['workaround', 'withdrawn'],
    ]);
  });

  test('are marked by signs that they do not use themselves, each line on its own', () => {
    const runs: Run[] = [
      { kind: 'kept', text: '次のとおりです。\n' },
      { kind: 'removed', text: '- 051\n' },
      { kind: 'added', text: '- 062\n\n- 121\n' },
    ];
    expect(markedText(runs, marksFor('次のとおり'))).toBe('次のとおりです。\n《- 062》\n\n《- 121》\n');
    expect(markedText(runs, marksFor('《重要》'))).toBe('次のとおりです。\n〔- 062〕\n\n〔- 121〕\n');
    expect(markedHtml([{ kind: 'added', text: '<b>' }])).toMatch(/^<ins [^>]*underline[^>]*>&#60;b&#62;<\/ins>$/);
  });
});
