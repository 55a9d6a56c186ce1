import { describe, expect, test } from 'vitest';
import { auditTrail } from '../../src/staff/audit.ts';
import { DAY } from '../../src/time.ts';
import { startApp } from '../support/app.ts';
import { textOf } from '../support/console.ts';
import { expectValidHtml } from '../support/html.ts';
import { Browser, PASSWORD, staffAt } from '../support/people.ts';

const WORDS = 'a long password of my own';

async function office() {
  const shirase = await startApp();
  const admin = await staffAt(shirase, 'admin');
  const idOf = async (login: string) =>
    (await shirase.db.kysely.selectFrom('staff').select('id').where('login', '=', login).executeTakeFirstOrThrow()).id;
  /** Adds somebody and lets him set his password by the link. */
  const join = async (login: string, role: string) => {
    const added = await admin.submit('/console/people', '/console/people', { login, name: login, role, mail: '' });
    const path = linkOn(added.body);
    const browser = new Browser(shirase.app);
    await browser.submit(path, path, { password: WORDS });
    return { browser, path, id: await idOf(login) };
  };
  return { ...shirase, admin, idOf, join };
}

const linkOn = (html: string) => /http:\/\/status\.example(\/console\/set-up\/[\w-]+)/.exec(html)?.[1] ?? '';

describe('people', () => {
  test('are added without a password and choose it by a link that works once', async () => {
    const { app, admin } = await office();
    const fields = { login: 'Sato', name: '佐藤', role: 'author', mail: 'sato@example.jp' };
    const added = await admin.submit('/console/people', '/console/people', fields);
    await expectValidHtml(added.body);
    const path = linkOn(added.body);
    const sato = new Browser(app);
    const page = await sato.get(path);
    await expectValidHtml(page.body);
    expect(textOf(page)).toContain('佐藤さんのパスワード');
    expect((await sato.submit(path, path, { password: 'short' })).statusCode).toBe(422);
    expect((await sato.submit(path, path, { password: WORDS })).statusCode).toBe(303);
    expect((await sato.get('/console')).statusCode).toBe(200);
    expect((await sato.get(path)).statusCode).toBe(404);
    const list = await admin.get('/console/people');
    await expectValidHtml(list.body);
    expect(textOf(list)).toContain('sato@example.jp');
  });

  test('cannot sign in before they have set one, and not with an empty one', async () => {
    const { app, admin } = await office();
    await admin.submit('/console/people', '/console/people', { login: 'sato', name: '佐藤', role: 'author' });
    for (const password of ['', ' ']) {
      const browser = new Browser(app);
      const answer = await browser.submit('/console/sign-in', '/console/sign-in', { login: 'sato', password });
      expect(answer.statusCode).toBe(422);
    }
  });

  test('a link dies after three days, with a newer link, and when the person is disabled', async () => {
    const { app, admin, clock, idOf } = await office();
    const added = await admin.submit('/console/people', '/console/people', {
      login: 'sato',
      name: 'S',
      role: 'author',
    });
    const id = await idOf('sato');
    const first = linkOn(added.body);
    const second = linkOn((await admin.submit('/console/people', `/console/people/${id}/link`, {})).body);
    expect((await app.inject({ url: first })).statusCode).toBe(404);
    expect((await app.inject({ url: second })).statusCode).toBe(200);
    await admin.submit('/console/people', `/console/people/${id}/disable`, {});
    expect((await app.inject({ url: second })).statusCode).toBe(404);
    expect((await admin.submit('/console/people', `/console/people/${id}/link`, {})).statusCode).toBe(409);
    await admin.submit('/console/people', `/console/people/${id}/enable`, {});
    const third = linkOn((await admin.submit('/console/people', `/console/people/${id}/link`, {})).body);
    clock.advance(3 * DAY + 1);
    expect((await app.inject({ url: third })).statusCode).toBe(404);
  });

  test('another role counts at once, and disabling ends every session at once', async () => {
    const { admin, join, db } = await office();
    const { browser, id } = await join('sato', 'author');
    expect((await browser.get('/console/audit')).statusCode).toBe(403);
    await admin.submit('/console/people', `/console/people/${id}`, { name: '佐藤', role: 'publisher', mail: '' });
    expect((await browser.get('/console/audit')).statusCode).toBe(200);
    await admin.submit('/console/people', `/console/people/${id}/disable`, {});
    expect((await browser.get('/console')).headers.location).toMatch(/sign-in/);
    expect(await db.kysely.selectFrom('sessions').selectAll().where('subject', '=', id).execute()).toEqual([]);
    const trail = await auditTrail(db.kysely, { subject: id, limit: 9 });
    expect(trail.map((entry) => entry.act)).toEqual(
      expect.arrayContaining(['staff:add', 'staff:password', 'staff:change', 'staff:disable']),
    );
    expect(trail.find((entry) => entry.act === 'staff:change')).toMatchObject({
      who: '担当 admin',
      before: expect.stringContaining('author') as string,
      after: expect.stringContaining('publisher') as string,
    });
    await expectValidHtml((await admin.get(`/console/people/${id}`)).body);
  });

  test('the last administrator stays, and nobody ends himself', async () => {
    const { admin, idOf, join } = await office();
    const own = await idOf('admin');
    const answer = await admin.submit('/console/people', `/console/people/${own}`, {
      name: 'A',
      role: 'author',
      mail: '',
    });
    expect([answer.statusCode, textOf(answer)]).toEqual([409, expect.stringContaining('最後の管理者')]);
    expect((await admin.submit('/console/people', `/console/people/${own}/disable`, {})).statusCode).toBe(409);
    const { browser } = await join('second', 'admin');
    const by = await browser.submit('/console/people', `/console/people/${own}/disable`, {});
    expect(by.statusCode).toBe(303);
    expect((await admin.get('/console')).headers.location).toMatch(/sign-in/);
  });

  test('wrong fields are named and what was typed stays', async () => {
    const { admin, join } = await office();
    await join('sato', 'author');
    const fields = { login: 'sato', name: '佐藤 二郎', role: 'author', mail: '' };
    const taken = await admin.submit('/console/people', '/console/people', fields);
    expect([taken.statusCode, taken.body]).toEqual([422, expect.stringContaining('すでに使われています')]);
    expect(taken.body).toContain('value="佐藤 二郎"');
    const wrong = await admin.submit('/console/people', '/console/people', { ...fields, login: 'x', mail: 'nobody' });
    expect([wrong.statusCode, wrong.body]).toEqual([422, expect.stringContaining('taro@example.jp')]);
    await expectValidHtml(wrong.body);
  });
});

