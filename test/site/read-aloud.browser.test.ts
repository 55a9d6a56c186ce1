import { afterAll, describe, expect, test } from 'vitest';
import { publishNotice } from '../../src/notices/publish.ts';
import { startApp } from '../support/app.ts';
import { closeBrowser, hasBrowser, listen, openPage } from '../support/browser.ts';
import { faultInput, noticeGround, publisher, smallCatalogue } from '../support/notices.ts';

afterAll(closeBrowser);

/** The worst case: three open faults, the serious one told last, and one work under way. */
async function worstCase(): Promise<string> {
  const { app, db, clock } = await startApp();
  await smallCatalogue(db);
  const notices = noticeGround(db, clock);
  const impact = { startedAt: '2014-03-06T07:34:00+09:00', area: { ja: '全国', en: 'Nationwide' } };
  const promise = { nextUpdateAt: '2014-03-06T09:00:00+09:00' };
  const fault = (title: string, what: object, more: object = {}) =>
    publishNotice(
      notices,
      publisher,
      faultInput({ title: { ja: title, en: `${title}?` }, impacts: [{ ...impact, ...what }], ...more }, promise),
    );
  await fault('Webメールの故障', { service: 'webmail', facilities: 'all', symptom: 'login' });
  await fault('到着の遅れ', { service: 'mail', facilities: ['141'], symptom: 'delayed' });
  await fault('メールの故障', { service: 'mail', facilities: ['051'], symptom: 'unavailable' }, { prominent: true });
  const planned = { from: '2014-03-06T07:00:00+09:00', to: '2014-03-06T11:00:00+09:00' };
  const impacts = [{ service: 'ocn-id', facilities: 'all', symptom: 'degraded' }];
  const work = { kind: 'work', title: { ja: '認証の工事' }, planned, impacts, occurredAt: undefined };
  await publishNotice(notices, publisher, faultInput(work, { phase: 'plan' }));
  await app.edition.refresh();
  return listen(app);
}

describe.skipIf(!hasBrowser)('the front page read aloud on the worst day', () => {
  test('says first that something is broken, then what, where, since when and until when, and the rest after it', async () => {
    const base = await worstCase();
    const page = await openPage();
    await page.goto(`${base}/`);
    const heard = await page.locator('body').ariaSnapshot();
    const order = [
      '本文へ移動',
      'banner',
      'navigation',
      'main',
      'heading "ご利用いただけないサービスがあります" [level=1]',
      'heading "発生中の故障" [level=2]',
      'heading "メールの故障" [level=3]',
      'ご利用いただけません',
      '051',
      '全国',
      '7:34',
      '確認中',
      '9:00',
      'heading "工事中" [level=2]',
      'heading "認証の工事" [level=3]',
      '11:00',
      'heading "サービスごとの状況" [level=2]',
      'contentinfo',
    ];
    let at = -1;
    for (const words of order) {
      const next = heard.indexOf(words, at + 1);
      expect(next, `“${words}” after “${order[order.indexOf(words) - 1]}” in\n${heard}`).toBeGreaterThan(at);
      at = next;
    }
    // The serious fault before the others, each with its heading; the signs beside the words are not read.
    const faults = [...heard.matchAll(/heading "([^"]*(?:故障|遅れ))" \[level=3\]/g)].map(([, title]) => title);
    expect(faults).toEqual(['メールの故障', '到着の遅れ', 'Webメールの故障']);
    expect(heard).not.toMatch(/[×■□○▲✓]/);
  });

  test('has each level of heading once above the next, in both languages', async () => {
    const base = await worstCase();
    const page = await openPage();
    for (const path of ['/', '/en', '/notices/20140306-3', '/en/notices/20140306-3']) {
      await page.goto(base + path);
      const heard = await page.locator('body').ariaSnapshot();
      const levels = [...heard.matchAll(/heading (?:"[^"]*" )?\[level=(\d)\]/g)].map(([, level]) => Number(level));
      expect(levels[0], path).toBe(1);
      expect(
        levels.filter((level) => level === 1),
        path,
      ).toHaveLength(1);
      for (const [at, level] of levels.entries()) expect(level - (levels[at - 1] ?? 0), path).toBeLessThanOrEqual(1);
    }
  });
});
