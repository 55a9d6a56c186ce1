import { describe, expect, test } from 'vitest';
import { stopToken } from '../../src/alerts/addresses/stop-link.ts';
import type { Database } from '../../src/db/open.ts';
import { addCatalogue } from '../lookup/world.ts';
import { subscriber } from '../support/addresses.ts';
import { type Shirase, startApp } from '../support/app.ts';
import { keyFor } from '../support/people.ts';

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

/** `npm run drill:mail` presses a thousand times. RELIABILITY M15. */
const PRESSES = Number(process.env.DRILL_PRESSES ?? 40);

test(
  'how long the answer takes tells a good link, pressed for the first time or again, from a forged one as little as its words do',
  async () => {
    const { app, db, url, ground } = await house();
    const links = {
      first: url,
      again: url,
      gone: `/stop/${stopToken(ground.secret, 'gone')}`,
      forged: '/stop/a-taro.AAAAAAAAAAAAAAAAAAAAAA',
      cut: url.slice(0, -1),
    };
    type Link = keyof typeof links;
    const took = Object.fromEntries(Object.keys(links).map((name) => [name, [] as number[]])) as Record<Link, number[]>;
    for (let n = 0; n < PRESSES; n++) {
      await db.kysely.updateTable('addresses').set({ stopped_at: null }).execute();
      for (const [name, link] of Object.entries(links) as [Link, string][]) {
        const began = performance.now();
        const answer = await app.inject({ method: 'POST', url: link, headers: URLENCODED, payload: oneClick });
        // the first ones warm the process up
        if (n >= PRESSES / 10) took[name].push(performance.now() - began);
        expect(answer.statusCode).toBe(200);
        if (name === 'first') expect(await stoppedAt(db)).not.toBeNull();
      }
    }
    const median = (times: number[]) => times.sort((a, b) => a - b)[Math.floor(times.length / 2)] ?? 0;
    const medians = Object.entries(took).map(([name, times]) => [name, median(times)] as const);
    console.log(
      `one click on ${db.engine}, ${PRESSES} times: ${medians.map(([name, ms]) => `${name} ${ms.toFixed(3)} ms`).join(', ')}`,
    );
    const all = medians.map(([, ms]) => ms);
    // On a busy machine a few are too few to tell ten per cent.
    expect(Math.max(...all) / Math.min(...all)).toBeLessThan(PRESSES >= 1000 ? 1.1 : 2);
  },
  60_000 + PRESSES * 1000,
);

describe('the audit trail', () => {
  async function audited() {
    const open = await house();
    const key = await keyFor(open.db, open.clock, 'audit:read');
    const post = (to: string, payload = oneClick) =>
      open.app.inject({ method: 'POST', url: to, headers: URLENCODED, payload });
    const trail = async () =>
      (await open.app.inject({ url: '/api/v1/audit?act=address.stop', headers: key })).json<{ entries: object[] }>()
        .entries;
    return { ...open, post, trail };
  }

  test('has it once, as the customer’s, with how it was asked for; a link that is not ours leaves nothing there', async () => {
    const { app, url, ground, post, trail } = await audited();
    for (const to of [`/stop/${stopToken(ground.secret, 'gone')}`, url.slice(0, -1), '/stop/x']) await post(to);
    await post(url, 'List-Unsubscribe=No');
    await app.inject(url);
    expect(await trail()).toEqual([]);
    for (let n = 0; n < 3; n++) await post(url);
    expect(await trail()).toMatchObject([
      {
        who: { kind: 'customer', name: 'c-taro' },
        subject: { kind: 'address', id: 'a-taro' },
        before: { state: 'active' },
        after: { state: 'stopped', by: 'link' },
      },
    ]);
  });

  test('has one entry of clicks that come at one moment', async () => {
    const { url, post, trail } = await audited();
    for (const answer of await Promise.all([post(url), post(url), post(url)])) expect(answer.statusCode).toBe(200);
    expect(await trail()).toHaveLength(1);
  });
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

describe('instead of stopping', () => {
  const press = (app: Shirase['app'], url: string, fields: Record<string, string>) =>
    app.inject({
      method: 'POST',
      url: `${url}/choice`,
      headers: { ...URLENCODED, cookie: 'session=of-somebody' },
      payload: new URLSearchParams(fields).toString(),
    });

  test('whoever holds the link chooses less without signing in, and no cookie is given', async () => {
    const { app, db, url } = await house();
    await db.kysely.updateTable('addresses').set({ scope: 'all', works: 1 }).execute();
    const page = await app.inject(url);
    expect(page.body).toContain('停止せずに、受け取るお知らせを選ぶ');
    expect(page.body).toMatch(/id="c-all"[^>]* checked/);
    const fields = { scope: 'mine', language: 'en', asksHours: '1', day: 'on', evening: 'on' };
    const answer = await press(app, url, fields);
    expect([answer.statusCode, answer.headers['set-cookie']]).toEqual([200, undefined]);
    expect(answer.body).toContain('受け取るお知らせを変更しました');
    expect(answer.body).toMatch(/id="c-mine"[^>]* checked/);
    const row = await db.kysely.selectFrom('addresses').selectAll().executeTakeFirstOrThrow();
    expect(row).toMatchObject({ scope: 'mine', language: 'en', works: 0, hours: 3, stopped_at: null });
    const [trail] = await db.kysely
      .selectFrom('audit_entries')
      .selectAll()
      .where('act', '=', 'address.choice')
      .execute();
    expect(JSON.parse(trail?.after_json ?? '')).toMatchObject({ scope: 'mine', by: 'link' });
  });

  test('what cannot be taken is named at its place, and a link that is forged or of a removed address chooses nothing', async () => {
    const { app, db, url, ground } = await house();
    const before = await db.kysely.selectFrom('addresses').selectAll().execute();
    const none = await press(app, `/en${url}`, { scope: 'mine', language: 'ja', asksHours: '1' });
    expect([none.statusCode, none.body]).toEqual([422, expect.stringContaining('Choose at least one part of the day')]);
    for (const wrong of [url.slice(0, -1), `/stop/${stopToken(ground.secret, 'gone')}`, '/stop/x']) {
      const answer = await press(app, wrong, { scope: 'all', language: 'ja' });
      expect([answer.statusCode, answer.body]).toEqual([404, expect.stringContaining('このリンクは使えません')]);
    }
    expect((await app.inject(`/stop/${stopToken(ground.secret, 'gone')}`)).body).not.toContain('c-mine');
    expect(await db.kysely.selectFrom('addresses').selectAll().execute()).toEqual(before);
  });

  test('a stopped address stays stopped, and its page says so', async () => {
    const { app, db, url } = await house();
    await app.inject({ method: 'POST', url, headers: URLENCODED, payload: oneClick });
    expect((await app.inject(url)).body).toContain('現在停止しています');
    await press(app, url, { scope: 'all', language: 'ja' });
    expect(await stoppedAt(db)).not.toBeNull();
  });
});
