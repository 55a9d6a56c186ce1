import { Readable } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { type BadImport, importCustomers } from '../../src/customers/import-customers.ts';
import { SYSTEM } from '../../src/staff/audit.ts';
import { HOUR, MINUTE } from '../../src/time.ts';
import { startApp } from '../support/app.ts';
import { smallCatalogue } from '../support/notices.ts';
import { Browser, customerAt } from '../support/people.ts';
import { type Jar, type RealProvider, startProvider, throughProvider } from '../support/provider.ts';

const BACK = 'http://status.example/my/sign-in/provider/callback';

/** Tokens carry the true time: the house keeps it too. */
async function world(options: { match?: 'subject' | 'email' } = {}) {
  const provider = await startProvider([BACK], ['http://status.example/my/sign-in']);
  const { match = 'subject' } = options;
  const shirase = await startApp({
    now: new Date().toISOString(),
    oidcCustomers: { ...provider.settings, match },
  });
  await smallCatalogue(shirase.db);
  const { id } = await customerAt(shirase, 'taro', ['121']);
  const bind = (subject: string) =>
    shirase.db.kysely.updateTable('customers').set({ oidc_subject: subject }).where('id', '=', id).execute();
  return { shirase, provider, id, bind, browser: () => new Browser(shirase.app) };
}

/** Presses the button and goes through the provider. @returns where it sends him back to. */
async function leave(browser: Browser, page = '/my/sign-in/provider', jar?: Jar): Promise<URL> {
  const answer = await browser.get(page);
  expect(answer.statusCode).toBe(303);
  return throughProvider(String(answer.headers.location), jar);
}

const come = (browser: Browser, to: URL) => browser.get(`${to.pathname}${to.search}`);
const signedIn = (browser: Browser) => browser.cookies.has('session');
const FAILED = /^\/my\/sign-in\?provider=(\w+)/;