describe('one’s own account', () => {
  test('changes its password with the present one, and ends all other sessions', async () => {
    const shirase = await startApp();
    const here = await staffAt(shirase, 'author');
    const elsewhere = new Browser(shirase.app);
    await elsewhere.submit('/console/sign-in', '/console/sign-in', { login: 'author', password: PASSWORD });
    const change = (current: string, password: string, again: string) =>
      here.submit('/console/account', '/console/account/password', { current, password, again });
    expect((await change('wrong', WORDS, WORDS)).statusCode).toBe(422);
    expect((await change(PASSWORD, WORDS, 'other')).body).toContain('1回目と違います');
    expect((await change(PASSWORD, WORDS, WORDS)).statusCode).toBe(303);
    expect((await here.get('/console/account?changed')).statusCode).toBe(200);
    expect((await elsewhere.get('/console')).headers.location).toMatch(/sign-in/);
    await expectValidHtml((await here.get('/console/account')).body);
  });

  test('shows where one is signed in and ends one of them, never somebody else’s', async () => {
    const shirase = await startApp();
    const here = await staffAt(shirase, 'author');
    const other = await staffAt(shirase, 'publisher');
    const elsewhere = new Browser(shirase.app);
    shirase.clock.advance(1000);
    await elsewhere.submit('/console/sign-in', '/console/sign-in', { login: 'author', password: PASSWORD });
    const sessions = [...(await here.get('/console/account')).body.matchAll(/name="session" value="([\w-]{43})"/g)];
    expect(sessions).toHaveLength(2);
    const theirs = /name="session" value="([\w-]{43})"/.exec((await other.get('/console/account')).body)?.[1] ?? '';
    await here.submit('/console/account', '/console/account/sessions', { session: theirs });
    expect((await other.get('/console')).statusCode).toBe(200);
    await here.submit('/console/account', '/console/account/sessions', { session: sessions[0]?.[1] ?? '' });
    expect((await elsewhere.get('/console')).headers.location).toMatch(/sign-in/);
    expect((await here.get('/console')).statusCode).toBe(200);
  });
});

describe('keys', () => {
  test('are shown once, work, and are refused from the moment they are revoked', async () => {
    const shirase = await startApp();
    const admin = await staffAt(shirase, 'admin');
    const none = await admin.submit('/console/keys', '/console/keys', { name: 'portal' });
    expect([none.statusCode, none.body]).toEqual([422, expect.stringContaining('1つ以上選んで')]);
    expect(none.body).toContain('value="portal"');
    const made = await admin.submit('/console/keys', '/console/keys', { name: 'portal', 'scope[]': ['notices:read'] });
    await expectValidHtml(made.body);
    const key = /shirase_[\w-]{43}/.exec(made.body)?.[0] ?? '';
    const ask = () => shirase.app.inject({ url: '/api/v1/notices', headers: { authorization: `Bearer ${key}` } });
    expect((await ask()).statusCode).toBe(200);
    const list = await admin.get('/console/keys');
    expect(list.body).not.toContain(key);
    const action = /action="(\/console\/keys\/\w+\/revoke)"/.exec(list.body)?.[1] ?? '';
    expect((await admin.submit('/console/keys', action, {})).statusCode).toBe(303);
    expect((await ask()).statusCode).toBe(401);
    expect((await admin.submit('/console/keys', action, {})).statusCode).toBe(404);
    expect((await auditTrail(shirase.db.kysely, { limit: 9 })).map((entry) => entry.act)).toContain('key:revoke');
  });
});
