import { describe, expect, test } from 'vitest';
import { cancelQueued } from '../../src/mail/outbox.ts';
import { smtpRelay } from '../../src/mail/relay/smtp-relay.ts';
import { HOUR, MINUTE, SECOND } from '../../src/time.ts';
import { clockAt } from '../support/clock.ts';
import { freshDatabase } from '../support/database.ts';
import { courierTo, HASTY, order, queue, saying, states, tickets } from '../support/mail.ts';
import { type Script, startFaultyRelay, startReceiver } from '../support/smtp.ts';

const START = '2014-03-06T08:00:00+09:00';

async function ready(script: Script = {}, { hasty = false } = {}) {
  const db = await freshDatabase();
  const clock = clockAt(START);
  const relay = await startFaultyRelay(script);
  const url = script.auth === undefined ? relay.url : relay.url.replace('//', '//us:secret@');
  const courier = courierTo(db, clock, url, hasty ? { relay: smtpRelay(url, HASTY) } : {});
  return { db, clock, relay, courier };
}

describe('handing over', () => {
  test('sends each mail once, with its own headers, Japanese whole in subject and body', async () => {
    const db = await freshDatabase();
    const receiver = await startReceiver();
    const courier = courierTo(db, clockAt(START), receiver.url);
    await db.transaction(async (tx) => {
      const { addLetter } = await import('../../src/mail/outbox.ts');
      await addLetter(
        tx,
        {
          id: 'letter',
          subject: '【障害発生】髙橋さま①〜 OCNメールがご利用いただけません 😀（第1報）',
          text: '設備は%%server%%です。\n.先頭の点\n%%unknown%%\n',
          html: '<p>設備は%%server%%です。</p>',
          headers: { 'List-Id': '<notices.status.example>' },
        },
        0,
      );
    });
    await queue(
      db,
      order('m1', {
        fields: { server: { text: 'OCNメール設備121 %%server%%', html: 'OCN&lt;121&gt;' } },
        headers: {
          'List-Unsubscribe': '<http://status.example/stop/abc>',
          'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
        },
      }),
    );
    await courier.drain();
    await courier.drain();
    expect(await states(db)).toEqual({ m1: 'sent' });
    const [mail] = await receiver.read();
    expect(receiver.mails).toHaveLength(1);
    expect(receiver.mails[0]).toMatchObject({ from: 'notices@status.example', to: ['m1@elsewhere.example'] });
    expect(mail?.subject).toBe('【障害発生】髙橋さま①〜 OCNメールがご利用いただけません 😀（第1報）');
    expect(mail?.text?.trimEnd()).toBe('設備はOCNメール設備121 %%server%%です。\n.先頭の点\n%%unknown%%');
    expect(mail?.html).toContain('OCN&lt;121&gt;');
    expect(mail?.messageId).toBe('<m1@status.example>');
    expect(mail?.date).toBe('2014-03-05T23:00:00.000Z');
    const headers = Object.fromEntries((mail?.headers ?? []).map((header) => [header.key, header.value]));
    expect(headers).toMatchObject({
      'list-id': '<notices.status.example>',
      'list-unsubscribe': '<http://status.example/stop/abc>',
      'list-unsubscribe-post': 'List-Unsubscribe=One-Click',
      'auto-submitted': 'auto-generated',
      from: expect.stringContaining('notices@status.example') as string,
    });
    const longest = Math.max(...(receiver.mails[0]?.raw ?? '').split('\r\n').map((line) => line.length));
    expect(longest).toBeLessThanOrEqual(998);
  });

  test('urgent mails overtake a mass mailing', async () => {
    const { db, relay, courier } = await ready();
    await queue(db, ...Array.from({ length: 30 }, (_, n) => order(`bulk-${String(n).padStart(2, '0')}`)));
    await queue(db, order('confirm', { class: 'urgent', budget: null, notBefore: 5 }));
    await courier.drain();
    expect(relay.stored.findIndex((mail) => mail.to[0]?.startsWith('confirm'))).toBeLessThan(5);
    expect(relay.stored).toHaveLength(31);
  });

  test('cancelled mails, stale ones and those their owner takes back do not go', async () => {
    const db = await freshDatabase();
    const clock = clockAt(START);
    const relay = await startFaultyRelay();
    const courier = courierTo(db, clock, relay.url, {
      recheck: saying(({ id }) => (id === 'unwanted' ? { go: false, state: 'cancelled' } : { go: true, reserve: 0 })),
    });
    await queue(
      db,
      order('taken-back'),
      order('stale', { notAfter: clock.now() - 1 }),
      order('unwanted'),
      order('good'),
    );
    await db.transaction((tx) => cancelQueued(tx, ['taken-back'], 'cancelled'));
    await courier.drain();
    expect(await states(db)).toEqual({
      'taken-back': 'cancelled',
      stale: 'expired',
      unwanted: 'cancelled',
      good: 'sent',
    });
    expect(relay.tried).toBe(1);
  });

  test('what its owner takes back while it is being handed over never gets its final dot', async () => {
    const db = await freshDatabase();
    const relay = await startFaultyRelay();
    let asked = 0;
    const courier = courierTo(db, clockAt(START), relay.url, {
      recheck: saying(() => (++asked === 1 ? { go: true, reserve: 0 } : { go: false, state: 'cancelled' })),
    });
    await queue(db, order('changed-his-mind'));
    await courier.drain();
    expect(await states(db)).toEqual({ 'changed-his-mind': 'cancelled' });
    expect(relay.tried).toBe(1);
    expect(relay.stored).toEqual([]);
    expect(await tickets(db)).toEqual({});
  });

  test('nothing leaves while the sender is frozen', async () => {
    const { db, relay, courier } = await ready();
    await db.kysely.updateTable('couriers').set({ frozen_at: 1, frozen_reason: 'restored from a backup' }).execute();
    await queue(db, order('m1'));
    await courier.drain();
    expect(relay.tried).toBe(0);
    await db.kysely.updateTable('couriers').set({ frozen_at: null }).execute();
    await courier.drain();
    expect(await states(db)).toEqual({ m1: 'sent' });
  });
});