describe('a customer at the operator’s own provider', () => {
  test('comes in as the account that is bound to him, at the page he wanted, in his language', async () => {
    const { provider, bind, browser } = await world();
    await bind('sub-of-taro');
    provider.user = { sub: 'sub-of-taro' };
    const taro = browser();
    expect((await taro.get('/en/my/sign-in?back=%2Fen%2Fmy%2Fservices')).body).toContain('Sign in with OCN ID');
    const there = await taro.get('/en/my/sign-in/provider?back=%2Fen%2Fmy%2Fservices');
    const asked = new URL(String(there.headers.location)).searchParams;
    expect(Object.fromEntries(asked)).toMatchObject({
      ...{
        redirect_uri: BACK,
        response_type: 'code',
        code_challenge_method: 'S256',
        scope: 'openid',
        ui_locales: 'en',
      },
    });
    for (const name of ['state', 'nonce', 'code_challenge']) expect(asked.get(name)?.length).toBeGreaterThan(40);
    const answer = await come(taro, await throughProvider(String(there.headers.location)));
    expect(answer.headers.location).toBe('/en/my/services');
    expect((await taro.get('/my')).body).toContain('taro@m121.example');
    expect(taro.cookies.has('provider')).toBe(false);
  });

  test('a way back that leads elsewhere leads home', async () => {
    const { provider, bind, browser } = await world();
    await bind('sub-of-taro');
    provider.user = { sub: 'sub-of-taro' };
    for (const back of ['//evil.example', 'https://evil.example/', '/\\evil.example']) {
      const taro = browser();
      const to = await leave(taro, `/my/sign-in/provider?back=${encodeURIComponent(back)}`);
      expect((await come(taro, to)).headers.location).toBe('/my');
    }
  });

  test('whom nobody here is bound to is told so, and no account is made', async () => {
    const { shirase, provider, browser } = await world();
    provider.user = { sub: 'a-stranger', email: 'taro@m121.example', email_verified: true };
    const stranger = browser();
    const answer = await come(stranger, await leave(stranger));
    expect(answer.headers.location).toBe('/my/sign-in?provider=unknown');
    expect((await stranger.get('/my/sign-in?provider=unknown')).body).toContain('お客さま情報と結び付いていない');
    expect(signedIn(stranger)).toBe(false);
    expect(await shirase.db.kysely.selectFrom('customers').selectAll().execute()).toHaveLength(1);
  });

  test('is bound at his first sign-in where the operator wants it: by a verified address of exactly one account, once', async () => {
    const { shirase, provider, id, browser } = await world({ match: 'email' });
    const hanako = await customerAt(shirase, 'hanako', ['121']);
    const subjectOf = async (customer: string) =>
      (
        await shirase.db.kysely
          .selectFrom('customers')
          .select('oidc_subject')
          .where('id', '=', customer)
          .executeTakeFirstOrThrow()
      ).oidc_subject;
    const tries = async (user: RealProvider['user']) => {
      provider.user = user;
      const someone = browser();
      return String((await come(someone, await leave(someone))).headers.location);
    };
    const email = 'taro@m121.example';
    expect(await tries({ sub: 'x1', email, email_verified: false })).toMatch(FAILED);
    expect(await tries({ sub: 'x2', email })).toMatch(FAILED);
    expect(await tries({ sub: 'x3', email: 'nobody@m121.example', email_verified: true })).toMatch(FAILED);
    expect(await subjectOf(id)).toBeNull();
    expect(await tries({ sub: 'sub-of-taro', email, email_verified: true })).toBe('/my');
    expect(await subjectOf(id)).toBe('sub-of-taro');
    // the same address under another subject: an account is never bound anew
    expect(await tries({ sub: 'another', email, email_verified: true })).toMatch(FAILED);
    // his address there is another by now: he is who he is
    expect(await tries({ sub: 'sub-of-taro', email: 'hanako@m121.example', email_verified: true })).toBe('/my');
    expect(await subjectOf(hanako.id)).toBeNull();
    // frozen by its owner
    await shirase.db.kysely.updateTable('customers').set({ frozen_at: 1 }).execute();
    expect(await tries({ sub: 'sub-of-taro' })).toMatch(FAILED);
    expect(await tries({ sub: 'new', email: 'hanako@m121.example', email_verified: true })).toMatch(FAILED);
  });

  test('stands beside the login in the file of customers, and a subject of two is refused by line', async () => {
    const { shirase } = await world();
    const file = (text: string) => Readable.from([`login,mailbox,facility,oidc_subject\n${text}`]);
    const importing = (text: string) => importCustomers(shirase.db, shirase.clock, SYSTEM, file(text));
    await importing('jiro,jiro@m121.example,121,s-1\ntaro,taro@m121.example,121,s-2\n');
    const rows = await shirase.db.kysely
      .selectFrom('customers')
      .select(['login', 'oidc_subject'])
      .orderBy('login')
      .execute();
    expect(rows.map((row) => row.oidc_subject)).toEqual(['s-1', 's-2']);
    for (const text of [
      'a,a@m121.example,121,s-9\nb,b@m121.example,121,s-9\n',
      'jiro,jiro@m121.example,121,s-1\nb,b@m121.example,121,s-2\n',
    ]) {
      const error = await importing(text).catch((reason: unknown) => reason);
      expect((error as BadImport).rows.map((row) => row.line)).toEqual([3]);
    }
  });

  test('signs out there too, and comes back to our sign-in', async () => {
    const { provider, bind, browser } = await world();
    await bind('sub-of-taro');
    provider.user = { sub: 'sub-of-taro' };
    const taro = browser();
    await come(taro, await leave(taro));
    const bye = await taro.submit('/my', '/my/sign-out', {});
    expect(signedIn(taro)).toBe(false);
    const next = new URL(/^0;url=(.*)$/.exec(String(bye.headers.refresh))?.[1] ?? '');
    expect([next.origin, next.pathname]).toEqual([provider.settings.issuer, '/session/end']);
    expect(next.searchParams.get('post_logout_redirect_uri')).toBe('http://status.example/my/sign-in');
    expect(bye.body).toContain('OCN IDからサインアウトする');
    expect((await fetch(next)).status).toBe(200);
    expect((await taro.get('/my')).statusCode).toBe(303);
  });

  test('whoever is to prove himself again gives his password there again, and an old one does not pass', async () => {
    const { shirase, provider, bind, browser } = await world();
    await bind('sub-of-taro');
    provider.user = { sub: 'sub-of-taro' };
    const taro = browser();
    const jar: Jar = new Map();
    await come(taro, await leave(taro, undefined, jar));
    expect(provider.asked).toBe(1);
    const stale = () =>
      shirase.db.kysely
        .updateTable('sessions')
        .set({ proved_at: shirase.clock.now() - HOUR })
        .execute();
    const change = async () => (await taro.submit('/my', '/my/account/sessions/end-others', {})).headers.location;
    await stale();
    expect(await change()).toBe('/my/sign-in');
    // he takes the wish for a new password out of the address: the answer tells how old his last one is
    shirase.clock.advance(5 * MINUTE);
    const late = new URL(String((await taro.get('/my/sign-in/provider')).headers.location));
    expect(late.searchParams.get('prompt')).toBe('login');
    late.searchParams.delete('prompt');
    expect((await come(taro, await throughProvider(late.href, jar))).headers.location).toMatch(FAILED);
    shirase.clock.advance(-5 * MINUTE);
    expect(provider.asked).toBe(1);
    await come(taro, await leave(taro, undefined, jar));
    expect(provider.asked).toBe(2);
    expect(await change()).toBe('/my/account?done=others');
    // without a session of ours, one of yesterday at the provider lets him look, and change nothing before he has proved himself
    const other = browser();
    shirase.clock.advance(2 * HOUR);
    await come(other, await leave(other, undefined, jar));
    expect(provider.asked).toBe(2);
    expect((await other.get('/my')).statusCode).toBe(200);
    expect((await other.submit('/my', '/my/account/sessions/end-others', {})).headers.location).toBe('/my/sign-in');
  });
});

