import { expect, test } from 'vitest';
import { publishNotice, publishReport } from '../../src/notices/publish.ts';
import { MINUTE } from '../../src/time.ts';
import { subscriber } from '../support/addresses.ts';
import { alertCourier } from '../support/alert-house.ts';
import { alertGround } from '../support/alerts.ts';
import { clockAt } from '../support/clock.ts';
import { freshDatabase } from '../support/database.ts';
import { faultInput, nextReport, noticeGround, publisher, smallCatalogue } from '../support/notices.ts';
import { startFaultyRelay } from '../support/smtp.ts';

const READERS = 100;

test('M9: recovery published while four in ten first reports wait goes to all, once, and no fault is told after it', async () => {
  const db = await freshDatabase();
  await smallCatalogue(db);
  for (let n = 0; n < READERS; n++) await subscriber(db, `r${n}`, ['121']);
  const clock = clockAt('2014-03-06T08:00:00+09:00');
  const notices = noticeGround(db, clock);
  const relay = await startFaultyRelay();
  const courier = alertCourier(alertGround(db, clock), relay.url);
  const { id } = await publishNotice(notices, publisher, faultInput());
  let publishing: Promise<unknown> | undefined;
  relay.script = () => {
    if (relay.stored.length === 0.6 * READERS) {
      clock.advance(MINUTE);
      const recovered = [{ impact: `${id}-1`, at: '2014-03-06T08:00:30+09:00' }];
      publishing ??= publishReport(notices, publisher, id, nextReport({ phase: 'recovery', recovered, mail: true }));
    }
    return { dot: 'slow', storesAnyway: true };
  };
  await courier.drain();
  await publishing;
  clock.advance(MINUTE);
  await courier.drain();

  const numbers = new Map<string, string[]>();
  for (const { to, raw } of relay.stored) {
    const reader = to[0] ?? '';
    const mail = await db.kysely
      .selectFrom('mails')
      .innerJoin('alerts', 'alerts.id', 'mails.id')
      .select('alerts.phase')
      .where('mails.message_id', '=', /^Message-ID: (<[^>]+>)/im.exec(raw)?.[1] ?? '')
      .executeTakeFirstOrThrow();
    numbers.set(reader, [...(numbers.get(reader) ?? []), mail.phase]);
  }
  const stories = [...numbers.values()].map((phases) => phases.join(', '));
  const both = stories.filter((story) => story === 'first, recovery').length;
  const combined = stories.filter((story) => story === 'recovery').length;
  expect(both + combined).toBe(READERS);
  expect(combined).toBeGreaterThan(0.2 * READERS);
  const superseded = await db.kysely.selectFrom('alerts').select('id').where('ended', '=', 'superseded').execute();
  expect(superseded).toHaveLength(combined);
});
