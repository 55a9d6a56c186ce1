import { expect, test } from 'vitest';
import { importCatalogue } from '../../src/catalogue/import-catalogue.ts';
import { catalogueOf, codesOf, readDay, toldBy, windowOf, wordsOf } from '../../src/cli/example/day.ts';
import { publishNotice, publishReport } from '../../src/notices/publish.ts';
import { changeEdition } from '../../src/notices/read.ts';
import { SYSTEM } from '../../src/staff/audit.ts';
import { subscriber } from '../support/addresses.ts';
import { alertCourier } from '../support/alert-house.ts';
import { alertGround } from '../support/alerts.ts';
import { clockAt } from '../support/clock.ts';
import { freshDatabase } from '../support/database.ts';
import { faultInput, nextReport, noticeGround, publisher } from '../support/notices.ts';
import { startReceiver } from '../support/smtp.ts';

const on = (time: string) => `2014-03-06T${time}:00+09:00`;

/** 6 March 2014 with mail: each publication is sent to its end before the next comes. What was told late then is told when it was known. */
async function theDay() {
  const db = await freshDatabase();
  const clock = clockAt(on('07:34'));
  const day = readDay();
  await importCatalogue({ db, clock, changed: (tx) => changeEdition(tx, clock.now()) }, SYSTEM, catalogueOf(day));
  const receiver = await startReceiver();
  const notices = noticeGround(db, clock);
  const alerts = alertGround(db, clock);
  const courier = alertCourier(alerts, receiver.url);
  const at = async (time: string, act: () => Promise<{ id: string }>) => {
    clock.set(time.includes('T') ? time : on(time));
    const { id } = await act();
    await courier.drain();
    return id;
  };
  const opens = (title: string, impact: { startedAt: string }, body: object, root?: string) =>
    publishNotice(
      notices,
      publisher,
      faultInput(
        {
          title: { ja: title },
          occurredAt: impact.startedAt,
          impacts: [{ approximate: true, ...impact }],
          ...(root ? { sharesRootWith: root } : {}),
        },
        { body, mail: true },
      ),
    );
  const tells = (id: string, phase: string, body: object, recoveredAt?: string, more: object = {}) => {
    const recovered = recoveredAt ? [{ impact: `${id}-1`, at: recoveredAt }] : undefined;
    return publishReport(
      notices,
      publisher,
      id,
      nextReport({ phase, body, mail: true, ...(recovered && { recovered }), ...more }),
    );
  };
  /** `8:00 障害発生` for each mail that somebody has got. */
  const got = async (name: string) =>
    (await receiver.read(`${name}@elsewhere.example`)).map((mail) => {
      const time = new Date(mail.date ?? '').toLocaleTimeString('ja', { timeZone: 'Asia/Tokyo', timeStyle: 'short' });
      return `${time} ${/^【([^】]+)】/.exec(mail.subject ?? '')?.[1]}`;
    });
  return { db, day, receiver, at, opens, tells, got };
}

test('6 March 2014 is at most three mails to each address, and 121 and 122 hear of recovery when theirs has come', async () => {
  const { db, day, receiver, at, opens, tells, got } = await theDay();
  await subscriber(db, 'on-121', ['121']);
  await subscriber(db, 'on-122-and-051', ['122', '051']);
  await subscriber(db, 'on-051', ['051']);
  await subscriber(db, 'everything', [], { scope: 'all' });
  await subscriber(db, 'webmail-only', [], { scope: 'services', services: ['webmail'] });
  // Both want what comes months later; only one of them has a mail left for it.
  await db.kysely
    .updateTable('addresses')
    .set({ late_final: 1 })
    .where('id', 'in', ['a-everything', 'a-webmail-only'])
    .execute();

  const window = (name: string) => windowOf(day, name);
  const mail = { service: 'mail', symptom: 'unavailable' };
  const whole = { ...mail, facilities: codesOf(day, 'notice-1'), startedAt: window('notice-1').startedAt };
  const again = { ...mail, facilities: codesOf(day, 'notice-2'), startedAt: window('notice-2').startedAt };
  const late = { service: 'mail', facilities: 'all', symptom: 'delayed', startedAt: window('notice-3').startedAt };
  const login = { service: 'webmail', facilities: 'all', symptom: 'login', startedAt: window('notice-4').startedAt };

  const root = await at('08:00', () => opens('OCNメールがご利用いただけません', whole, wordsOf(day, 'p-01')));
  await at('10:00', () => tells(root, 'update', wordsOf(day, 'p-02')));
  const second = await at('14:50', () => opens('設備121・122で再び', again, toldBy(day, 'notice-2'), root));
  await at('15:00', () => tells(root, 'recovery', toldBy(day, 'notice-1'), window('notice-1').recoveredAt));
  const delay = await at('15:10', () => opens('メールの到着が遅れています', late, wordsOf(day, 'p-05'), root));
  expect(await got('on-121')).toEqual(['8:00 障害発生', '10:00 障害続報']);
  await at('15:50', () => tells(second, 'recovery', toldBy(day, 'notice-2'), window('notice-2').recoveredAt));
  const signIn = await at('16:10', () =>
    opens('Webメールにログインしづらくなっています', login, toldBy(day, 'notice-4'), root),
  );
  await at('20:07', () => tells(signIn, 'recovery', toldBy(day, 'notice-4'), window('notice-4').recoveredAt));
  await at('21:29', () => tells(delay, 'delay_recovery', wordsOf(day, 'p-09'), window('notice-3').recoveredAt));

  // Months later, by mail only for whoever asked for that, and out of the same three.
  const causes = [{ text: { ja: 'ファイルサーバーの故障' } }];
  const measures = [{ field: 'hardware', status: 'planned', text: { ja: '冗長化' } }];
  for (const id of [root, second, delay, signIn])
    await at('2014-07-03T17:00:00+09:00', () =>
      tells(id, 'final', wordsOf(day, 'p-11'), undefined, { causes, measures }),
    );

  const told = ['8:00 障害発生', '10:00 障害続報'];
  expect(await got('on-051')).toEqual([...told, '15:00 復旧']);
  expect(await got('on-121')).toEqual([...told, '15:50 復旧']);
  expect(await got('on-122-and-051')).toEqual([...told, '15:50 復旧']);
  expect(await got('everything')).toEqual([...told, '15:50 復旧']);
  expect(await got('webmail-only')).toEqual(['16:10 障害発生', '20:07 復旧', '17:00 障害報告']);
  expect(receiver.mails).toHaveLength(15);
  // Who does not use webmail is told nothing of its times.
  for (const { to, text } of await receiver.read()) {
    if (to?.[0]?.address !== 'webmail-only@elsewhere.example') expect(text).not.toMatch(/16:10|20:07|Webメール/);
  }
  const [first] = await receiver.read('on-121@elsewhere.example');
  expect(first?.text).toContain('on-121@m121.example');
});
