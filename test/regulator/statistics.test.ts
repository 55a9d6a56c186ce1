import { parse as parseCsv } from 'csv-parse/sync';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bands } from '../../src/regulator/statistics/bands.ts';
import { type Counted, matrixOf, once, sumsAgree } from '../../src/regulator/statistics/statistics.ts';
import { startApp } from '../support/app.ts';
import { textOf } from '../support/console.ts';
import { expectValidHtml } from '../support/html.ts';
import { staffAt } from '../support/people.ts';
import { enterAll } from './fiscal-2015.ts';

describe('the eight serious accidents of fiscal 2015', () => {
  test('entered through the API they land in the right cells, with the stated sums, each counted once', async () => {
    const shirase = await startApp({ now: '2016-06-01T10:00:00+09:00' });
    const ids = await enterAll(shirase);
    expect([...ids.values()].flat().length).toBe(9);
    const staff = await staffAt(shirase, 'publisher');
    const csv = await staff.get('/console/regulator/statistics.csv?year=2015');
    expect(csv.body.startsWith('\ufeff')).toBe(true);
    const rows: string[][] = parseCsv(csv.body, { bom: true, relax_column_count: true });
    expect(rows.slice(1, 9)).toEqual([
      ['', '3万未満', '3万以上10万未満', '10万以上50万未満', '50万以上100万未満', '100万以上', '合計'],
      ['1時間未満', '0', '0', '0', '0', '0', '0'],
      ['1時間以上2時間未満', '0', '0', '1', '0', '1', '2'],
      ['2時間以上5時間未満', '0', '0', '2', '0', '0', '2'],
      ['5時間以上12時間未満', '0', '2', '0', '0', '0', '2'],
      ['12時間以上24時間未満', '0', '0', '0', '0', '0', '0'],
      ['24時間以上', '0', '1', '0', '0', '1', '2'],
      ['合計', '0', '3', '3', '0', '2', '8'],
    ]);
    const count = (name: string) => rows.find((row) => row[0] === name)?.[1];
    expect([count('設備'), count('人為')]).toEqual(['5', '3']);
    expect([
      count('緊急通報を取り扱う音声伝送役務'),
      count('緊急通報を取り扱わない音声伝送役務'),
      count('上記以外の電気通信役務'),
    ]).toEqual(['1', '2', '5']);
    const page = await staff.get('/console/regulator/statistics?year=2015');
    await expectValidHtml(page.body);
    expect(textOf(page)).toContain('8件 （前年度 0件、報告 9通）');
    expect(page.body).toContain('class="heat-4"');
    expect(textOf(await staff.get('/en/console/regulator/statistics?year=2015'))).toContain('8 accidents');
    await expectValidHtml((await staff.get('/console/regulator/statistics?year=1999')).body);
  });
});

const accident = fc.record({
  id: fc.uuid(),
  accident: fc.constantFrom('a', 'b', 'c', 'd', 'e'),
  fiscalYear: fc.constant(2015),
  level: fc.constantFrom('major' as const, 'periodic' as const),
  minutes: fc.integer({ min: 0, max: 100_000 }),
  users: fc.option(fc.integer({ min: 0, max: 60_000_000 })),
  category: fc.constant('other'),
  services: fc.constant<string[]>(['mail']),
  cause: fc.constant(null),
  equipment: fc.constant(null),
});

test('whatever is entered, the sums agree and no accident is counted twice', () => {
  fc.assert(
    fc.property(fc.array(accident), (entered: Counted[]) => {
      const counted = once(entered);
      const names = new Set(entered.map((one) => one.accident));
      return counted.length === names.size && sumsAgree(matrixOf(counted, bands()), counted.length);
    }),
  );
});