describe('what comes back from a provider', () => {
  test('is worth nothing in another browser, with another state, twice, too late, or after he refused', async () => {
    const { shirase, provider, bind, browser } = await world();
    await bind('sub-of-taro');
    provider.user = { sub: 'sub-of-taro' };
    const refused = async (someone: Browser, to: URL, trouble = 'again') => {
      const answer = await come(someone, to);
      expect([answer.statusCode, answer.headers.location]).toEqual([303, `/my/sign-in?provider=${trouble}`]);
      expect(signedIn(someone)).toBe(false);
    };
    // a stranger's link: the reader began nothing (login CSRF)
    await refused(browser(), await leave(browser()));
    // the reader began something else
    const reader = browser();
    await leave(reader);
    await refused(reader, await leave(browser()));
    // a state that was changed, or none
    for (const change of [
      (to: URL) => to.searchParams.set('state', 'x'),
      (to: URL) => to.searchParams.delete('state'),
    ]) {
      const one = browser();
      const to = await leave(one);
      change(to);
      await refused(one, to);
    }
    // a code that was used, with the cookie of before
    const twice = browser();
    const to = await leave(twice);
    const kept = twice.cookies.get('provider') ?? '';
    expect((await come(twice, to)).headers.location).toBe('/my');
    const thief = browser();
    await refused(thief, to);
    thief.cookies.set('provider', kept);
    await refused(thief, to);
    // too late
    const slow = browser();
    const late = await leave(slow);
    shirase.clock.advance(11 * MINUTE);
    await refused(slow, late);
    // he pressed cancel
    provider.user = { sub: 'refuses' };
    const shy = browser();
    await refused(shy, await leave(shy), 'denied');
  });

  test('is worth nothing from another issuer, and with a code that was made for another browser', async () => {
    const { provider, bind, browser } = await world();
    await bind('sub-of-taro');
    provider.user = { sub: 'sub-of-taro' };
    const asked = provider.tokens;
    // mix-up: the answer says it is another provider's
    const mixed = browser();
    const to = await leave(mixed);
    expect(to.searchParams.get('iss')).toBe(provider.settings.issuer);
    to.searchParams.set('iss', 'https://evil.example');
    expect((await come(mixed, to)).headers.location).toMatch(FAILED);
    const without = browser();
    const bare = await leave(without);
    bare.searchParams.delete('iss');
    expect((await come(without, bare)).headers.location).toMatch(FAILED);
    expect(provider.tokens).toBe(asked);
    // code injection: another's code under one's own state. PKCE and nonce are the browser's own
    const victim = await leave(browser());
    const attacker = browser();
    const own = await leave(attacker);
    own.searchParams.set('code', victim.searchParams.get('code') ?? '');
    expect((await come(attacker, own)).headers.location).toMatch(FAILED);
    expect(signedIn(attacker)).toBe(false);
    expect(provider.tokens).toBe(asked + 1);
  });

  test('does not keep a session that was planted before he came in', async () => {
    const { shirase, provider, bind, browser } = await world();
    await bind('sub-of-taro');
    provider.user = { sub: 'sub-of-taro' };
    const planted = await customerAt(shirase, 'mallory', ['121']);
    const before = planted.cookies.get('session');
    const victim = browser();
    victim.cookies.set('session', before ?? '');
    await come(victim, await leave(victim));
    expect(victim.cookies.get('session')).not.toBe(before);
    expect((await planted.get('/my')).statusCode).toBe(303);
    expect((await victim.get('/my')).body).toContain('taro@m121.example');
  });
});

