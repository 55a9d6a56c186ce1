import { describe, expect, test } from 'vitest';
import { inPlainWords, plainWordsFor } from '../../src/notices/wording/glossary.ts';

const found = (text: string, field = 'body.ja') =>
  plainWordsFor({ [field]: text }).map(({ term, plain, places }) => `${term}→${plain} ${places[0]?.count}`);

describe('the glossary', () => {
  test('finds words of the trade in texts for readers, and says how often and where', () => {
    expect(found('流量規制を行い、輻湊は解消しました。流量規制は続きます。')).toEqual([
      '流量規制→通信の制限 2',
      '輻輳→混み合い 1',
    ]);
    expect(plainWordsFor({ 'title.ja': 'メールの障害', 'body.ja': '障害の原因は障害です。' })).toEqual([
      {
        term: '障害',
        plain: '故障',
        places: [
          { field: 'title.ja', count: 1 },
          { field: 'body.ja', count: 2 },
        ],
      },
    ]);
    expect(found('Rolled back; the latency is gone.', 'body.en')).toEqual([
      'rolled back→set back to how it was 1',
      'latency→delay 1',
    ]);
  });

  test('leaves alone what is another word, another language and no text at all', () => {
    expect(found('障害者の方、視覚障害のある方のための窓口、障害年金')).toEqual([]);
    expect(found('reboot', 'body.ja')).toEqual([]);
    expect(found('障害', 'phase')).toEqual([]);
    expect(found('platencyx', 'body.en')).toEqual([]);
  });

  test('replaces only what was chosen, longer words before the shorter ones in them', () => {
    const fields = { 'body.ja': '縮退運転中です。疎通確認と切戻しを行います。障害です。', phase: '障害' };
    expect(inPlainWords(fields, ['縮退運転', '疎通確認', '切り戻し'])).toEqual({
      'body.ja': '機能を減らした運転中です。通信の確認と元の状態に戻す作業を行います。障害です。',
      phase: '障害',
    });
    expect(inPlainWords(fields, [])).toEqual(fields);
    // What is suggested is gone when it is done.
    const terms = plainWordsFor(fields).map(({ term }) => term);
    expect(plainWordsFor(inPlainWords(fields, terms))).toEqual([]);
  });
});
