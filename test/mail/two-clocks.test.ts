import { expect, onTestFinished, test } from 'vitest';
import { sharedClock } from '../../src/db/clock.ts';
import type { Database } from '../../src/db/open.ts';
import type { Relay } from '../../src/mail/relay/relay.ts';
import { smtpRelay } from '../../src/mail/relay/smtp-relay.ts';
import { type Clock, HOUR, MINUTE } from '../../src/time.ts';
import { engine, freshDatabase } from '../support/database.ts';
import { courierTo, order, queue, states, tickets } from '../support/mail.ts';
import { startReceiver } from '../support/smtp.ts';

/** The clock of a node whose machine is wrong by so much. */
async function nodeClock(db: Database, wrongBy: number): Promise<Clock> {
  const clock = await sharedClock(db, () => Date.now() + wrongBy);
  onTestFinished(() => clock.stop());
  return clock;
}

/** Stands before the final dot, ticket taken, until it is told to go on. */
function hesitating(relay: Relay): Relay & { there: Promise<void>; goOn: () => void } {
  let arrived = () => {};
  let goOn = () => {};
  const there = new Promise<void>((resolve) => {
    arrived = resolve;
  });
  const told = new Promise<void>((resolve) => {
    goOn = resolve;
  });
  const send: Relay['send'] = (mail, beforeFinalDot) =>
    relay.send(mail, async () => {
      await beforeFinalDot();
      arrived();
      await told;
    });
  return { send, close: () => relay.close(), there, goOn: () => goOn() };
}

test.runIf(engine === 'postgres')(
  'two nodes whose clocks are minutes apart send each mail once, and none waits',
  async () => {
    const db = await freshDatabase();
    const [late, early] = [await nodeClock(db, -7 * MINUTE), await nodeClock(db, 7 * MINUTE)];
    const receiver = await startReceiver();
    // Queued by the node that is ahead, it is due at once on the one that is behind.
    await queue(db, order('one', { notBefore: early.now() - 1 }));
    const relay = hesitating(smtpRelay(receiver.url));
    const first = courierTo(db, late, receiver.url, { relay, alone: false, owner: 'late' });
    const second = courierTo(db, early, receiver.url, { alone: false, owner: 'early' });
    const sent = first.drain();
    await relay.there;
    // The one that is ahead must not take over what the other is just handing over.
    expect(await second.recover()).toBe(false);
    await second.drain();
    relay.goOn();
    await sent;
    expect(await states(db)).toEqual({ one: 'sent' });
    expect(receiver.mails).toHaveLength(1);
    expect(await tickets(db)).toEqual({ 'root:one': 1 });
  },
);

test.runIf(engine === 'postgres')(
  'what a dead node held is free two minutes later, however wrong its clock was',
  async () => {
    const db = await freshDatabase();
    const [late, early] = [await nodeClock(db, -7 * MINUTE), await nodeClock(db, 7 * MINUTE)];
    const receiver = await startReceiver();
    await queue(db, order('one'));
    const dead: Relay = { send: () => new Promise(() => {}), close: async () => {} };
    void courierTo(db, early, receiver.url, { relay: dead, alone: false, owner: 'early' }).drain();
    await expect.poll(() => states(db)).toEqual({ one: 'claimed' });
    const survivor = courierTo(db, late, receiver.url, { alone: false, owner: 'late' });
    expect(await survivor.recover()).toBe(false);
    // two minutes pass
    await db.kysely
      .updateTable('mails')
      .set((eb) => ({ lease_until: eb('lease_until', '-', 2 * MINUTE), next_attempt_at: 0 }))
      .execute();
    expect(await survivor.recover()).toBe(true);
    await db.kysely.updateTable('mails').set({ next_attempt_at: 0 }).execute();
    await survivor.drain();
    expect(await states(db)).toEqual({ one: 'sent' });
    expect(receiver.mails).toHaveLength(1);
  },
);

test.runIf(engine === 'postgres')(
  'a machine whose clock jumps, or that slept, is right again at the next look at the database',
  async () => {
    const db = await freshDatabase();
    let jumped = 0;
    const clock = await sharedClock(db, () => performance.now() + jumped);
    onTestFinished(() => clock.stop());
    const other = await nodeClock(db, 0);
    for (const by of [HOUR, -HOUR]) {
      jumped += by;
      await expect.poll(() => Math.abs(clock.now() - other.now()) < MINUTE, { timeout: 10_000 }).toBe(true);
    }
  },
);
