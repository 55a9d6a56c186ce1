import { describe, expect, test } from 'vitest';
import { addStaff } from '../../src/staff/add-staff.ts';
import { SYSTEM } from '../../src/staff/audit.ts';
import { makeSetupLink } from '../../src/staff/setup-link.ts';
import { HOUR } from '../../src/time.ts';
import { startApp } from '../support/app.ts';
import { Browser, csrfOf, PASSWORD, staffAt } from '../support/people.ts';

describe('staff sign-in', () => {
  test('lets in whoever knows the password, and out again for good', async () => {
    const shirase = await startApp();
    const browser = await staffAt(shirase, 'publisher');
    const token = browser.cookies.get('staff');
    expect(token).toBeDefined();
    const out = await browser.submit('/console/sign-in', '/console/sign-out', {});
    expect(out.statusCode).toBe(303);
    expect((await browser.get(out.headers.location ?? '')).body).toContain('サインアウトしました。');
    const stolen = new Browser(shirase.app);
    stolen.cookies.set('staff', token ?? '');
    expect((await stolen.post('/console/sign-out', {})).headers.location).toMatch(/^\/console\/sign-in/);
    expect(await shirase.db.kysely.selectFrom('sessions').selectAll().execute()).toEqual([]);
  });

  test('answers an unknown login and a wrong password alike, and keeps what was typed', async () => {
    const shirase = await startApp();
    await staffAt(shirase, 'author');
    const answers = [];
    for (const login of ['author', 'nobody']) {
      const browser = new Browser(shirase.app);
      const answer = await browser.submit('/console/sign-in', '/console/sign-in', { login, password: 'wrong' });
      expect(answer.body).toContain(`value="${login}"`);
      answers.push([answer.statusCode, answer.body.replace(/value="[^"]*"/g, '')]);
    }
    expect(answers[0]).toEqual(answers[1]);
    expect(answers[0]?.[0]).toBe(422);
  });

  test('gives a new session whatever cookie came in', async () => {
    const shirase = await startApp();
    await addStaff(shirase.db, shirase.clock, SYSTEM, {
      login: 'admin',
      name: '管理者',
      role: 'admin',
      password: PASSWORD,
    });
    const browser = new Browser(shirase.app);
    browser.cookies.set('staff', 'planted-by-somebody-else');
    await browser.submit('/console/sign-in', '/console/sign-in', { login: 'ADMIN', password: PASSWORD });
    expect(browser.cookies.get('staff')).not.toBe('planted-by-somebody-else');
    const row = await shirase.db.kysely.selectFrom('sessions').selectAll().executeTakeFirstOrThrow();
    expect(row.token_hash).not.toContain(browser.cookies.get('staff') ?? '-');
  });

  test('refuses a form without our token, with another session’s, or from another site', async () => {
    const shirase = await startApp();
    const browser = await staffAt(shirase, 'admin');
    const foreign = new Browser(shirase.app);
    const token = csrfOf(await foreign.get('/console/sign-in'));
    expect((await browser.post('/console/sign-out', {})).statusCode).toBe(403);
    expect((await browser.post('/console/sign-out', { _csrf: token })).statusCode).toBe(403);
    browser.headers['sec-fetch-site'] = 'cross-site';
    expect((await browser.submit('/console/sign-in', '/console/sign-out', {})).statusCode).toBe(403);
    browser.headers['sec-fetch-site'] = 'same-origin';
    expect((await browser.submit('/console/sign-in', '/console/sign-out', {})).statusCode).toBe(303);
  });

  test('ends with the shift, and at once for somebody who was disabled', async () => {
    const shirase = await startApp();
    const browser = await staffAt(shirase, 'author');
    await shirase.db.kysely.updateTable('staff').set({ disabled_at: 1 }).execute();
    expect((await browser.submit('/console/sign-in', '/console/sign-out', {})).headers.location).toMatch(/sign-in/);
    await shirase.db.kysely.updateTable('staff').set({ disabled_at: null }).execute();
    shirase.clock.advance(13 * HOUR);
    expect((await browser.submit('/console/sign-in', '/console/sign-out', {})).headers.location).toMatch(/sign-in/);
  });

  test('slows down guessing on one account without locking others on the same network out', async () => {
    const shirase = await startApp();
    await staffAt(shirase, 'author');
    await staffAt(shirase, 'publisher');
    const guess = async (login: string, password: string) =>
      (await new Browser(shirase.app).submit('/console/sign-in', '/console/sign-in', { login, password })).statusCode;
    for (let n = 0; n < 6; n++) {
      await guess('author', 'wrong');
      if (n < 5) shirase.clock.advance(2000);
    }
    expect(await guess('author', PASSWORD)).toBe(503);
    expect(await guess('publisher', PASSWORD)).toBe(303);
    shirase.clock.advance(HOUR);
    expect(await guess('author', PASSWORD)).toBe(303);
  });
});

describe('the first administrator', () => {
  test('is made by a link that works once', async () => {
    const shirase = await startApp();
    const path = `/console/set-up/${await makeSetupLink(shirase.db, shirase.clock)}`;
    const browser = new Browser(shirase.app);
    const short = await browser.submit(path, path, { login: 'boss', name: '管理者', password: 'short' });
    expect(short.statusCode).toBe(422);
    expect(short.body).toContain('12文字以上');
    expect(short.body).toContain('value="boss"');
    const made = await browser.submit(path, path, { login: 'boss', name: '管理者', password: PASSWORD });
    expect(made.statusCode).toBe(303);
    expect((await browser.get(path)).statusCode).toBe(404);
    const again = await makeSetupLink(shirase.db, shirase.clock);
    shirase.clock.advance(25 * HOUR);
    expect((await browser.get(`/console/set-up/${again}`)).statusCode).toBe(404);
  });
});
