import { expect, test } from 'vitest';
import { facilityNames } from '../../src/catalogue/facility-names.ts';

const units = (...codes: string[]) =>
  codes.map((code) => ({ ja: `OCNメール設備${code}`, en: `OCN Mail unit ${code}` }));

test('what numbered names share stands once, in each language', () => {
  expect(facilityNames(units('051', '062', '121')).text).toEqual({
    ja: 'OCNメール設備051・062・121',
    en: 'OCN Mail unit 051, 062, 121',
  });
});

test.each([
  [[], ''],
  [['050'], '050'],
  [['設備051', '予備'], '設備051、予備'],
  [['設備051', '回線051'], '設備051、回線051'],
  [['設備', '設備2'], '設備、設備2'],
])('names that are not one numbered row stand whole: %j', (names, text) => {
  expect(facilityNames(names.map((ja) => ({ ja }))).text).toEqual({ ja: text, ...(names.length ? {} : { en: '' }) });
});

test('a name without English keeps the whole list in Japanese', () => {
  expect(facilityNames([...units('051'), { ja: 'OCNメール設備062' }]).text.en).toBeUndefined();
});

test('only a very long list is folded away', () => {
  const codes = (count: number) => Array.from({ length: count }, (_, n) => String(100 + n));
  expect([facilityNames(units(...codes(40))).long, facilityNames(units(...codes(41))).long]).toEqual([false, true]);
});
