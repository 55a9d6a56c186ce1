import { describe, expect, test } from 'vitest';
import { auditTrail, SYSTEM } from '../../src/staff/audit.ts';
import { codeAt } from '../../src/staff/factor/code.ts';
import { changeSettings } from '../../src/staff/settings.ts';
import { makeSetupLink } from '../../src/staff/setup-link.ts';
import { MINUTE, SECOND } from '../../src/time.ts';
import { type Shirase, startApp } from '../support/app.ts';
import { textOf } from '../support/console.ts';
import { expectValidHtml } from '../support/html.ts';
import { Browser, PASSWORD, staffAt } from '../support/people.ts';

const TOTP = '/console/account/totp';

/** Sets up an authenticator for whoever sits at this browser, as he would. */
async function enrol(shirase: Shirase, browser: Browser): Promise<{ secret: string; recovery: string[] }> {
  expect((await browser.submit(TOTP, `${TOTP}/start`, { current: PASSWORD })).statusCode).toBe(303);
  const page = await browser.get(TOTP);
  await expectValidHtml(page.body);
  const secret = /<code class="breaks">([A-Z2-7 ]+)</.exec(page.body)?.[1]?.replaceAll(' ', '') ?? '';
  const done = await browser.submit(TOTP, `${TOTP}/confirm`, { code: codeAt(secret, shirase.clock.now()) });
  expect(done.statusCode).toBe(200);
  const recovery = [...done.body.matchAll(/<code>([0-9A-Z-]{29})<\/code>/g)].map((match) => match[1] ?? '');
  expect(recovery).toHaveLength(10);
  return { secret, recovery };
}

/** A fresh browser that has given the right password. */
async function passwordGiven({ app }: Shirase, login: string): Promise<Browser> {
  const browser = new Browser(app);
  const answer = await browser.submit('/console/sign-in', '/console/sign-in', { login, password: PASSWORD });
  expect(answer.headers.location).toMatch(/^\/console\/sign-in\/code/);
  return browser;
}

const give = (browser: Browser, code: string) =>
  browser.submit('/console/sign-in/code', '/console/sign-in/code', { code });

