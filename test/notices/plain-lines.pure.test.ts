import { expect, test } from 'vitest';
import { plainLines } from '../../src/notices/wording/markup.ts';

test('staff text without its markup has a line for each paragraph, item and row, and keeps what a link leads to', () => {
  const text = [
    '**Webメール**は使えます。',
    '次の行です。',
    '',
    '- 一つ目は[こちら](https://a.example/)',
    '- 二つ目は https://b.example/c',
    '',
    '3. 三',
    '4. 四',
    '',
    '| 設備 | 時刻 |',
    '|---|---|',
    '| 051 | 7:34 |',
    '',
    '<b>&amp; *そのまま</b>',
  ].join('\n');
  expect(plainLines(text)).toEqual([
    'Webメールは使えます。',
    '次の行です。',
    '・一つ目はこちら（https://a.example/）',
    '・二つ目は https://b.example/c',
    '3. 三',
    '4. 四',
    '設備　時刻',
    '051　7:34',
    '<b>& *そのまま</b>',
  ]);
});
