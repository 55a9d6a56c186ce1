import { expect, test } from 'vitest';
import { publishNotice } from '../../src/notices/publish.ts';
import { parseLocalInput, showTime } from '../../src/time.ts';
import { subscriber } from '../support/addresses.ts';
import { alertHouse } from '../support/alert-house.ts';
import { startApp } from '../support/app.ts';
import { textOf } from '../support/console.ts';
import { faultInput, publisher } from '../support/notices.ts';

/** An operator where clocks are put back from 2:00 to 1:00 in this night, at 06:00 UTC, and a fault that lasts over it. */
const ZONE = 'America/New_York';
const night = (time: string) => `2026-11-01T${time}:00Z`;

async function theNight() {
  const house = await alertHouse();
  const operator = { name: { ja: 'OCN', en: 'OCN' }, timeZone: ZONE };
  const { app } = await startApp({ db: house.db, clock: house.clock, operator });
  house.notices.operator = operator;
  await subscriber(house.db, 'hanako', ['121']);
  const at = async (time: string, act: () => Promise<unknown>) => {
    house.clock.set(night(time));
    await act();
    return house.mailed('hanako');
  };
  const page = async (path: string) => {
    await app.edition.refresh();
    return textOf(await app.inject(path));
  };
  return { ...house, app, at, page };
}

test('an hour that the wall shows twice is told apart, and each mail of that night goes once', async () => {
  const { notices, tell, at, page } = await theNight();
  const opened = { startedAt: night('05:40'), service: 'mail', facilities: ['121'], symptom: 'unavailable' };
  let id = '';
  const first = await at('05:50', async () => {
    ({ id } = await publishNotice(notices, publisher, faultInput({ occurredAt: night('05:40'), impacts: [opened] })));
  });
  expect(first).toHaveLength(1);
  expect(first[0]?.text).toContain('1:40');

  // 1:10 for the second time: on the wall before the first report, and after it
  expect(await at('06:10', () => tell(id, { phase: 'update', body: { ja: '交換しています。' } }))).toHaveLength(2);
  const recovered = [{ impact: `${id}-1`, at: night('06:20') }];
  expect(await at('06:30', () => tell(id, { phase: 'recovery', recovered }))).toHaveLength(3);
  expect(await at('07:30', async () => {})).toHaveLength(3);

  const told = await page(`/en/notices/${id}`);
  for (const [time, zone] of [
    ['05:40', 'GMT-4'],
    ['05:50', 'GMT-4'],
    ['06:10', 'GMT-5'],
    ['06:20', 'GMT-5'],
  ] as const) {
    const shown = showTime(Date.parse(night(time)), ZONE, 'en');
    expect(shown).toContain(zone);
    expect(told).toContain(shown.replace(/,.*/, ''));
  }
  // forty minutes, where the wall would make it twenty backwards
  expect(told).toContain('40 min');
  expect(id).toMatch(/^20261101-/);
});

test('an hour that the wall leaves out is read as the one after it, on the day that it is', () => {
  expect(new Date(parseLocalInput('2026-03-08T02:30', ZONE) ?? 0).toISOString()).toBe('2026-03-08T07:30:00.000Z');
  expect(new Date(parseLocalInput('2026-03-08T01:59', ZONE) ?? 0).toISOString()).toBe('2026-03-08T06:59:00.000Z');
  expect(new Date(parseLocalInput('2026-11-01T01:30', ZONE) ?? 0).toISOString()).toBe('2026-11-01T05:30:00.000Z');
});
