import { expect, test } from 'vitest';
import { addCatalogue, addCustomer } from '../lookup/world.ts';
import { startApp } from '../support/app.ts';
import { signedIn } from '../support/customers.ts';

const ADDRESSES = '/my/addresses';
const form = { scope: 'mine', language: 'ja', asksHours: '1' };

async function house() {
  const open = await startApp({ now: '2014-03-06T12:00:00+09:00' });
  await addCatalogue(open.db);
  await addCustomer(open.db, 'a', ['051']);
  const customer = await signedIn(open, 'a');
  const chosen = () =>
    open.db.kysely
      .selectFrom('addresses')
      .select(['id', 'hours', 'hours_for_all', 'late_final', 'works'])
      .executeTakeFirstOrThrow();
  return { ...open, customer, chosen };
}

test('an address is mailed at any hour until its owner chooses the parts of the day', async () => {
  const { customer, chosen } = await house();
  await customer.press(ADDRESSES, ADDRESSES, { scope: 'mine', language: 'ja', email: 'taro@docomo.example' });
  const { id, ...before } = await chosen();
  expect(before).toEqual({ hours: 7, hours_for_all: 0, late_final: 0, works: 0 });
  const answer = await customer.press(ADDRESSES, `${ADDRESSES}/${id}/choice`, {
    ...form,
    ...{ day: 'on', evening: 'on', hoursForAll: 'on', lateFinal: 'on', works: 'on' },
  });
  expect(answer.headers.location).toBe(`${ADDRESSES}?done=changed`);
  expect(await chosen()).toEqual({ id, hours: 3, hours_for_all: 1, late_final: 1, works: 1 });
  const page = await customer.get(ADDRESSES);
  expect(page.body).toContain('8時から19時、19時から23時（発生と回復を含む）');
  expect(page.body).toMatch(/id="a0-night" name="night" value="on">/);
  expect(page.body).toMatch(/id="a0-day" name="day" value="on" checked>/);
});

test('no part of the day at all is refused at its place, and the rest stays as it was', async () => {
  const { customer, chosen } = await house();
  await customer.press(ADDRESSES, ADDRESSES, { ...form, day: 'on', email: 'taro@docomo.example' });
  const before = await chosen();
  expect(before.hours).toBe(1);
  const answer = await customer.press(ADDRESSES, `${ADDRESSES}/${before.id}/choice`, form);
  expect(answer.statusCode).toBe(422);
  expect(answer.body).toContain('1つ以上の時間帯を選んでください。');
  expect(answer.body).toMatch(/<details open>/);
  expect(await chosen()).toEqual(before);
});
