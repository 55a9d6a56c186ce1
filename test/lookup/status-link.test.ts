import { expect, test } from 'vitest';
import { stopUrl } from '../../src/alerts/addresses/stop-link.ts';
import { statusToken, statusUrl } from '../../src/http/status-link.ts';
import { DAY, SECOND } from '../../src/time.ts';
import { type Shirase, startApp } from '../support/app.ts';
import { addCatalogue, addCustomer, minuteOf, tell } from './world.ts';

const SECRET = 'a secret of tests, longer than thirty-two characters';

/** Customer `a` with a mailbox on the broken server and a confirmed alert address. */
async function house(options: Parameters<typeof startApp>[0] = {}): Promise<Shirase> {
  const open = await startApp({ now: '2014-03-06T12:00:00+09:00', ...options });
  await addCatalogue(open.db);
  await addCustomer(open.db, 'hanako', ['051', '052']);
  await addAddress(open, 'hanako', 'a1B2-c3');
  await tell(open.db, {
    id: '20140306-1',
    title: { ja: 'メール障害', en: 'Mail fault' },
    impacts: [{ facilities: ['051'], startedAt: minuteOf('07:34') }],
  });
  return open;
}

async function addAddress({ db, clock }: Shirase, customerId: string, id: string, confirmed = true): Promise<void> {
  await db.kysely
    .insertInto('addresses')
    .values({
      ...{ id, customer_id: customerId, place: 1, email: `${id}@phone.example`, email_key: `${id}@phone.example` },
      ...{ language: 'ja' as const, scope: 'mine' as const, works: 0 as const, created_at: clock.now() },
      ...{
        confirmed_at: confirmed ? clock.now() : null,
        stopped_at: null,
        quarantined_at: null,
        quarantine_reply: null,
      },
    })
    .execute();
}

const open = ({ app }: Shirase, token: string, language = '') => app.inject(`${language}/s/${token}`);

test('whoever holds the link reads the state of his own mail without a password, and nothing else', async () => {
  const shirase = await house();
  const url = statusUrl(shirase.ground, 'a1B2-c3', shirase.clock.now());
  expect(url).toMatch(/^http:\/\/status\.example\/s\/[\w.-]+$/);
  expect(url.length).toBeLessThan(100);
  const page = await shirase.app.inject(new URL(url).pathname);
  expect(page.statusCode).toBe(200);
  expect(page.body).toContain('お客さまのメールは現在ご利用いただけません');
  expect(page.body).toContain('href="/notices/20140306-1"');
  expect(page.body).toContain('ha…@mail.example');
  for (const secret of ['hanako', 'phone.example', 'login.example', '051', '/my/addresses']) {
    expect(page.body).not.toContain(secret);
  }
  expect(page.headers).toMatchObject({
    'cache-control': 'no-store',
    'referrer-policy': 'no-referrer',
    'x-robots-tag': 'noindex, nofollow',
  });
  expect(page.headers['set-cookie']).toBeUndefined();
  expect(page.body).not.toContain('_csrf');
});

test('in English the same link is under /en', async () => {
  const shirase = await house();
  const url = statusUrl(shirase.ground, 'a1B2-c3', shirase.clock.now(), 'en');
  const page = await shirase.app.inject(new URL(url).pathname);
  expect(page.body).toContain('Your mail is not available at the moment');
  expect(page.body).toContain('href="/en/notices/20140306-1"');
});

test('opening it a thousand times changes nothing, and a session that comes along is neither read nor ended', async () => {
  const shirase = await house();
  const token = statusToken(SECRET, 'a1B2-c3', shirase.clock.now());
  const before = await Promise.all(
    (['sessions', 'customers', 'addresses', 'audit_entries', 'mails'] as const).map((table) =>
      shirase.db.kysely.selectFrom(table).selectAll().execute(),
    ),
  );
  for (let i = 0; i < 20; i++) {
    const answer = await shirase.app.inject({ url: `/s/${token}`, cookies: { session: 'of somebody else' } });
    expect([answer.statusCode, answer.headers['set-cookie']]).toEqual([200, undefined]);
  }
  const after = await Promise.all(
    (['sessions', 'customers', 'addresses', 'audit_entries', 'mails'] as const).map((table) =>
      shirase.db.kysely.selectFrom(table).selectAll().execute(),
    ),
  );
  expect(after).toEqual(before);
});

