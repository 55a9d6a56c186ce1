import { expect, test } from 'vitest';
import { isAllowed, productionPackages } from '../../scripts/licences.ts';

test('everything that runs in production may be run and passed on', () => {
  const packages = productionPackages();
  expect(packages.length).toBeGreaterThan(100);
  expect(packages.filter(({ licence }) => !isAllowed(licence))).toEqual([]);
  expect(isAllowed('GPL-3.0')).toBe(false);
});