describe('every way in which a relay fails ends in its documented state', () => {
  const never = { state: 'failed', tickets: 0, stored: 0 };
  const later = { state: 'queued', tickets: 0, stored: 0 };
  const TLS = '250-relay.test\r\n250 STARTTLS';
  const cases: [string, Script | 'nobody listens', { state: string; tickets: number; stored: number }][] = [
    ['a connection that is refused', 'nobody listens', later],
    ['a greeting of 421', { connect: '421 too busy' }, later],
    ['a connection closed before the greeting', { connect: 'drop' }, later],
    ['no greeting', { connect: 'hang' }, later],
    ['EHLO refused', { ehlo: '550 go away' }, later],
    ['STARTTLS offered and refused', { ehlo: TLS }, later],
    ['STARTTLS agreed to and then no TLS', { ehlo: TLS, starttls: '220 go on\r\nnoise' }, later],
    ['STARTTLS agreed to and then silence', { ehlo: TLS, starttls: '220 go on' }, later],
    ['a connection closed at STARTTLS', { ehlo: TLS, starttls: 'drop' }, later],
    ['a login that is refused', { ehlo: '250-relay.test\r\n250 AUTH PLAIN', auth: '535 5.7.8 no such login' }, later],
    ['MAIL 552', { mail: '552 5.3.4 too large' }, later],
    ['MAIL 451', { mail: '451 4.3.0 try later' }, later],
    ['RCPT 450, a greylist', { rcpt: '450 4.2.0 greylisted' }, later],
    ['RCPT 452', { rcpt: '452 4.5.3 too many' }, later],
    ['RCPT 550 no such user', { rcpt: '550 5.1.1 user unknown' }, never],
    ['RCPT 551 moved away', { rcpt: '551 5.1.6 user has moved' }, never],
    ['RCPT 553 no such name', { rcpt: '553 5.1.3 mailbox name not allowed' }, never],
    ['RCPT 552 mailbox full', { rcpt: '552 5.2.2 mailbox full' }, later],
    ['RCPT 554 our reputation', { rcpt: '554 5.7.1 blocked by spamhaus' }, later],
    ['connection lost after RCPT', { data: 'drop' }, later],
    ['RCPT 554 for another reason', { rcpt: '554 5.0.0 no' }, never],
    ['DATA 451', { data: '451 4.3.0 no space' }, later],
    ['DATA 554', { data: '554 5.6.0 no' }, never],
    ['451 after the final dot', { dot: '451 4.3.0 no' }, later],
    ['421 after the final dot', { dot: '421 4.3.0 closing' }, later],
    ['552 after the final dot', { dot: '552 5.3.4 too large' }, later],
    ['554 after the final dot', { dot: '554 5.6.0 content' }, never],
  ];
  for (const [name, script, expected] of cases) {
    test(`${name}: ${expected.state}`, async () => {
      const { db, relay, courier } = await ready(script === 'nobody listens' ? {} : script, {
        hasty: /^no greeting|silence|no TLS/.test(name),
      });
      if (script === 'nobody listens') await relay.close();
      await queue(db, order('m1'));
      await courier.drain();
      expect(relay.tried).toBeLessThanOrEqual(1);
      expect(await states(db)).toEqual({ m1: expected.state });
      expect((await tickets(db))['root:m1'] ?? 0).toBe(expected.tickets);
      expect(relay.stored).toHaveLength(expected.stored);
    });
  }

  test('a dead address is told to the mail’s owner, a full mailbox and our bad name are not the address’ fault', async () => {
    const db = await freshDatabase();
    const relay = await startFaultyRelay((mail) => {
      if (mail.to[0]?.startsWith('dead')) return { rcpt: '550 5.1.1 no such user here' };
      if (mail.to[0]?.startsWith('full')) return { rcpt: '552 5.2.2 mailbox full' };
      return { rcpt: '550 5.7.26 unauthenticated mail is blocked' };
    });
    const dead: string[] = [];
    const courier = courierTo(db, clockAt(START), relay.url, {
      settled: async (_tx, endings) => {
        for (const { mail, deadAddress } of endings) if (deadAddress) dead.push(mail.id);
      },
    });
    await queue(db, order('dead'), order('full'), order('name'));
    await courier.drain();
    expect(dead).toEqual(['dead']);
  });

  test('M6: a greylist of five minutes lets it in at the second to fourth try, with one ticket, and blames no address', async () => {
    const db = await freshDatabase();
    const clock = clockAt(START);
    const relay = await startFaultyRelay({ rcpt: '450 4.2.0 greylisted' });
    let blamed = 0;
    const courier = courierTo(db, clock, relay.url, {
      settled: async (_tx, endings) => {
        blamed += endings.filter(({ deadAddress, kind }) => deadAddress || kind === 'failed').length;
      },
    });
    await queue(db, order('m1'));
    const greyUntil = clock.now() + 5 * MINUTE;
    for (const patience = clock.now() + HOUR; relay.stored.length === 0 && clock.now() < patience; ) {
      if (clock.now() >= greyUntil) relay.script = () => ({});
      await courier.drain();
      clock.advance(20 * SECOND);
    }
    expect(relay.stored).toHaveLength(1);
    expect(relay.tried).toBeGreaterThanOrEqual(2);
    expect(relay.tried).toBeLessThanOrEqual(4);
    expect(await tickets(db)).toEqual({ 'root:m1': 1 });
    expect(blamed).toBe(0);
  });

  test('what is said in one mail alone is forgotten once the relay has it, and kept while it may be said again', async () => {
    const db = await freshDatabase();
    const clock = clockAt(START);
    const relay = await startFaultyRelay((mail) => {
      if (mail.to[0]?.startsWith('grey')) return { rcpt: '450 4.2.0 greylisted' };
      return mail.to[0]?.startsWith('lost') ? { dot: 'drop' } : {};
    });
    const courier = courierTo(db, clock, relay.url);
    const fields = { server: { text: '設備121', html: '設備121' } };
    await queue(db, order('taken', { fields }), order('grey', { fields }), order('lost', { fields, repeatable: true }));
    const kept = async () =>
      (await db.kysely.selectFrom('mail_words').select('mail_id').orderBy('mail_id').execute()).map(
        (row) => row.mail_id,
      );
    await courier.drain();
    expect(await kept()).toEqual(['grey', 'lost']);
    relay.script = () => ({});
    clock.advance(HOUR);
    await courier.drain();
    expect(await states(db)).toEqual({ taken: 'sent', grey: 'sent', lost: 'sent' });
    expect(await kept()).toEqual([]);
  });

  test('it stops trying when the mail is worth nothing any more', async () => {
    const { db, clock, courier } = await ready({ rcpt: '450 4.2.0 later' });
    await queue(db, order('m1', { notAfter: clock.now() + HOUR }));
    for (let n = 0; n < 12; n++) {
      await courier.drain();
      clock.advance(20 * MINUTE);
    }
    expect(await states(db)).toEqual({ m1: 'expired' });
  });
});

