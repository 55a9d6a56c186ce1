import { expect, test } from 'vitest';
import { publishNotice, publishReport } from '../../src/notices/publish.ts';
import { subscriber } from '../support/addresses.ts';
import { alertCourier } from '../support/alert-house.ts';
import { alertGround } from '../support/alerts.ts';
import { startApp } from '../support/app.ts';
import { clockAt } from '../support/clock.ts';
import { freshDatabase } from '../support/database.ts';
import { faultInput, nextReport, noticeGround, publisher, smallCatalogue } from '../support/notices.ts';
import { customerAt, PASSWORD } from '../support/people.ts';
import { startFaultyRelay } from '../support/smtp.ts';

test('an address that its server denies is not mailed again, one on a server of ours is', async () => {
  const db = await freshDatabase();
  await smallCatalogue(db);
  await db.kysely.insertInto('facility_domains').values({ domain: 'ours.example', facility: '121' }).execute();
  const clock = clockAt('2014-03-06T08:00:00+09:00');
  const notices = noticeGround(db, clock);
  const alerts = alertGround(db, clock);
  await subscriber(db, 'gone', ['121']);
  const ours = await subscriber(db, 'ours', ['121']);
  await db.kysely
    .updateTable('addresses')
    .set({ email: 'ours@ours.example', email_key: 'ours@ours.example' })
    .where('id', '=', ours.address)
    .execute();
  const relay = await startFaultyRelay({ rcpt: '550 5.1.1 no such user' });
  const courier = alertCourier(alerts, relay.url);
  const { id } = await publishNotice(notices, publisher, faultInput());
  await courier.drain();
  const quarantined = await db.kysely
    .selectFrom('addresses')
    .select(['id', 'quarantine_reply'])
    .where('quarantined_at', 'is not', null)
    .execute();
  expect(quarantined).toEqual([{ id: 'a-gone', quarantine_reply: expect.stringContaining('no such user') as string }]);
  relay.script = () => ({});
  clock.set('2014-03-06T15:00:00+09:00');
  await publishReport(
    notices,
    publisher,
    id,
    nextReport({ phase: 'recovery', recovered: [{ impact: `${id}-1`, at: '2014-03-06T14:22:00+09:00' }] }),
  );
  await courier.drain();
  expect(relay.stored.map((mail) => mail.to[0])).toEqual(['ours@ours.example']);
});

test('its owner is told on the first page after signing in, with what to do, and nobody else is', async () => {
  const shirase = await startApp();
  await smallCatalogue(shirase.db);
  const owner = await customerAt(shirase, 'taro', ['051']);
  const other = await customerAt(shirase, 'hanako', ['051']);
  const row = {
    place: 1,
    scope: 'mine',
    language: 'ja',
    works: 0,
    created_at: 0,
    confirmed_at: 1,
    stopped_at: null,
  } as const;
  await shirase.db.kysely
    .insertInto('addresses')
    .values({
      ...row,
      id: 'gone',
      customer_id: owner.id,
      email: 'Gone@docomo.example',
      email_key: 'gone@docomo.example',
    })
    .execute();
  expect((await owner.get('/my')).body).not.toContain('お知らせメールが届いていません');
  await shirase.db.kysely.updateTable('addresses').set({ quarantined_at: 2, quarantine_reply: '550 5.1.1' }).execute();
  const signedIn = await owner.submit('/my/sign-in', '/my/sign-in', { login: 'taro', password: PASSWORD });
  const page = await owner.get(String(signedIn.headers.location));
  expect(page.body).toMatch(/お知らせメールが届いていません[\s\S]*Gone@docomo\.example[\s\S]*href="\/my\/addresses"/);
  expect((await owner.get('/en/my')).body).toContain('Our alert mails do not reach you');
  expect((await owner.get('/my/addresses')).body).toContain('確認メールをもう一度送る');
  expect((await other.get('/my')).body).not.toContain('Gone@docomo.example');
});
