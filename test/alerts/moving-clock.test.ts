import { expect, test } from 'vitest';
import { expandAll } from '../../src/alerts/expand.ts';
import { recheckAlert } from '../../src/alerts/recheck.ts';
import { publishNotice } from '../../src/notices/publish.ts';
import { subscriber } from '../support/addresses.ts';
import { alertGround } from '../support/alerts.ts';
import { at } from '../support/clock.ts';
import { freshDatabase } from '../support/database.ts';
import { courierTo, states } from '../support/mail.ts';
import { faultInput, noticeGround, publisher, smallCatalogue } from '../support/notices.ts';
import { startReceiver } from '../support/smtp.ts';

test('an alert whose reader may be written to now goes now, on a clock that moves between two looks at it', async () => {
  const db = await freshDatabase();
  await smallCatalogue(db);
  await subscriber(db, 'taro', ['121']);
  let now = at('2014-03-06T08:00:00+09:00');
  const clock = { now: () => ++now };
  await publishNotice(noticeGround(db, clock), publisher, faultInput());
  const alerts = alertGround(db, clock);
  await expandAll(alerts);
  const receiver = await startReceiver();
  const courier = courierTo(db, clock, receiver.url, { recheck: recheckAlert(alerts) });
  const drained = courier.drain();
  await receiver.arrived(1);
  await drained;
  expect(Object.values(await states(db))).toEqual(['sent']);
});
