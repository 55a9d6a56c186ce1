import type { LightMyRequestResponse } from 'fastify';
import { describe, expect, test } from 'vitest';
import { startApp } from '../support/app.ts';
import { Browser, staffAt } from '../support/people.ts';
import { changes, street } from '../support/street.ts';

const HTTPS = 'https://status.example';

/** What is wrong with an answer's headers, whatever it answers. RELIABILITY S11; ASVS 3.2.1, 3.4.1 to 3.4.5, 13.4.6 */
function gaps({ headers, statusCode }: LightMyRequestResponse, url: string): string[] {
  const wrong: string[] = [];
  const policy = String(headers['content-security-policy']);
  const framed = /^\/(banner\.html|embed)/.test(url.replace(/^\/en/, ''));
  if (headers['x-content-type-options'] !== 'nosniff') wrong.push('may be sniffed');
  if (!policy.includes("default-src 'none'")) wrong.push('no policy');
  if (/script-src[^;]*'unsafe-|script-src[^;]*\*/.test(policy)) wrong.push('foreign scripts');
  if (!framed && !policy.includes("frame-ancestors 'none'")) wrong.push('may be framed');
  if (headers['referrer-policy'] === undefined) wrong.push('tells where it was');
  if (!/max-age=\d{8}/.test(String(headers['strict-transport-security']))) wrong.push('may be asked without TLS');
  if (headers.server !== undefined || headers['x-powered-by'] !== undefined) wrong.push('names its program');
  if (headers['access-control-allow-credentials'] !== undefined) wrong.push('lets other sites use cookies');
  if (statusCode !== 304 && headers['content-length'] !== '0' && statusCode !== 204) {
    const type = headers['content-type'];
    if (
      statusCode < 300 &&
      (type === undefined ||
        (/^text\/|json|\bxml\b|\+xml/.test(String(type)) && !/charset=|\+json|svg/.test(String(type))))
    )
      wrong.push(`type ${String(type)}`);
  }
  return wrong;
}

describe('every answer', () => {
  test('of every route, to strangers and to whoever may, tells browsers to do nothing more with it than it should', async () => {
    const { app, knock } = await street({ publicUrl: HTTPS });
    const wrong: string[] = [];
    for (const route of app.audiences.filter((one) => one.method !== 'HEAD')) {
      for (const visitor of ['anonymous', 'admin', 'customer'] as const) {
        if (visitor !== 'anonymous' && changes(route)) continue;
        const answer = await knock(route, visitor);
        wrong.push(...gaps(answer, route.url).map((gap) => `${route.method} ${route.url} as ${visitor}: ${gap}`));
        const own = answer.statusCode === 200 && (route.audience.who === 'customer' || route.audience.who === 'staff');
        if (own && !/no-store/.test(String(answer.headers['cache-control'])))
          wrong.push(`${route.method} ${route.url} as ${visitor}: may be kept by a cache`);
      }
    }
    expect(wrong).toEqual([]);
  }, 180_000);

  test.each([
    ['an address that nobody answers', '/nowhere', 'GET', 404],
    ['one that cannot be decoded', '/%zz', 'GET', 400],
    ['one of the API', '/api/v1/nowhere', 'GET', 404],
    ['a method that nobody uses', '/', 'TRACE', 404],
    ['a file outside', '/assets/..%2f..%2fpackage.json', 'GET', 404],
  ] as const)('to %s, too', async (_, url, method, status) => {
    const { app } = await startApp({ publicUrl: HTTPS });
    const answer = await app.inject({ url, method: method as 'GET' });
    expect([answer.statusCode, gaps(answer, url)]).toEqual([status, []]);
    expect(answer.body).not.toMatch(/node_modules|\bat \w+ \(|SELECT |\.ts:\d/);
  });
});

describe('cookies', () => {
  test('are bound to this host, to TLS and to our own pages, and no script reads them', async () => {
    const shirase = await startApp({ publicUrl: HTTPS });
    const browser = await staffAt(shirase, 'publisher');
    const page = await new Browser(shirase.app).get('/console/sign-in');
    const given = [...browser.cookies.keys(), ...page.cookies.map((one) => one.name)];
    expect(given.length).toBeGreaterThan(1);
    expect(given.filter((name) => !name.startsWith('__Host-'))).toEqual([]);
    for (const one of page.cookies) {
      expect(one).toMatchObject({ secure: true, httpOnly: true, path: '/' });
      expect(one.domain).toBeUndefined();
      expect(one.sameSite).toMatch(/lax|strict/i);
    }
  });

  test('that were planted before a sign-in are worth nothing after it', async () => {
    const shirase = await startApp({ publicUrl: HTTPS });
    const browser = await staffAt(shirase, 'publisher');
    const planted = 'A'.repeat(43);
    const victim = new Browser(shirase.app);
    victim.cookies.set('__Host-staff', planted);
    await victim.submit('/console/sign-in', '/console/sign-in', {
      login: 'publisher',
      password: 'correct horse battery staple',
    });
    expect(victim.cookies.get('__Host-staff')).not.toBe(planted);
    const thief = new Browser(shirase.app);
    thief.cookies.set('__Host-staff', planted);
    expect((await thief.get('/console')).statusCode).toBe(303);
    expect((await browser.get('/console')).statusCode).toBe(200);
  });
});
