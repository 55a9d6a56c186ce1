import { expect, test } from 'vitest';
import { releaseHeld } from '../../src/alerts/release.ts';
import { correctReport } from '../../src/notices/correct.ts';
import { publishNotice } from '../../src/notices/publish.ts';
import { SYSTEM } from '../../src/staff/audit.ts';
import { changeSettings } from '../../src/staff/settings.ts';
import { subscriber } from '../support/addresses.ts';
import { alertHouse, on, recovered } from '../support/alert-house.ts';
import { faultInput, publisher } from '../support/notices.ts';

/** The cases of RELIABILITY 3.3, each by its name there, lived through with real mail. */

type House = Awaited<ReturnType<typeof alertHouse>>;

/** A house with these people, all told of the fault at 8:00. */
async function told(...people: [name: string, facilities: string[]][]): Promise<House & { id: string }> {
  const house = await alertHouse();
  for (const [name, facilities] of people) await subscriber(house.db, name, facilities);
  const { id } = await publishNotice(house.notices, publisher, faultInput());
  await house.mailed('nobody');
  return { ...house, id };
}

const numbers = async (house: House, name: string) =>
  (await house.mailed(name)).map((mail) => /第\d+報改?/.exec(mail.subject ?? '')?.[0]);

const again = (startedAt: string) => ({
  impacts: [{ service: 'mail', facilities: ['121'], symptom: 'unavailable', startedAt }],
});

test('ten updates: none is mailed unless staff choose it, and then one', async () => {
  const house = await told(['taro', ['121']]);
  for (let n = 0; n < 10; n++) {
    house.clock.advance(60_000);
    await house.tell(house.id, { phase: 'update', mail: n === 4 || n === 7 ? true : undefined });
    await house.mailed('taro');
  }
  expect(await numbers(house, 'taro')).toEqual(['第1報', '第6報']);
});

test('recovery with backlog: recovery is mail 2, the delay cleared is mail 3, the final report stays on the page', async () => {
  const house = await told(['taro', ['121']]);
  const { id, clock } = house;
  clock.set(on('19:32'));
  await house.tell(id, {
    phase: 'recovery',
    recovered: recovered(id, '19:30'),
    impacts: [{ service: 'mail', facilities: ['121'], symptom: 'delayed', startedAt: on('07:34') }],
    residual: { ja: '遅延しているメールを順次配信しています。' },
  });
  expect((await house.mailed('taro')).at(-1)?.text).toContain('遅延しているメールを順次配信しています。');
  expect((await house.mailed('taro')).at(-1)?.text).toContain('お客さまのメールの到着が遅れています。');
  clock.set(on('21:25'));
  await house.tell(id, { phase: 'delay_recovery', recovered: [{ impact: `${id}-2`, at: on('21:25') }] });
  expect(await numbers(house, 'taro')).toEqual(['第1報', '第2報', '第3報']);
  await house.tell(id, {
    phase: 'final',
    causes: [{ text: { ja: '装置の故障' } }],
    measures: [{ field: 'hardware', status: 'planned', text: { ja: '冗長化' } }],
  });
  expect(await numbers(house, 'taro')).toHaveLength(3);
});

test('no delay: the final report is mail 3 within three days, and later goes only to those who asked for it', async () => {
  const final = {
    phase: 'final',
    causes: [{ text: { ja: '装置の故障' } }],
    measures: [{ field: 'hardware', status: 'planned', text: { ja: '冗長化' } }],
  };
  const soon = await told(['taro', ['121']]);
  soon.clock.set(on('15:00'));
  await soon.tell(soon.id, { phase: 'recovery', recovered: recovered(soon.id) });
  await soon.mailed('taro');
  soon.clock.set('2014-03-08T10:00:00+09:00');
  await soon.tell(soon.id, final);
  expect(await numbers(soon, 'taro')).toEqual(['第1報', '第2報', '第3報']);

  const late = await told(['taro', ['121']], ['hanako', ['121']]);
  await late.db.kysely.updateTable('addresses').set({ late_final: 1 }).where('id', '=', 'a-hanako').execute();
  late.clock.set(on('15:00'));
  await late.tell(late.id, { phase: 'recovery', recovered: recovered(late.id) });
  await late.mailed('taro');
  late.clock.set('2014-07-18T10:00:00+09:00');
  await late.tell(late.id, final);
  expect(await numbers(late, 'taro')).toEqual(['第1報', '第2報']);
  expect(await numbers(late, 'hanako')).toEqual(['第1報', '第2報', '第3報']);
});

