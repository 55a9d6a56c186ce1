import { expect, test } from 'vitest';
import { Invalid } from '../../src/errors.ts';
import { auditTrail, SYSTEM } from '../../src/staff/audit.ts';
import { changeSettings, readSettings } from '../../src/staff/settings.ts';
import { clockAt } from '../support/clock.ts';
import { freshDatabase } from '../support/database.ts';

test('settings have defaults until somebody changes them, and the trail says who, before and after', async () => {
  const db = await freshDatabase();
  const clock = clockAt('2014-03-06T08:00:00+09:00');
  expect(await readSettings(db.kysely)).toMatchObject({ firstReportMinutes: 30, updateMinutes: 60 });
  await changeSettings(db, clock, SYSTEM, { firstReportMinutes: 20 });
  expect(await readSettings(db.kysely)).toMatchObject({ firstReportMinutes: 20, updateMinutes: 60 });
  expect(await auditTrail(db.kysely, { subject: 'firstReportMinutes', limit: 5 })).toMatchObject([
    { who: 'shirase', act: 'setting:change', before: '30', after: '20' },
  ]);
});

test('a wrong or unknown setting is named and changes nothing', async () => {
  const db = await freshDatabase();
  const clock = clockAt('2014-03-06T08:00:00+09:00');
  const wrong = changeSettings(db, clock, SYSTEM, { firstReportMinutes: 0, updateMinutes: 30, colour: 'red' });
  await expect(wrong).rejects.toBeInstanceOf(Invalid);
  expect(await readSettings(db.kysely)).toMatchObject({ firstReportMinutes: 30, updateMinutes: 60 });
});