describe('an answer that never came', () => {
  for (const dot of ['drop', 'reset', 'hang', 'half'] as const) {
    test(`after the final dot (${dot}) keeps its ticket; the repeat is the same mail under the same Message-ID`, async () => {
      const { db, clock, relay, courier } = await ready({ dot, storesAnyway: true }, { hasty: dot === 'hang' });
      await queue(db, order('m1'));
      await courier.drain();
      expect(await states(db)).toEqual({ m1: 'queued' });
      expect(await tickets(db)).toEqual({ 'root:m1': 1 });
      relay.script = () => ({});
      clock.advance(5 * MINUTE);
      await courier.drain();
      expect(await states(db)).toEqual({ m1: 'sent' });
      expect(await tickets(db)).toEqual({ 'root:m1': 2 });
      expect(relay.stored).toHaveLength(2);
      expect(relay.stored[0]?.raw).toBe(relay.stored[1]?.raw);
    });
  }

  test('is not repeated where that would take what is kept for recovery, and stays in sight', async () => {
    const db = await freshDatabase();
    const clock = clockAt(START);
    const relay = await startFaultyRelay({ dot: 'drop', storesAnyway: true });
    const courier = courierTo(db, clock, relay.url, { recheck: saying(() => ({ go: true, reserve: 1 })) });
    await queue(db, order('m1'));
    for (let n = 0; n < 6; n++) {
      await courier.drain();
      clock.advance(HOUR);
    }
    expect(await states(db)).toEqual({ m1: 'in_doubt' });
    expect(relay.stored).toHaveLength(2);
    expect(await tickets(db)).toEqual({ 'root:m1': 2 });
  });

  test('is never repeated for a mail that may not be', async () => {
    const { db, clock, relay, courier } = await ready({ dot: 'drop', storesAnyway: true });
    await queue(db, order('m1', { repeatable: false }));
    await courier.drain();
    clock.advance(HOUR);
    await courier.drain();
    expect(await states(db)).toEqual({ m1: 'in_doubt' });
    expect(relay.stored).toHaveLength(1);
  });

  test('a later refusal gives back only its own ticket, never that of the doubtful attempt before', async () => {
    const { db, clock, relay, courier } = await ready({ dot: 'drop', storesAnyway: true });
    await queue(db, order('m1'));
    await courier.drain();
    relay.script = () => ({ dot: '451 4.3.0 no' });
    clock.advance(5 * MINUTE);
    await courier.drain();
    expect(await tickets(db)).toEqual({ 'root:m1': 1 });
    expect(relay.stored).toHaveLength(1);
  });
});