test('recovery announced wrongly: within the hold the mails are taken back, and no ticket is spent', async () => {
  const house = await told(['taro', ['121']]);
  const { db, id, clock } = house;
  await changeSettings(db, clock, SYSTEM, { recoveryHoldMinutes: 5 });
  clock.set(on('15:00'));
  await house.tell(id, { phase: 'recovery', recovered: recovered(id, '14:58') });
  expect(await numbers(house, 'taro')).toEqual(['第1報']);
  clock.set(on('15:03'));
  await house.tell(id, { phase: 'update', mail: false, ...again(on('15:01')) });
  clock.set(on('15:10'));
  expect(await numbers(house, 'taro')).toEqual(['第1報']);
  clock.set(on('16:00'));
  await house.tell(id, { phase: 'recovery', recovered: [{ impact: `${id}-2`, at: on('15:50') }] });
  expect(await numbers(house, 'taro')).toEqual(['第1報']);
  clock.set(on('16:05'));
  expect(await numbers(house, 'taro')).toEqual(['第1報', '第4報']);
  const tickets = await db.kysely.selectFrom('tickets').select('number').execute();
  expect(tickets).toHaveLength(2);
});

test('relapse after recovery: one more mail where one is left, and none after that', async () => {
  const house = await told(['taro', ['121']]);
  const { id, clock } = house;
  clock.set(on('15:00'));
  await house.tell(id, { phase: 'recovery', recovered: recovered(id) });
  await house.mailed('taro');
  clock.set(on('15:20'));
  await house.tell(id, { phase: 'update', ...again(on('15:10')) });
  const last = (await house.mailed('taro')).at(-1);
  expect(last?.text).toContain('影響を受けています');
  expect(last?.text).toContain('これが3通目で、最後です。');
  clock.set(on('17:00'));
  await house.tell(id, { phase: 'recovery', recovered: [{ impact: `${id}-2`, at: on('16:50') }] });
  expect(await numbers(house, 'taro')).toEqual(['第1報', '第2報', '第3報']);
});

test('correction: the page shows it; it is mailed where staff choose, out of what is left, never in recovery’s place', async () => {
  const house = await told(['taro', ['121']]);
  const { id, clock } = house;
  clock.set(on('08:10'));
  await correctReport(house.notices, publisher, id, 1, { reason: { ja: '誤記' } });
  expect(await numbers(house, 'taro')).toEqual(['第1報']);
  await correctReport(house.notices, publisher, id, 1, {
    reason: { ja: '対象設備の誤り' },
    body: { ja: '対象設備を訂正します。' },
    mail: true,
  });
  const mail = (await house.mailed('taro')).at(-1);
  expect(mail?.subject).toMatch(/^【訂正】.*（第1報改）$/);
  expect(mail?.text).toContain('訂正の理由: 対象設備の誤り');
  await correctReport(house.notices, publisher, id, 1, { reason: { ja: '再訂正' }, mail: true });
  clock.set(on('15:00'));
  await house.tell(id, { phase: 'recovery', recovered: recovered(id) });
  expect(await numbers(house, 'taro')).toEqual(['第1報', '第1報改', '第2報']);
});

test('subscribed during the fault: nothing is mailed after the fact, and recovery is', async () => {
  const house = await told();
  await subscriber(house.db, 'late', ['121']);
  expect(await numbers(house, 'late')).toEqual([]);
  house.clock.set(on('15:00'));
  await house.tell(house.id, { phase: 'recovery', recovered: recovered(house.id) });
  const [only] = await house.mailed('late');
  expect(only?.subject).toMatch(/^【復旧】/);
  expect(only?.text).toContain('これは1通目です。');
});

test('quiet hours, M17: first 02:00, update 03:00, recovery 05:00: at 08:00 one mail with the current state', async () => {
  const house = await alertHouse();
  const { db, clock } = house;
  for (const [name, hoursForAll] of [
    ['all-kept', 1],
    ['updates-only', 0],
  ] as const) {
    await subscriber(db, name, ['121']);
    await db.kysely
      .updateTable('addresses')
      .set({ hours: 1, hours_for_all: hoursForAll })
      .where('id', '=', `a-${name}`)
      .execute();
  }
  clock.set(on('02:00'));
  const impacts = [{ service: 'mail', facilities: ['121'], symptom: 'unavailable', startedAt: on('01:50') }];
  const { id } = await publishNotice(house.notices, publisher, faultInput({ impacts, occurredAt: on('01:50') }));
  await house.mailed('all-kept');
  clock.set(on('03:00'));
  await house.tell(id, { phase: 'update' });
  await house.mailed('all-kept');
  clock.set(on('05:00'));
  await house.tell(id, { phase: 'recovery', recovered: recovered(id, '04:50') });
  expect(await numbers(house, 'all-kept')).toEqual([]);
  // Who keeps hours for updates alone is told at once what matters; the update was replaced while it waited.
  expect(await numbers(house, 'updates-only')).toEqual(['第1報', '第3報']);
  clock.set(on('07:59'));
  expect(await numbers(house, 'all-kept')).toEqual([]);
  clock.set(on('08:00'));
  expect(await numbers(house, 'all-kept')).toEqual(['第3報']);
  expect((await house.mailed('all-kept'))[0]?.text).toContain('現在は回復しています');
});