test('it ends after fourteen days to the second, and says where to go instead', async () => {
  const shirase = await house();
  const made = shirase.clock.now();
  const token = statusToken(SECRET, 'a1B2-c3', made);
  shirase.clock.set(made + 14 * DAY - SECOND);
  expect((await open(shirase, token)).statusCode).toBe(200);
  shirase.clock.set(made + 14 * DAY);
  const over = await open(shirase, token);
  expect(over.statusCode).toBe(410);
  expect(over.body).toContain('有効期限は終わりました');
  expect(over.body).toContain('href="/my"');
  expect(over.body).not.toContain('hanako');
});

test('it ends with its address, and with all links of its customer', async () => {
  const shirase = await house();
  const token = statusToken(SECRET, 'a1B2-c3', shirase.clock.now());
  shirase.clock.set(shirase.clock.now() + SECOND);
  await shirase.db.kysely.updateTable('customers').set({ links_from: shirase.clock.now() }).execute();
  expect((await open(shirase, token)).statusCode).toBe(410);
  const newer = statusToken(SECRET, 'a1B2-c3', shirase.clock.now());
  expect((await open(shirase, newer)).statusCode).toBe(200);
  await shirase.db.kysely.deleteFrom('addresses').execute();
  expect((await open(shirase, newer)).statusCode).toBe(410);
});

test('an address that nobody confirmed has no link', async () => {
  const shirase = await house();
  await addCustomer(shirase.db, 'taro', ['052']);
  await addAddress(shirase, 'taro', 'd4E5-f6', false);
  expect((await open(shirase, statusToken(SECRET, 'd4E5-f6', shirase.clock.now()))).statusCode).toBe(410);
});

test('a token that we did not make is unknown: forged, cut, changed, of another purpose, of another address', async () => {
  const shirase = await house();
  const token = statusToken(SECRET, 'a1B2-c3', shirase.clock.now());
  const stop = stopUrl('', SECRET, 'a1B2-c3').replace('/stop/', '');
  const [id, made, signature] = token.split('.');
  const wrong = [
    statusToken('another secret that is also longer than thirty-two', 'a1B2-c3', shirase.clock.now()),
    token.slice(0, -1),
    `${token}a`,
    `other.${made}.${signature}`,
    `${id}.zzzzzz.${signature}`,
    stop,
    `${id}.${made}`,
    '%00',
    'a%0d%0ab.c.d',
    '...',
    "'%20OR%201=1",
    'x'.repeat(290),
  ];
  for (const one of wrong) {
    const answer = await open(shirase, one);
    expect([one, answer.statusCode]).toEqual([one, 404]);
    expect(answer.body).not.toContain('メール障害');
  }
});

test('a secret can be changed: what the old one signed is believed as long as it stands beside the new one', async () => {
  const old = SECRET;
  const newer = 'the new secret, which is longer than thirty-two characters';
  const shirase = await house({ secret: [newer, old] });
  const now = shirase.clock.now();
  expect((await open(shirase, statusToken(old, 'a1B2-c3', now))).statusCode).toBe(200);
  expect(new URL(statusUrl(shirase.ground, 'a1B2-c3', now)).pathname).toBe(`/s/${statusToken(newer, 'a1B2-c3', now)}`);
  const after = await house({ secret: newer });
  expect((await open(after, statusToken(old, 'a1B2-c3', now))).statusCode).toBe(404);
});

test('without the database the page behind the link says so at once and leads to the public page', async () => {
  const shirase = await house();
  const token = statusToken(SECRET, 'a1B2-c3', shirase.clock.now());
  await shirase.db.kysely.schema.dropTable('edition').execute();
  const answer = await open(shirase, token);
  expect(answer.statusCode).toBe(503);
  expect(answer.headers['cache-control']).toBe('no-store');
  expect(answer.headers['referrer-policy']).toBe('no-referrer');
  expect(answer.headers['set-cookie']).toBeUndefined();
  expect(answer.body).not.toContain('正常です');
  expect(answer.body).toContain('href="/"');
});