describe('the three tickets', () => {
  test('a fourth hand-over is impossible, whoever tries', async () => {
    const { db, relay, courier } = await ready();
    await queue(db, ...[1, 2, 3, 4, 5].map((n) => order(`m${n}`, { budget: 'root:one@elsewhere.example' })));
    await courier.drain();
    const found = Object.values(await states(db)).sort();
    expect(found).toEqual(['no_budget', 'no_budget', 'sent', 'sent', 'sent']);
    expect(relay.stored).toHaveLength(3);
    const fourth = { budget: 'root:one@elsewhere.example', number: 4, mail_id: 'x', taken_at: 0 };
    await expect(db.kysely.insertInto('tickets').values(fourth).execute()).rejects.toThrow();
    await expect(
      db.kysely
        .insertInto('tickets')
        .values({ ...fourth, number: 3 })
        .execute(),
    ).rejects.toThrow();
  });

  test('mails under one budget wait for each other while many pass, and never reach for the same ticket', async () => {
    const db = await freshDatabase();
    const relay = await startFaultyRelay();
    const courier = courierTo(db, clockAt(START), relay.url, {
      lanes: { urgent: 1, bulk: 100 },
      laneRules: [{ domains: ['elsewhere.example'], lanes: 100 }],
    });
    const readers = Array.from({ length: 60 }, (_, n) => `reader${n}`);
    const mails = [1, 2, 3, 4].flatMap((nth) =>
      readers.map((name) => order(`${name}-${nth}`, { budget: `root:${name}` })),
    );
    await queue(db, ...mails);
    await courier.drain();
    expect(await tickets(db)).toEqual(Object.fromEntries(readers.map((name) => [`root:${name}`, 3])));
    expect(relay.stored).toHaveLength(180);
    expect(db.failures()).toBe(0);
  });

  test('two couriers on one database send nothing twice', async () => {
    const db = await freshDatabase();
    const clock = clockAt(START);
    const relay = await startFaultyRelay();
    const couriers = ['a', 'b'].map((owner) => courierTo(db, clock, relay.url, { owner, alone: false }));
    await queue(db, ...Array.from({ length: 60 }, (_, n) => order(`m${n}`)));
    await Promise.all(couriers.map((courier) => courier.drain()));
    expect(relay.stored).toHaveLength(60);
    expect(new Set(relay.stored.map((mail) => mail.to[0])).size).toBe(60);
  });

  test('what a dead process had claimed goes again, what it was handing over is in doubt', async () => {
    const { db, relay, courier } = await ready();
    await queue(db, order('claimed'), order('handing', { repeatable: false }));
    const dead = { lease_owner: 'dead', lease_until: Date.parse(START) + HOUR, attempts: 1 };
    await db.kysely
      .updateTable('mails')
      .set({ ...dead, state: 'claimed' })
      .where('id', '=', 'claimed')
      .execute();
    await db.kysely
      .updateTable('mails')
      .set({ ...dead, state: 'handing', ticket: 1 })
      .where('id', '=', 'handing')
      .execute();
    await db.kysely
      .insertInto('tickets')
      .values({ budget: 'root:handing', number: 1, mail_id: 'handing', taken_at: 0 })
      .execute();
    await courier.recover();
    expect(await states(db)).toEqual({ claimed: 'queued', handing: 'in_doubt' });
    expect(relay.stored).toEqual([]);
    const notAlone = courierTo(db, clockAt(START), relay.url, { alone: false, owner: 'other' });
    await db.kysely
      .updateTable('mails')
      .set({ ...dead, state: 'claimed' })
      .where('id', '=', 'claimed')
      .execute();
    await notAlone.recover();
    expect((await states(db)).claimed).toBe('claimed');
  });
});

