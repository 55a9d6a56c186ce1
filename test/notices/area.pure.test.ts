import fc from 'fast-check';
import { expect, test } from 'vitest';
import { areaInEnglish, areaInWords } from '../../src/notices/area/area.ts';
import { PREFECTURES } from '../../src/notices/area/prefectures.ts';

test.each([
  ['全国', 'Nationwide'],
  ['全国（沖縄県を除く）', 'Nationwide (except Okinawa)'],
  ['全国(北海道、沖縄県を除く)', 'Nationwide (except Hokkaido, Okinawa)'],
  ['全国の一部', 'Parts of the country'],
  ['東京都、千葉県の一部', 'Tokyo, parts of Chiba'],
  ['東京・京都・大阪', 'Tokyo, Kyoto, Osaka'],
  ['北海道', 'Hokkaido'],
  ['関東地方および静岡県の一部地域', 'The Kanto region, parts of Shizuoka'],
  ['東京都、千代田区', undefined],
  ['全国（離島を除く）', undefined],
  ['当社の設備', undefined],
  ['', undefined],
  ['、、', undefined],
])('%s in English is %s', (ja, en) => {
  expect(areaInEnglish(ja)).toBe(en);
});

test('whatever prefectures are named, what is written of them reads back as the same English', () => {
  const some = fc.uniqueArray(fc.constantFrom(...PREFECTURES.keys()), { maxLength: 8 });
  fc.assert(
    fc.property(some, some, some, (prefectures, partly, except) => {
      fc.pre(prefectures.length + partly.length > 0);
      const { ja, en } = areaInWords({ prefectures, partly, except });
      expect(areaInEnglish(ja)).toBe(en);
    }),
  );
});
