import { expect, test } from 'vitest';
import { DAY, HOUR } from '../../src/time.ts';
import { clockAt } from '../support/clock.ts';
import { freshDatabase } from '../support/database.ts';
import { courierTo, order, queue, states } from '../support/mail.ts';
import { startReceiver } from '../support/smtp.ts';

/** RELIABILITY M10: by hand, by NTP after a long sleep, by a wrong battery; 2038 is where 32 bits end. */
test('a clock that jumps forward and back while mails go out makes nothing go twice, and leaves nothing behind', async () => {
  const db = await freshDatabase();
  const clock = clockAt('2014-03-06T08:00:00+09:00');
  const start = clock.now();
  const ids = Array.from({ length: 60 }, (_, n) => `m${n}`);
  await queue(db, ...ids.map((id) => order(id)));
  const receiver = await startReceiver();
  const courier = courierTo(db, clock, receiver.url);
  const drained = courier.drain();
  for (const [arrived, at] of [
    [5, start + 2 * HOUR],
    [15, start - 2 * HOUR],
    [25, start + 3 * DAY],
    [35, Date.parse('2038-01-19T03:14:09Z')],
    [45, start],
  ] as const) {
    await receiver.arrived(arrived);
    clock.set(at);
  }
  await drained;
  // What the jump back made to lie ahead is due once the courier has noticed.
  await courier.drain();
  expect(receiver.mails.map(({ to }) => to[0]).sort()).toEqual(ids.map((id) => `${id}@elsewhere.example`).sort());
  expect(new Set(Object.values(await states(db)))).toEqual(new Set(['sent']));
});