describe('a relay that is down', () => {
  test('opens a circuit: a probe in half a minute instead of everybody at once, and nothing is charged to the mails', async () => {
    const { db, clock, relay, courier } = await ready({ connect: '421 down' });
    await queue(db, ...Array.from({ length: 40 }, (_, n) => order(`m${String(n).padStart(2, '0')}`)));
    for (let n = 0; n < 8; n++) {
      await courier.drain();
      clock.advance(1000);
    }
    const tries = await db.kysely.selectFrom('mails').select('id').where('reply', 'is not', null).execute();
    expect(tries.length).toBeLessThan(16);
    const attempts = await db.kysely.selectFrom('mails').select('attempts').execute();
    expect(attempts.every((row) => row.attempts === 0)).toBe(true);
    relay.script = () => ({});
    for (let n = 0; n < 4; n++) {
      clock.advance(MINUTE);
      await courier.drain();
    }
    expect(relay.stored).toHaveLength(40);
  });
});

describe('stopping', () => {
  test('finishes what is under way, claims nothing more and leaves nothing in doubt', async () => {
    const { db, relay, courier } = await ready();
    await queue(db, ...Array.from({ length: 400 }, (_, n) => order(`m${n}`)));
    courier.start();
    while (relay.stored.length < 20) await new Promise((resolve) => setImmediate(resolve));
    await courier.stop();
    const found = await states(db);
    const sent = Object.values(found).filter((state) => state === 'sent').length;
    expect(sent).toBe(relay.stored.length);
    expect(Object.values(found).filter((state) => state === 'queued').length).toBe(400 - sent);
    expect(sent).toBeLessThan(400);
  });
});