describe('a provider that does not answer', () => {
  test('is believed by nobody who merely says so in his own browser', async () => {
    const { provider, bind, browser } = await world();
    await bind('sub-of-taro');
    provider.user = { sub: 'sub-of-taro' };
    const liar = browser();
    const to = await leave(liar);
    to.searchParams.delete('code');
    to.searchParams.set('error', 'server_error');
    expect((await come(liar, to)).headers.location).toBe('/my/sign-in?provider=down');
    const taro = browser();
    expect((await come(taro, await leave(taro))).headers.location).toBe('/my');
  });

  test('keeps nobody from the password, and the page says so', async () => {
    const { provider, browser } = await world();
    await provider.stop();
    const dead = await startApp({
      now: new Date().toISOString(),
      oidcCustomers: { ...provider.settings, match: 'subject' },
    });
    await smallCatalogue(dead.db);
    await customerAt(dead, 'taro', ['121']);
    const page = await new Browser(dead.app).get('/my/sign-in');
    expect(page.body).toContain('ただいまOCN IDでのサインインがご利用いただけません');
    expect(page.body).not.toContain('OCN IDでサインインする');
    const lost = new Browser(dead.app);
    expect((await lost.get('/en/my/sign-in/provider?back=%2Fmy')).headers.location).toBe(
      '/en/my/sign-in?provider=down&back=%2Fmy',
    );
    // once it had answered, it is not asked again for each page
    expect((await browser().get('/my/sign-in')).body).toContain('OCN IDでサインインする');
  });

  test('hangs for seconds and not for ever, and then nobody waits for it', async () => {
    const { provider, bind, browser } = await world();
    await bind('sub-of-taro');
    provider.user = { sub: 'sub-of-taro' };
    const taro = browser();
    const to = await leave(taro);
    provider.hang = true;
    const began = performance.now();
    expect((await come(taro, to)).headers.location).toBe('/my/sign-in?provider=down');
    expect(performance.now() - began).toBeLessThan(8000);
    const next = performance.now();
    expect((await browser().get('/my/sign-in/provider')).headers.location).toBe('/my/sign-in?provider=down');
    expect(performance.now() - next).toBeLessThan(1000);
  });
});
