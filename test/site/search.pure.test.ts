import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Notice } from '../../src/notices/notice.ts';
import { excerpt, folded, wordsOf } from '../../src/site/search.ts';

const told = (...bodies: string[]) => ({ reports: bodies.map((ja) => ({ body: { ja } })) }) as unknown as Notice;
const marked = (notice: Notice, words: string) =>
  excerpt(notice, words, 'ja')
    ?.map(({ text, hit }) => (hit ? `[${text}]` : text))
    .join('') ?? null;

describe('what is looked for', () => {
  test.each([
    ['ＯＣＮメール', 'ocnめーる'],
    ['ﾒｰﾙｻｰﾊﾞ', 'めーるさーば'],
    ['Ｗｅｂ メール', 'web めーる'],
    ['  a\t\nb ', ' a b '],
  ])('%s is the same as %s', (one, other) => {
    expect(folded(one)).toBe(folded(other));
  });

  test('is shown as it was written, with a few words around it', () => {
    const notice = told('古い本文です。', `${'前置きです。'.repeat(20)}ﾒｰﾙｻｰﾊﾞの故障です。${'続きです。'.repeat(20)}`);
    const found = marked(notice, 'メールサーバ');
    expect(found).toContain('[ﾒｰﾙｻｰﾊﾞ]の故障です。');
    expect(found?.startsWith('…')).toBe(true);
    expect(found?.endsWith('…')).toBe(true);
    expect(found?.length).toBeLessThan(140);
    expect(marked(notice, '古い')).toBe('[古い]本文です。');
    expect(marked(notice, 'どこにもない')).toBeNull();
    expect(marked(notice, '  ')).toBeNull();
  });

  test('is marked once where words overlap, and markup is not shown', () => {
    expect(marked(told('**Webメール**が使えません。'), 'Webメール web メール')).toBe('[Webメール]が使えません。');
  });

  test('costs no more for being asked a hundred times over in a long text', () => {
    const words = 'の '.repeat(50);
    const notice = told('のの'.repeat(10_000));
    expect(excerpt(notice, words, 'ja')?.filter(({ hit }) => hit).length).toBeLessThan(200);
    expect(wordsOf(words)).toEqual(['の']);
    expect(wordsOf('a b c d e f g h i j')).toHaveLength(8);
  });

  test('whatever is typed and written, an excerpt is a part of the text and its hits are among the words', () => {
    const letters = fc.string({ unit: fc.constantFrom('ﾊ', 'ﾞ', 'が', 'Ａ', 'b', 'ー', '㍿', '1', ' ', 'é', '👨‍👩‍👧') });
    fc.assert(
      fc.property(letters, letters, (text, words) => {
        for (const { text: piece, hit } of excerpt(told(text), words, 'ja') ?? []) {
          if (piece === '…') continue;
          expect(text.replace(/\s+/g, ' ')).toContain(piece);
          if (hit)
            expect(
              folded(words)
                .split(' ')
                .some((word) => folded(piece).includes(word)),
            ).toBe(true);
        }
      }),
      { numRuns: 300 },
    );
  });
});
