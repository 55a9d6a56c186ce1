import { expect, test } from 'vitest';
import { stopToken } from '../../src/alerts/addresses/stop-link.ts';
import { expandNext } from '../../src/alerts/expand.ts';
import { forecast } from '../../src/alerts/forecast.ts';
import { publishNotice, publishReport } from '../../src/notices/publish.ts';
import { MINUTE } from '../../src/time.ts';
import { subscriber } from '../support/addresses.ts';
import { alertCourier, on, recovered } from '../support/alert-house.ts';
import { alertGround } from '../support/alerts.ts';
import { startApp } from '../support/app.ts';
import { signedIn } from '../support/customers.ts';
import { faultInput, nextReport, noticeGround, publisher, smallCatalogue } from '../support/notices.ts';
import { startReceiver } from '../support/smtp.ts';

/** Two readers on the broken server, a relay, and the link in the first one's mail. */
async function house() {
  const open = await startApp({ now: on('08:00') });
  const { app, db, clock, ground } = open;
  await smallCatalogue(db);
  for (const name of ['taro', 'hanako']) await subscriber(db, name, ['121']);
  const receiver = await startReceiver();
  const alerts = alertGround(db, clock, { secret: ground.secret });
  const courier = alertCourier(alerts, receiver.url);
  const notices = noticeGround(db, clock);
  const publish = () => publishNotice(notices, publisher, faultInput());
  const tell = (id: string, report: Record<string, unknown>) =>
    publishReport(notices, publisher, id, nextReport({ mail: true, ...report }));
  /** Sends what is due. @returns how many mails each has had. */
  const mailed = async () => {
    await courier.drain();
    const to = receiver.mails.map((mail) => mail.to[0]);
    return ['taro', 'hanako'].map((name) => to.filter((one) => one === `${name}@elsewhere.example`).length);
  };
  const link = async () =>
    /http:\/\/status\.example(\/stop\/\S+)/.exec(
      (await receiver.read('taro@elsewhere.example')).at(0)?.text ?? '',
    )?.[1];
  const mute = (url: string | undefined, notice: string) =>
    app.inject({
      method: 'POST',
      url: `${url}/notice`,
      headers: { 'content-type': 'application/x-www-form-urlencoded', cookie: 'session=of-somebody' },
      payload: new URLSearchParams({ notice }).toString(),
    });
  const stop = (name: string) => `/stop/${stopToken(ground.secret, `a-${name}`)}`;
  return { ...open, publish, tell, mailed, link, mute, stop, notices };
}

test('whoever has had enough of one notice gets no more of it, not even recovery, and all others as before', async () => {
  const { app, db, clock, publish, tell, mailed, mute, link, stop } = await house();
  const { id } = await publish();
  expect(await mailed()).toEqual([1, 1]);
  const url = await link();
  expect(url).toBe(stop('taro'));
  const page = await app.inject(url ?? '');
  expect(page.body).toContain('1つのお知らせについてのメールだけを止める');
  expect(page.body).toContain(`value="${id}"`);
  // An update waits for its second when he presses the button: it does not go.
  await tell(id, { phase: 'update' });
  const done = await mute(url, id);
  expect([done.statusCode, done.headers['set-cookie']]).toEqual([200, undefined]);
  expect(done.body).toContain('次のお知らせについてのメールを止めました');
  // He is not asked once more whether to stop everything, as if nothing had been done.
  expect(/<h1>([^<]*)/.exec(done.body)?.[1]).toBe('1つのお知らせのメールを止めました');
  expect(done.body).toContain('<h2>すべてのお知らせメールを停止する</h2>');
  expect(done.body).not.toContain(`value="${id}"`);
  expect(await mailed()).toEqual([1, 2]);
  clock.advance(30 * MINUTE);
  await tell(id, { phase: 'recovery', recovered: recovered(id, '08:20') });
  clock.advance(30 * MINUTE);
  expect(await mailed()).toEqual([1, 3]);
  await publish();
  expect(await mailed()).toEqual([2, 4]);
  const [trail] = await db.kysely.selectFrom('audit_entries').selectAll().where('act', '=', 'address.mute').execute();
  expect(JSON.parse(trail?.after_json ?? '')).toEqual({ notice: id, by: 'link' });
});

