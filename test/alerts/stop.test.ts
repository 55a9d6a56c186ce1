import { expect, test } from 'vitest';
import { stopToken } from '../../src/alerts/addresses/stop-link.ts';
import type { Database } from '../../src/db/open.ts';
import { addCatalogue } from '../lookup/world.ts';
import { subscriber } from '../support/addresses.ts';
import { type Shirase, startApp } from '../support/app.ts';

const URLENCODED = { 'content-type': 'application/x-www-form-urlencoded' };
const MULTIPART = { 'content-type': 'multipart/form-data; boundary=b0undary' };
const oneClick = 'List-Unsubscribe=One-Click';
const parts =
  '--b0undary\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--b0undary--\r\n';

async function house(): Promise<Shirase & { url: string }> {
  const open = await startApp();
  await addCatalogue(open.db);
  const { address } = await subscriber(open.db, 'taro', ['051']);
  return { ...open, url: `/stop/${stopToken(open.ground.secret, address)}` };
}

const stoppedAt = async (db: Database) =>
  (await db.kysely.selectFrom('addresses').select('stopped_at').executeTakeFirstOrThrow()).stopped_at;

test.each([
  ['urlencoded', URLENCODED, oneClick],
  ['multipart', MULTIPART, parts],
  [
    'multipart with other line ends and a type',
    MULTIPART,
    '--b0undary\nContent-Disposition: form-data; name=List-Unsubscribe\nContent-Type: text/plain\n\nOne-Click\n--b0undary--',
  ],
])('one click, %s, stops the mails: no cookie, no redirect, again and again', async (_name, headers, payload) => {
  const { app, db, clock, url } = await house();
  for (let n = 0; n < 3; n++) {
    const answer = await app.inject({
      method: 'POST',
      url,
      headers: { ...headers, cookie: 'session=of-somebody' },
      payload,
    });
    expect(answer.statusCode).toBe(200);
    expect(answer.headers['set-cookie']).toBeUndefined();
    expect(await stoppedAt(db)).toBe(clock.now() - n);
    clock.advance(1);
  }
});

test('a known, a removed, a forged and a cut token are answered by equal words', async () => {
  const { app, db, url, ground } = await house();
  const post = (to: string) => app.inject({ method: 'POST', url: to, headers: URLENCODED, payload: oneClick });
  const others = [
    `/stop/${stopToken(ground.secret, 'gone')}`,
    url.slice(0, -1),
    '/stop/a-taro.AAAAAAAAAAAAAAAAAAAAAA',
    '/stop/x',
  ];
  const answers = await Promise.all(others.map(post));
  expect(await stoppedAt(db)).toBeNull();
  const known = await post(url);
  expect(await stoppedAt(db)).not.toBeNull();
  for (const answer of answers) expect([answer.statusCode, answer.body]).toEqual([known.statusCode, known.body]);
});

test('opening the link changes nothing and shows a button that works without signing in', async () => {
  const { app, db, url } = await house();
  for (const method of ['GET', 'HEAD', 'OPTIONS'] as const) {
    await app.inject({ method, url, headers: { purpose: 'prefetch' } });
  }
  const page = await app.inject(url);
  expect(page.statusCode).toBe(200);
  expect(page.headers['referrer-policy']).toBe('no-referrer');
  expect(page.body).toContain('お知らせメールを停止しますか');
  expect(page.body).toContain('name="List-Unsubscribe" value="One-Click"');
  expect(await stoppedAt(db)).toBeNull();
  const done = await app.inject({ method: 'POST', url, headers: URLENCODED, payload: oneClick });
  expect(done.body).toContain('お知らせメールを停止しました');
});

test('a POST that does not ask for it changes nothing and is never refused', async () => {
  const { app, db, url } = await house();
  const tries: [Record<string, string>, string][] = [
    [{}, ''],
    [URLENCODED, ''],
    [URLENCODED, 'List-Unsubscribe=No'],
    [{ 'content-type': 'text/plain' }, 'hello'],
    [{ 'content-type': 'application/json' }, '{'],
    [MULTIPART, '--b0undary--'],
  ];
  for (const [headers, payload] of tries) {
    const answer = await app.inject({ method: 'POST', url, headers, payload });
    expect(answer.statusCode).toBe(200);
    expect(answer.body).toContain('お知らせメールを停止しますか');
  }
  expect(await stoppedAt(db)).toBeNull();
});

test('a link that is not ours says so and what to do, in English too', async () => {
  const { app } = await house();
  const page = await app.inject('/en/stop/forged.token');
  expect(page.statusCode).toBe(404);
  expect(page.body).toContain('This link cannot be used');
});

test('what is queued for the address does not go', async () => {
  const { app, db, url } = await house();
  await db.kysely
    .insertInto('letters')
    .values({ id: 'l', subject: 's', text_body: 't', html_body: 'h', headers: '{}', created_at: 0 })
    .execute();
  await db.kysely
    .insertInto('mails')
    .values({
      id: 'm',
      class: 'bulk',
      letter_id: 'l',
      recipient: 'taro@elsewhere.example',
      recipient_domain: 'elsewhere.example',
      fields: '{}',
      message_id: '<m@x>',
      dated_at: 0,
      budget: 'b',
      repeatable: 1,
      reserve: 0,
      state: 'queued',
      attempts: 0,
      next_attempt_at: 0,
      not_after: null,
      lease_owner: null,
      lease_until: null,
      ticket: null,
      reply_code: null,
      reply: null,
      created_at: 0,
      ended_at: null,
    })
    .execute();
  await db.kysely
    .insertInto('alerts')
    .values({
      id: 'm',
      root_id: 'n',
      notice_id: 'n',
      report_number: 1,
      revision: 0,
      slot: 1,
      phase: 'first',
      address_id: 'a-taro',
      email_key: 'k',
      created_at: 0,
      ended: null,
    })
    .execute();
  await app.inject({ method: 'POST', url, headers: MULTIPART, payload: parts });
  expect(await db.kysely.selectFrom('mails').select('state').executeTakeFirst()).toEqual({ state: 'cancelled' });
  expect(await db.kysely.selectFrom('alerts').select('ended').executeTakeFirst()).toEqual({ ended: 'unsubscribed' });
});
