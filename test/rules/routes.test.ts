import Fastify, { type LightMyRequestResponse } from 'fastify';
import { describe, expect, onTestFinished, test } from 'vitest';
import { recordAudiences } from '../../src/http/audience.ts';
import { isAct, mayDo, ROLES } from '../../src/staff/permissions.ts';
import { startApp } from '../support/app.ts';
import { byBrowser, changes, type Route, street, VISITORS, type Visitor } from '../support/street.ts';

/** What a route's door answers: let in, unknown (asked to sign in), or known and refused. */
type Door = 'in' | 'sign in' | 'refused';

/** The rule itself: routes × visitors. */
function expectedDoor({ audience }: Route, visitor: Visitor): Door {
  switch (audience.who) {
    case 'everyone':
    case 'link':
      return 'in';
    case 'customer':
      return visitor === 'customer' ? 'in' : 'sign in';
    case 'staff': {
      const role = ROLES.find((one) => one === visitor);
      if (!role) return 'sign in';
      return audience.may === null || (isAct(audience.may) && mayDo(role, audience.may)) ? 'in' : 'refused';
    }
    case 'key':
      if (visitor === 'key with the scope') return 'in';
      return visitor === 'key without the scope' ? 'refused' : 'sign in';
  }
}

function doorOf(answer: LightMyRequestResponse): Door {
  if (answer.statusCode === 401) return 'sign in';
  if (answer.statusCode === 303 && /\/sign-in(\?|$)/.test(String(answer.headers.location))) return 'sign in';
  return answer.statusCode === 403 ? 'refused' : 'in';
}

describe('the doors of the house', () => {
  test('every route lets in whom it names and nobody else, whatever is asked, and none breaks', async () => {
    const { app, knock } = await street();
    const table: string[] = [];
    const wrong: string[] = [];
    for (const route of app.audiences) {
      for (const visitor of VISITORS) {
        const answer = await knock(route, visitor);
        const expected = expectedDoor(route, visitor);
        // a form without its page's token is refused, even to those who may
        const door = expected === 'in' && changes(route) && byBrowser(route) ? 'refused' : expected;
        const line = `${route.method} ${route.url} as ${visitor}: ${answer.statusCode}`;
        table.push(line);
        if (doorOf(answer) !== door || answer.statusCode >= 500) wrong.push(`${line}, expected: ${door}`);
      }
    }
    expect(wrong).toEqual([]);
    expect(table.length).toBeGreaterThan(30 * VISITORS.length);
  }, 120_000);

  test('with the token of a page of ours, forms reach those who may send them', async () => {
    const { app, knock, token } = await street();
    const wrong: string[] = [];
    const forms = app.audiences.filter(
      (route) => changes(route) && byBrowser(route) && !/\/(sign-out|freeze)$/.test(route.url),
    );
    for (const visitor of ['customer', ...ROLES] as const) {
      for (const route of forms.filter((one) => one.audience.who !== 'everyone')) {
        if (expectedDoor(route, visitor) !== 'in') continue;
        const answer = await knock(route, visitor, { fields: { _csrf: await token(visitor) } });
        const refusedByTheAct = answer.statusCode === 403 && visitor === 'author';
        if (answer.statusCode >= 500 || (doorOf(answer) !== 'in' && !refusedByTheAct)) {
          wrong.push(`${route.method} ${route.url} as ${visitor}: ${answer.statusCode}`);
        }
      }
    }
    expect(wrong).toEqual([]);
    expect(forms.length).toBeGreaterThan(5);
  }, 120_000);

  test('a token of somebody else’s page is worth nothing', async () => {
    const { app, knock, token } = await street();
    const form = app.audiences.find((route) => changes(route) && route.audience.who === 'customer');
    expect(form).toBeDefined();
    if (!form) return;
    const answer = await knock(form, 'customer', { fields: { _csrf: await token('admin') } });
    expect(answer.statusCode).toBe(403);
  });

  test('what programs are refused with is a problem document, what people are refused with is a page', async () => {
    const { app, knock } = await street();
    const api = app.audiences.find((route) => route.audience.who === 'key' && route.method === 'GET');
    const console_ = app.audiences.find(
      (route) => route.audience.who === 'staff' && route.audience.may === 'audit:read',
    );
    expect(api && console_).toBeDefined();
    if (!api || !console_) return;
    expect((await knock(api, 'anonymous')).headers['content-type']).toContain('application/problem+json');
    expect((await knock(api, 'anonymous')).headers['www-authenticate']).toContain('Bearer');
    expect((await knock(console_, 'author')).headers['content-type']).toContain('text/html');
  });

  test('an address written in another way is judged as what it is', async () => {
    const { app } = await startApp();
    const api = await app.inject({ method: 'PUT', url: '/%61pi/v1/catalogue' });
    expect([api.statusCode, api.headers['content-type']]).toEqual([401, 'application/problem+json; charset=utf-8']);
    const console_ = await app.inject({ url: '/%63onsole' });
    expect(console_.headers.location).toBe('/console/sign-in?back=%2F%2563onsole');
    const broken = await app.inject({ url: '/%zz' });
    expect([broken.statusCode, broken.headers['x-content-type-options']]).toEqual([400, 'nosniff']);
    const foreign = await app.inject({ url: '/en//evil.example/x' });
    expect(foreign.statusCode).toBe(404);
    expect(foreign.body).not.toContain('href="//');
    const origin = { origin: 'nowhere', 'content-type': 'application/x-www-form-urlencoded' };
    expect((await app.inject({ method: 'POST', url: '/my/sign-in', headers: origin, payload: 'a=b' })).statusCode).toBe(
      403,
    );
  });

  test('a route that names nobody does not start the server', () => {
    const app = Fastify();
    onTestFinished(() => app.close());
    recordAudiences(app);
    expect(() => app.get('/forgotten', () => 'open to all')).toThrow('GET /forgotten names no audience');
  });
});
