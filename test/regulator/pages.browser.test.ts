import { afterAll, describe, expect, test } from 'vitest';
import { loadExample } from '../../src/cli/example.ts';
import { loadPublished } from '../../src/notices/read.ts';
import { SYSTEM } from '../../src/staff/audit.ts';
import { changeSettings } from '../../src/staff/settings.ts';
import { startApp } from '../support/app.ts';
import { barriers } from '../support/barriers.ts';
import { closeBrowser, hasBrowser, listen, openPage } from '../support/browser.ts';
import { Browser } from '../support/people.ts';
import { enterAll } from './fiscal-2015.ts';

afterAll(closeBrowser);

describe.skipIf(!hasBrowser)('the pages on accidents in a real browser', () => {
  test('have no barriers, fit a telephone and a desk, in both languages, light and dark', {
    timeout: 600_000,
  }, async () => {
    const shirase = await startApp({ now: '2016-06-01T10:00:00+09:00' });
    await changeSettings(shirase.db, shirase.clock, SYSTEM, { timelinessPublic: 'shown' });
    await loadExample(shirase.ground);
    const ids = await enterAll(shirase);
    const done = ids.get('2015-01')?.[0] ?? [...ids.values()][0]?.[0] ?? '';
    const open = (await loadPublished(shirase.db.kysely)).find(
      ({ kind, impacts }) => kind === 'fault' && impacts.some((one) => one.recoveredAt === null),
    );
    const staff = new Browser(shirase.app);
    await staff.submit('/console/sign-in', '/console/sign-in', { login: 'publisher', password: 'shirase-example' });
    const facts = `/console/notices/${done}/accident`;
    await staff.submit(`${facts}/sheet`, `${facts}/submissions`, { kind: 'detailed', note: '総合通信局' });
    await shirase.app.edition.refresh();
    const base = await listen(shirase.app);
    const page = await openPage();
    await page.context().addCookies([...staff.cookies].map(([name, value]) => ({ name, value, url: base })));
    const paths = [
      '/console/regulator?year=2015',
      '/console/regulator/periodic?period=2015-Q2',
      '/console/regulator/statistics?year=2015',
      '/console/regulator/timeliness',
      '/console/regulator/criteria',
      facts,
      `${facts}/sheet?number=1`,
      `${facts}/prompt`,
      '/console/notices/20140306-1/inquiries',
      `/console/notices/${open?.id}/serious`,
      '/timeliness',
    ];
    for (const [index, path] of paths.entries()) {
      // Each page is looked at in two of the four ways; together the pages are looked at in all.
      const [dark, light] = index % 2 === 0 ? [390, 1280] : [1280, 390];
      const ways = [
        { language: '/en', colorScheme: 'dark', width: dark },
        { language: '', colorScheme: 'light', width: light },
      ] as const;
      for (const { language, colorScheme, width } of ways) {
        await page.emulateMedia({ colorScheme });
        await page.setViewportSize({ width, height: 900 });
        await page.goto(`${base}${language}${path}`);
        expect(await page.content(), path).not.toMatch(/undefined|\[object Object\]|NaN|Invalid Date/);
        expect(await barriers(page)).toEqual([]);
        const wider = await page.evaluate(
          'document.documentElement.scrollWidth - document.documentElement.clientWidth',
        );
        expect(wider, `${language}${path} at ${width}`).toBe(0);
      }
    }
  });
});
