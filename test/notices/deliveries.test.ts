import { expect, test } from 'vitest';
import { expandAll } from '../../src/alerts/expand.ts';
import { smtpRelay } from '../../src/mail/relay/smtp-relay.ts';
import { publishNotice } from '../../src/notices/publish.ts';
import { HOUR } from '../../src/time.ts';
import { subscriber } from '../support/addresses.ts';
import { alertCourier } from '../support/alert-house.ts';
import { alertGround } from '../support/alerts.ts';
import { startApp } from '../support/app.ts';
import { textOf } from '../support/console.ts';
import { tickets } from '../support/mail.ts';
import { faultInput, publisher, smallCatalogue } from '../support/notices.ts';
import { type Browser, staffAt } from '../support/people.ts';
import { type Received, type Script, startFaultyRelay } from '../support/smtp.ts';

const PAGE = '/console/notices/20140306-1/deliveries';

/** A published fault, those who are mailed of it, and a relay that answers each by his name. */
async function published(scripts: Record<string, Script>, names = Object.keys(scripts)) {
  const shirase = await startApp();
  const { db, clock } = shirase;
  await smallCatalogue(db);
  for (const name of names) await subscriber(db, name, ['121']);
  const script = ({ to }: Received) => scripts[/^[^@]*/.exec(to[0] ?? '')?.[0] ?? ''] ?? {};
  const relay = await startFaultyRelay(script);
  const alerts = alertGround(db, clock);
  const courier = alertCourier(alerts, relay.url, {
    // The clock stands still: what a busy machine was too slow for would not be tried again.
    relay: smtpRelay(relay.url, { connectionTimeout: 30_000, greetingTimeout: 30_000 }),
  });
  await publishNotice({ ...shirase.ground, announce: () => {} }, publisher, faultInput());
  const staff = await staffAt(shirase, 'publisher');
  const press = (by: Browser, action: string, fields: Record<string, string> = {}) =>
    by.submit(PAGE, PAGE, { action, ...fields });
  const stored = (name: string) => relay.stored.filter((mail) => mail.to[0]?.startsWith(`${name}@`)).length;
  const recover = () => (relay.script = () => ({}));
  return { ...shirase, relay, courier, staff, press, stored, recover, expand: () => expandAll(alerts) };
}

test('says by slot how the mails fare and what the receivers answered, and tries the failed ones again', async () => {
  const { courier, staff, press, stored, recover, app, db, clock, ground } = await published({
    fine: {},
    refused: { dot: '550 5.6.0 not for <refused@elsewhere.example>' },
    full: { rcpt: '452 4.2.2 mailbox full' },
  });
  await courier.drain();
  const page = await staff.get(PAGE);
  expect(textOf(page)).toMatch(/1 初報 2 \/ 3 1 0 0 1 1 0 0 0/);
  expect(textOf(page)).toContain('550 5.6.0 not for <refused@elsewhere.example>');
  expect(textOf(page)).toContain('452 4.2.2 mailbox full');
  const author = await staffAt({ app, db, clock, ground }, 'author');
  const seen = (await author.get(PAGE)).body;
  expect(seen).toContain('r…@elsewhere.example');
  expect(seen).not.toContain('refused@elsewhere.example');
  expect((await author.post(PAGE, { action: 'stop' })).statusCode).toBe(403);
  expect(textOf(await staff.get('/console/notices/20140306-1'))).toContain('配信の進み・失敗・再送・中止');

  recover();
  const again = await press(staff, 'retry');
  expect(again.headers.location).toBe(`${PAGE}?did=retry&mails=2`);
  expect(textOf(await staff.get(String(again.headers.location)))).toContain('2通をすぐに送り直します。');
  await courier.drain();
  expect([stored('fine'), stored('refused'), stored('full')]).toEqual([1, 1, 1]);
});

test('sends what may have arrived again only where it is named and the risk is confirmed, and never a fourth time', async () => {
  const { courier, staff, press, stored, db, clock } = await published({
    lost: { dot: 'drop', storesAnyway: true },
  });
  for (let n = 0; n < 6; n++) {
    await courier.drain();
    clock.advance(HOUR);
  }
  const page = await staff.get(PAGE);
  expect(textOf(page)).toContain('届いたか分からないメール');
  const name = /name="(mail\.[^"]+)"/.exec(page.body)?.[1] ?? '';
  const nobody = await press(staff, 'repeat', { sure: 'on' });
  expect([nobody.statusCode, textOf(nobody)]).toEqual([422, expect.stringContaining('メールを選んでください')]);
  const unsure = await press(staff, 'repeat', { [name]: 'on' });
  expect([unsure.statusCode, textOf(unsure)]).toEqual([422, expect.stringContaining('2通届くことがある')]);
  expect(unsure.body).toMatch(new RegExp(`name="${name}"[^>]*checked`));
  await press(staff, 'retry');
  for (let n = 0; n < 4; n++) {
    await press(staff, 'repeat', { [name]: 'on', sure: 'on' });
    clock.advance(HOUR);
    await courier.drain();
  }
  // Recovery's own is kept for it.
  expect(stored('lost')).toBe(2);
  expect(Object.values(await tickets(db))).toEqual([2]);
});

test('keeps back what waits, lets it go on, and stops it for good', async () => {
  const { courier, staff, press, relay, db, expand } = await published({ one: {}, two: {} });
  await expand();
  expect((await press(staff, 'hold')).headers.location).toContain('did=hold&mails=2');
  expect(textOf(await staff.get(PAGE))).toContain('止めているメール');
  await courier.drain();
  expect(relay.stored).toHaveLength(0);
  expect((await press(staff, 'release')).headers.location).toContain('did=release&mails=2');
  expect((await press(staff, 'stop')).statusCode).toBe(422);
  expect((await press(staff, 'stop', { stopSure: 'on' })).headers.location).toContain('did=stop&mails=2');
  await courier.drain();
  expect(relay.stored).toHaveLength(0);
  const ended = await db.kysely.selectFrom('alerts').select('ended').execute();
  expect(ended).toEqual([{ ended: 'removed' }, { ended: 'removed' }]);
});
