import { expect, test } from 'vitest';
import { alertBounced } from '../../src/alerts/bounces/bounced.ts';
import { canaryArrived } from '../../src/alerts/canary/canary.ts';
import { takeReport } from '../../src/mail/bounce/intake.ts';
import { freezeSending } from '../../src/mail/freeze.ts';
import { ReturnPaths } from '../../src/mail/letter/return-path.ts';
import { publishNotice } from '../../src/notices/publish.ts';
import { warnOfCanary } from '../../src/notices/warnings/warn-of-canary.ts';
import { SYSTEM } from '../../src/staff/audit.ts';
import { changeSettings } from '../../src/staff/settings.ts';
import { MINUTE } from '../../src/time.ts';
import { subscriber } from '../support/addresses.ts';
import { alertCourier } from '../support/alert-house.ts';
import { alertGround } from '../support/alerts.ts';
import { clockAt } from '../support/clock.ts';
import { freshDatabase } from '../support/database.ts';
import { order, queue } from '../support/mail.ts';
import { faultInput, noticeGround, publisher, smallCatalogue } from '../support/notices.ts';
import { type Received, startFaultyRelay } from '../support/smtp.ts';

/** RELIABILITY A12 and M19: whether what the relay takes arrives. */

const CANARY = 'canary@bounce.status.example';

/** A reader, staff who are warned, and a relay whose mail to the canary is delivered to where mails come back, or not. */
async function house() {
  const db = await freshDatabase();
  await smallCatalogue(db);
  const clock = clockAt('2014-03-06T08:00:00+09:00');
  await changeSettings(db, clock, SYSTEM, { warnMail: ['noc@operator.example'] });
  await subscriber(db, 'taro', ['121']);
  const alerts = alertGround(db, clock, { canary: CANARY });
  const relay = await startFaultyRelay();
  const courier = alertCourier(alerts, relay.url);
  const returnPaths = new ReturnPaths('bounce.status.example', ['x'.repeat(32)]);
  const intake = { returnPaths, bounced: alertBounced(alerts), arrived: canaryArrived(alerts), warn: () => {} };
  const arrive = (mail: Received | undefined) => takeReport(intake, Buffer.from(mail?.raw ?? '', 'latin1'), mail?.to);
  const canaries = () => relay.stored.filter((mail) => mail.to[0] === CANARY);
  /** What staff were mailed. */
  const warned = async () => {
    await warnOfCanary(noticeGround(db, clock));
    await courier.drain();
    return relay.stored.filter((mail) => mail.to[0] === 'noc@operator.example').length;
  };
  const publish = () => publishNotice(noticeGround(db, clock), publisher, faultInput());
  return { db, clock, relay, courier, arrive, canaries, warned, publish };
}

test('a canary that arrives is no alarm, and what it says of itself is believed of nobody else', async () => {
  const { clock, courier, relay, arrive, canaries, warned, publish } = await house();
  await publish();
  await courier.drain();
  const [canary] = canaries();
  expect(relay.stored[0]?.to).toEqual([CANARY]);
  expect(relay.stored).toHaveLength(2);
  const other = (_: string, head: string, sign: string) => `${head}${sign === '_' ? '-' : '_'}`;
  const forged = { ...canary, raw: canary?.raw.replace(/^(Message-ID: <canary\.[0-9a-f]{24}\.)(.)/m, other) ?? '' };
  expect(await arrive(forged as Received)).toBe('nothing');
  const inside = { ...canary, raw: `Subject: look\r\n\r\n${canary?.raw}` };
  expect(await arrive(inside as Received)).toBe('nothing');
  expect(await arrive(canary)).toBe('counted');
  expect(await arrive(canary)).toBe('nothing');
  clock.advance(20 * MINUTE);
  expect(await warned()).toBe(0);
});

test('one that the relay took and nobody delivers is told of after fifteen minutes, once', async () => {
  const { clock, courier, relay, warned, publish } = await house();
  await publish();
  await courier.drain();
  clock.advance(15 * MINUTE - 1);
  expect(await warned()).toBe(0);
  clock.advance(1);
  expect(await warned()).toBe(1);
  expect(await warned()).toBe(1);
  const told = Buffer.from(relay.stored.at(-1)?.raw.split('\r\n\r\n')[1] ?? '', 'base64').toString();
  expect(told).toContain('お知らせ 20140306-1 第1報の確認用メールが、15分たっても届いていません。');
  expect(told).toContain('中継サーバーは受け取っています');
});

test('where nothing at all gets out it is told of as soon as a way is open, and a frozen sender is no alarm', async () => {
  const { db, clock, courier, relay, warned, publish } = await house();
  relay.script = (mail) => (mail.to[0] === 'noc@operator.example' ? {} : { rcpt: '451 4.7.1 not now' });
  await publish();
  await courier.drain();
  clock.advance(15 * MINUTE);
  expect(await warned()).toBe(1);
  const told = Buffer.from(relay.stored.at(-1)?.raw.split('\r\n\r\n')[1] ?? '', 'base64').toString();
  expect(told).toContain('まだ中継サーバーに渡せていません');

  await publish();
  await db.transaction((tx) => freezeSending(tx, clock.now(), 'restored'));
  clock.advance(16 * MINUTE);
  expect(await warnOfCanary(noticeGround(db, clock))).toBe(0);
});

/** `npm run drill:mail` has a hundred thousand. RELIABILITY M19. */
const BUSY = Number(process.env.DRILL_BUSY ?? 300);
/** 50 a second, as a courier is set: a hundred thousand take 33 minutes. */
const EACH = 20;

test(
  'a long mass mailing under way does not look like a lost one: the canary goes before what waits',
  async () => {
    const { db, clock, courier, relay, arrive, warned, publish } = await house();
    for (let n = 0; n < BUSY; n += 1000)
      await queue(
        db,
        ...Array.from({ length: Math.min(1000, BUSY - n) }, (_, at) => order(`busy-${n + at}`, { notBefore: 1 })),
      );
    await publish();
    let arriving: Promise<unknown> | undefined;
    let taken = 0;
    relay.script = () => {
      // time passes with each mail, and not with each word of it
      for (; taken < relay.stored.length; taken++) {
        clock.advance(EACH);
        if (relay.stored[taken]?.to[0] === CANARY) arriving = arrive(relay.stored[taken]);
      }
      return {};
    };
    await courier.drain();
    expect(await arriving).toBe('counted');
    expect(relay.stored.findIndex((mail) => mail.to[0] === CANARY)).toBeLessThan(50);
    expect(relay.stored).toHaveLength(BUSY + 2);
    clock.advance(16 * MINUTE);
    expect(await warned()).toBe(0);
  },
  60_000 + BUSY * 20,
);
