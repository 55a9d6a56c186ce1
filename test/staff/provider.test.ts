import { expect, test } from 'vitest';
import { addStaff } from '../../src/staff/add-staff.ts';
import { SYSTEM } from '../../src/staff/audit.ts';
import { startApp } from '../support/app.ts';
import { Browser, PASSWORD, staffAt } from '../support/people.ts';
import { startProvider, throughProvider } from '../support/provider.ts';

const AT = 'http://status.example/console/sign-in';

test('staff come in by the provider as whom an administrator has entered; nobody else is let in or made', async () => {
  const provider = await startProvider([`${AT}/provider/callback`], [AT]);
  const shirase = await startApp({ now: new Date().toISOString(), oidcStaff: provider.settings });
  const { app, db, clock } = shirase;
  const admin = await staffAt(shirase, 'admin');
  const hanako = await addStaff(db, clock, SYSTEM, {
    login: 'hanako',
    name: '花子',
    role: 'author',
    password: PASSWORD,
  });
  const jiro = await addStaff(db, clock, SYSTEM, { login: 'jiro', name: '次郎', role: 'author', password: PASSWORD });
  const enter = (id: string, oidcSubject: string) =>
    admin.submit(`/console/people/${id}`, `/console/people/${id}`, {
      name: '花子',
      role: 'author',
      mail: '',
      oidcSubject,
    });
  const comes = async (sub: string, page = '/console/sign-in/provider') => {
    provider.user = { sub, email: 'hanako@example.jp', email_verified: true };
    const browser = new Browser(app);
    const to = await throughProvider(String((await browser.get(page)).headers.location));
    return { browser, answer: await browser.get(`${to.pathname}${to.search}`) };
  };

  expect((await comes('sub-of-hanako')).answer.headers.location).toBe('/console/sign-in?provider=unknown');
  expect((await enter(hanako.id, 'sub-of-hanako')).statusCode).toBe(303);
  const twice = await enter(jiro.id, 'sub-of-hanako');
  expect([twice.statusCode, twice.body.includes('ほかの担当者に登録されています')]).toEqual([422, true]);
  expect((await enter(jiro.id, '花 子')).statusCode).toBe(422);

  const { browser, answer } = await comes('sub-of-hanako', '/console/sign-in/provider?back=%2Fconsole%2Faccount');
  expect(answer.headers.location).toBe('/console/account');
  expect((await browser.get('/console/account')).body).toContain('hanako');
  const bye = await browser.submit('/console/account', '/console/sign-out', {});
  expect(String(bye.headers.refresh)).toContain(`0;url=${provider.settings.issuer}/session/end?`);

  // another identity ends what the old one had opened
  const open = await comes('sub-of-hanako');
  await enter(hanako.id, 'another');
  expect((await open.browser.get('/console')).statusCode).toBe(303);
  expect((await comes('sub-of-hanako')).answer.headers.location).toBe('/console/sign-in?provider=unknown');
  await admin.submit(`/console/people/${hanako.id}`, `/console/people/${hanako.id}/disable`, {});
  expect((await comes('another')).answer.headers.location).toBe('/console/sign-in?provider=unknown');
  expect(await db.kysely.selectFrom('staff').select('id').execute()).toHaveLength(3);
});

test('whoever has a second step here is asked for it after the provider, too', async () => {
  const provider = await startProvider([`${AT}/provider/callback`]);
  const { app, db, clock } = await startApp({ now: new Date().toISOString(), oidcStaff: provider.settings });
  const { id } = await addStaff(db, clock, SYSTEM, {
    login: 'hanako',
    name: '花子',
    role: 'admin',
    password: PASSWORD,
  });
  await db.kysely.updateTable('staff').set({ oidc_subject: 'sub-of-hanako' }).execute();
  await db.kysely
    .insertInto('staff_factors')
    .values({
      staff_id: id,
      secret: 'sealed',
      created_at: 0,
      confirmed_at: 1,
      last_step: 0,
      failures: 0,
      failed_at: null,
    })
    .execute();
  provider.user = { sub: 'sub-of-hanako' };
  const browser = new Browser(app);
  const to = await throughProvider(String((await browser.get('/console/sign-in/provider')).headers.location));
  const answer = await browser.get(`${to.pathname}${to.search}`);
  expect(answer.headers.location).toBe('/console/sign-in/code?back=%2Fconsole');
  expect(browser.cookies.has('staff')).toBe(false);
});