describe('the second step of signing in', () => {
  test('is asked for once it is confirmed, and nothing opens before', async () => {
    const shirase = await startApp();
    const first = await staffAt(shirase, 'publisher');
    const { secret } = await enrol(shirase, first);
    const browser = await passwordGiven(shirase, 'publisher');
    expect(browser.cookies.has('staff')).toBe(false);
    expect((await browser.get('/console')).headers.location).toMatch(/sign-in/);
    await expectValidHtml((await browser.get('/console/sign-in/code')).body);
    shirase.clock.advance(30 * SECOND);
    expect((await give(browser, codeAt(secret, shirase.clock.now()))).statusCode).toBe(303);
    expect((await browser.get('/console')).statusCode).toBe(200);
  });

  test('takes no code twice, at no sign-in, though it is still shown', async () => {
    const shirase = await startApp();
    const { secret } = await enrol(shirase, await staffAt(shirase, 'publisher'));
    const used = codeAt(secret, shirase.clock.now());
    const browser = await passwordGiven(shirase, 'publisher');
    const again = await give(browser, used);
    expect([again.statusCode, textOf(again)]).toEqual([422, expect.stringContaining('すでに使われています')]);
    shirase.clock.advance(30 * SECOND);
    const next = codeAt(secret, shirase.clock.now());
    const [one, two] = [await passwordGiven(shirase, 'publisher'), await passwordGiven(shirase, 'publisher')];
    expect([(await give(one, next)).statusCode, (await give(two, next)).statusCode].sort()).toEqual([303, 422]);
  });

  test('lets guesses wait, on all nodes, and asks for the password again after five', async () => {
    const shirase = await startApp();
    const other = await startApp({ db: shirase.db });
    const { secret } = await enrol(shirase, await staffAt(shirase, 'publisher'));
    shirase.clock.advance(MINUTE);
    const browser = await passwordGiven(shirase, 'publisher');
    for (let n = 0; n < 5; n++) expect((await give(browser, '000000')).statusCode).toBe(422);
    expect((await give(browser, '000000')).headers.location).toContain('again');
    other.clock.set(shirase.clock.now());
    const elsewhere = await passwordGiven(other, 'publisher');
    expect((await give(elsewhere, codeAt(secret, shirase.clock.now()))).statusCode).toBe(503);
    other.clock.advance(2 * SECOND);
    expect((await give(elsewhere, codeAt(secret, other.clock.now()))).statusCode).toBe(303);
  });

  test('takes each recovery code once, however it is typed, and records it', async () => {
    const shirase = await startApp();
    const { recovery } = await enrol(shirase, await staffAt(shirase, 'admin'));
    const typed = (recovery[0] ?? '').toLowerCase().replaceAll('-', ' ');
    expect((await give(await passwordGiven(shirase, 'admin'), typed)).statusCode).toBe(303);
    expect((await give(await passwordGiven(shirase, 'admin'), recovery[0] ?? '')).statusCode).toBe(422);
    const acts = (await auditTrail(shirase.db.kysely, { limit: 20 })).map((entry) => entry.act);
    expect(acts).toContain('factor:recovery-code');
    const rows = await shirase.db.kysely.selectFrom('staff_recovery_codes').selectAll().execute();
    expect(JSON.stringify(rows)).not.toContain(recovery[1] ?? '-');
  });

  test('ends sessions that were begun without it, and a set-up link does not go round it', async () => {
    const shirase = await startApp();
    const here = await staffAt(shirase, 'admin');
    const elsewhere = new Browser(shirase.app);
    await elsewhere.submit('/console/sign-in', '/console/sign-in', { login: 'admin', password: PASSWORD });
    await enrol(shirase, here);
    expect((await elsewhere.get('/console')).headers.location).toMatch(/sign-in/);
    expect((await here.get('/console')).statusCode).toBe(200);
    const { id } = await shirase.db.kysely.selectFrom('staff').select('id').executeTakeFirstOrThrow();
    const page = await here.submit(`/console/people/${id}`, `/console/people/${id}/link`, {});
    const path = /http:\/\/status\.example(\/console\/set-up\/[\w-]+)/.exec(page.body)?.[1] ?? '';
    const finder = new Browser(shirase.app);
    const set = await finder.submit(path, path, { password: 'another password, quite long' });
    expect(set.headers.location).toMatch(/^\/console\/sign-in\/code/);
    expect((await finder.get('/console')).headers.location).toMatch(/sign-in/);
  });

  test('a first administrator’s link has no second step to ask for', async () => {
    const shirase = await startApp();
    const path = `/console/set-up/${await makeSetupLink(shirase.db, shirase.clock)}`;
    const browser = new Browser(shirase.app);
    await browser.submit(path, path, { login: 'boss', name: '管理者', password: PASSWORD });
    expect((await browser.get('/console')).statusCode).toBe(200);
  });

  test('where the setting asks for it, a person can do nothing but set it up, and cannot give it up', async () => {
    const shirase = await startApp();
    const { db, clock } = shirase;
    const author = await staffAt(shirase, 'author');
    const publisher = await staffAt(shirase, 'publisher');
    await changeSettings(db, clock, SYSTEM, { secondFactorFor: 'publishers' });
    expect((await author.get('/console')).statusCode).toBe(200);
    expect((await publisher.get('/console')).headers.location).toBe(TOTP);
    expect((await publisher.get('/console/account')).headers.location).toBe(TOTP);
    const token = /name="_csrf" value="([^"]+)"/.exec((await publisher.get(TOTP)).body)?.[1] ?? '';
    expect((await publisher.post('/console/notices', { _csrf: token, action: 'draft' })).statusCode).toBe(403);
    const { secret } = await enrol(shirase, publisher);
    expect((await publisher.get('/console')).statusCode).toBe(200);
    clock.advance(MINUTE);
    const code = codeAt(secret, clock.now());
    expect((await publisher.submit(TOTP, `${TOTP}/remove`, { code })).statusCode).toBe(409);
    await changeSettings(db, clock, SYSTEM, { secondFactorFor: 'nobody' });
    expect((await publisher.submit(TOTP, `${TOTP}/remove`, { code })).statusCode).toBe(303);
  });

  test('is begun by the password alone, and a wrong first code turns nothing on', async () => {
    const shirase = await startApp();
    const browser = await staffAt(shirase, 'author');
    expect((await browser.submit(TOTP, `${TOTP}/start`, { current: 'wrong' })).statusCode).toBe(422);
    await browser.submit(TOTP, `${TOTP}/start`, { current: PASSWORD });
    expect((await browser.submit(TOTP, `${TOTP}/confirm`, { code: '12345' })).statusCode).toBe(422);
    const plain = new Browser(shirase.app);
    await plain.submit('/console/sign-in', '/console/sign-in', { login: 'author', password: PASSWORD });
    expect((await plain.get('/console')).statusCode).toBe(200);
    const { secret } = await shirase.db.kysely.selectFrom('staff_factors').select('secret').executeTakeFirstOrThrow();
    expect(secret).not.toMatch(/^[A-Z2-7]{32}$/);
  });

  test('an administrator resets it: the person’s sessions end and the trail says who did it', async () => {
    const shirase = await startApp();
    const admin = await staffAt(shirase, 'admin');
    const author = await staffAt(shirase, 'author');
    await enrol(shirase, author);
    shirase.clock.advance(SECOND);
    const row = await shirase.db.kysely
      .selectFrom('staff')
      .select('id')
      .where('login', '=', 'author')
      .executeTakeFirstOrThrow();
    await admin.submit(`/console/people/${row.id}`, `/console/people/${row.id}/reset-totp`, {});
    expect((await author.get('/console')).headers.location).toMatch(/sign-in/);
    const [newest] = await auditTrail(shirase.db.kysely, { subject: row.id, limit: 1 });
    expect(newest).toMatchObject({ act: 'factor:reset', who: '担当 admin' });
    const again = new Browser(shirase.app);
    await again.submit('/console/sign-in', '/console/sign-in', { login: 'author', password: PASSWORD });
    expect((await again.get('/console')).statusCode).toBe(200);
  });
});