test('quiet hours hold for what comes late by the pace or by refusals, too', async () => {
  const house = await told(['taro', ['121']]);
  const { db, id, clock } = house;
  await db.kysely.updateTable('addresses').set({ hours: 1 }).execute();
  clock.set(on('18:55'));
  await house.tell(id, { phase: 'update' });
  await house.expand();
  clock.set(on('19:05'));
  expect(await numbers(house, 'taro')).toEqual(['第1報']);
  clock.set('2014-03-07T08:00:00+09:00');
  expect(await numbers(house, 'taro')).toEqual(['第1報', '第2報']);
});

test('address lives on the faulty server: held back until it recovers, then the newest report only', async () => {
  const house = await alertHouse();
  const { db, clock } = house;
  await subscriber(db, 'taro', ['121']);
  await db.kysely
    .updateTable('addresses')
    .set({ email: 'taro@m121.example', email_key: 'taro@m121.example', scope: 'all' })
    .execute();
  const read = async () => {
    await releaseHeld(house.alerts);
    await house.mailed('taro');
    return (await house.receiver.read('taro@m121.example')).map((mail) => /第\d報/.exec(mail.subject ?? '')?.[0]);
  };
  const { id } = await publishNotice(house.notices, publisher, faultInput());
  // Another fault, not of his own server: he cannot be told of it either.
  const elsewhere = [{ service: 'ocn-id', facilities: 'all', symptom: 'login', startedAt: on('07:50') }];
  const other = await publishNotice(house.notices, publisher, faultInput({ impacts: elsewhere }));
  expect(await read()).toEqual([]);
  clock.set(on('09:00'));
  await house.tell(id, { phase: 'update' });
  await house.tell(other.id, { phase: 'update' });
  expect(await read()).toEqual([]);
  clock.set(on('15:00'));
  await house.tell(id, { phase: 'recovery', recovered: recovered(id) });
  expect((await read()).sort()).toEqual(['第2報', '第3報']);
  const sent = await house.receiver.read('taro@m121.example');
  expect(sent.map((mail) => mail.subject?.slice(0, 4)).sort()).toEqual(['【復旧】', '【障害続']);
});

test('planned work: its own three, for those who asked, and a fault during the work has three of its own', async () => {
  const house = await alertHouse();
  const { db, clock } = house;
  await subscriber(db, 'wants', ['141'], { works: 1 });
  await subscriber(db, 'does-not', ['141']);
  const planned = { from: on('22:00'), to: on('23:00') };
  const impacts = [{ service: 'mail', facilities: ['141'], symptom: 'unavailable' }];
  const work = faultInput({ kind: 'work', planned, impacts, occurredAt: undefined }, { phase: 'plan' });
  const { id } = await publishNotice(house.notices, publisher, work);
  await house.mailed('wants');
  clock.set(on('22:00'));
  await house.tell(id, { phase: 'start' });
  await house.mailed('wants');
  clock.set(on('22:30'));
  const fault = [{ service: 'mail', facilities: ['141'], symptom: 'unavailable', startedAt: on('22:20') }];
  await publishNotice(house.notices, publisher, faultInput({ impacts: fault, occurredAt: on('22:20') }));
  await house.mailed('wants');
  clock.set(on('23:00'));
  await house.tell(id, { phase: 'complete' });
  const subjects = (await house.mailed('wants')).map((mail) => /^【(.*?)】/.exec(mail.subject ?? '')?.[1]);
  expect(subjects).toEqual(['工事予告', '工事開始', '障害発生', '工事完了']);
  expect((await house.mailed('does-not')).map((mail) => mail.subject?.slice(0, 5))).toEqual(['【障害発生']);
  const [plan] = await house.mailed('wants');
  expect(plan?.text).toContain('・wants@m141.example（OCNメール設備141）： 工事の予定があります');
});