test('what waits for him when he presses the button is taken back at once', async () => {
  const { db, publish, tell, mailed, mute, stop } = await house();
  const { id } = await publish();
  await mailed();
  await tell(id, { phase: 'update' });
  const alerts = alertGround(db, { now: () => Date.parse(on('08:00')) });
  await expandNext(alerts);
  await mute(stop('taro'), id);
  const ended = await db.kysely
    .selectFrom('alerts')
    .innerJoin('mails', 'mails.id', 'alerts.id')
    .select(['alerts.ended', 'mails.state'])
    .where('alerts.address_id', '=', 'a-taro')
    .where('alerts.slot', '=', 3)
    .execute();
  expect(ended).toEqual([{ ended: 'unsubscribed', state: 'cancelled' }]);
});

test('the forecast that staff see before they publish leaves him out', async () => {
  const { db, clock, publish, mailed, mute, stop } = await house();
  const { id } = await publish();
  await mailed();
  await mute(stop('taro'), id);
  const fanout = await db.kysely.selectFrom('fanouts').select('plan').executeTakeFirstOrThrow();
  const { all, open } = JSON.parse(fanout.plan) as { all: never[]; open: never[] };
  const publication = {
    noticeId: id,
    rootId: id,
    kind: 'fault',
    phase: 'update',
    purpose: 'update',
    mail: true,
  } as const;
  const told = { reportNumber: 2, revision: 0, publishedAt: clock.now(), planned: null, all, open };
  expect(await forecast({ db, alertsPerNotice: 3 }, { ...publication, ...told })).toMatchObject({
    mailed: 1,
    asked: 1,
  });
});

test('a forged link, or a notice that the address was never told of, changes nothing; opening the page neither', async () => {
  const { app, db, publish, mailed, mute, stop } = await house();
  const { id } = await publish();
  await mailed();
  const tries: [string, string, number][] = [
    [stop('taro').slice(0, -1), id, 404],
    [stop('nobody'), id, 404],
    [stop('taro'), '20140306-9', 404],
    [stop('taro'), '', 422],
    [stop('taro'), '\u0000', 422],
  ];
  for (const [url, notice, status] of tries)
    expect([url, notice, (await mute(url, notice)).statusCode]).toEqual([url, notice, status]);
  for (const method of ['GET', 'HEAD'] as const) await app.inject({ method, url: `${stop('taro')}/notice` });
  expect(await db.kysely.selectFrom('address_mutes').selectAll().execute()).toEqual([]);
  // Somebody who was mailed nothing has nothing to choose from.
  await db.kysely.deleteFrom('alerts').execute();
  expect((await app.inject(stop('taro'))).body).not.toContain('1つのお知らせ');
});

test('the owner sees it among his addresses and takes it back there, nobody else can; in English, too', async () => {
  const open = await house();
  const { clock, publish, tell, mailed, mute, stop } = open;
  const { id } = await publish();
  await mailed();
  expect((await mute(`/en${stop('taro')}`, id)).body).toContain(
    'No more mail about this notice comes to this address.',
  );
  const taro = await signedIn(open, 'c-taro');
  expect((await taro.get('/en/my/addresses')).body).toContain('Notices that you get no mail about');
  expect((await taro.get('/my/addresses')).body).toContain('メールを止めているお知らせ');
  const undo = '/my/addresses/a-taro/unmute';
  const hanako = await signedIn(open, 'c-hanako');
  expect((await hanako.press('/my/addresses', undo, { notice: id })).statusCode).toBe(404);
  const done = await taro.press('/my/addresses', undo, { notice: id });
  expect([done.statusCode, done.headers.location]).toEqual([303, '/my/addresses?done=unmuted']);
  expect((await taro.press('/my/addresses', undo, { notice: id })).statusCode).toBe(404);
  expect((await taro.get('/my/addresses?done=unmuted')).body).not.toContain('メールを止めているお知らせ');
  clock.advance(30 * MINUTE);
  await tell(id, { phase: 'recovery', recovered: recovered(id, '08:20') });
  clock.advance(30 * MINUTE);
  expect(await mailed()).toEqual([2, 2]);
});
