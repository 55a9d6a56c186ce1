import { expect, test } from 'vitest';
import { hashToken } from '../../src/http/sessions.ts';
import { startApp } from '../support/app.ts';
import { smallCatalogue } from '../support/notices.ts';
import { type Browser, csrfOf, customerAt } from '../support/people.ts';
import { confirmedAddress } from './world.ts';

/** What stands for another customer in a route: a route with a place for an id must be named here, or this fails. */
const FOREIGN: [RegExp, (owner: Owner) => string][] = [
  [/^\/my\/addresses\/:id\//, (owner) => owner.address],
  [/^\/my\/account\/sessions\/:id\//, (owner) => owner.session],
];

interface Owner {
  id: string;
  address: string;
  session: string;
}

const MALFORMED = ['%00', '..%2f..', '%27%20OR%201%3D1', 'x'.repeat(200), '%F0%9F%98%80', '-1', '__proto__'];

async function street() {
  const shirase = await startApp();
  await smallCatalogue(shirase.db);
  const hanako = await customerAt(shirase, 'hanako', ['121']);
  const taro = await customerAt(shirase, 'taro', ['062']);
  await confirmedAddress(shirase.db, hanako.id, 'hanako@phone.example');
  const owner: Owner = {
    id: hanako.id,
    address: `${hanako.id}-1`,
    session: hashToken(hanako.cookies.get('session') ?? ''),
  };
  const everything = async () => {
    const tables = [
      'customers',
      'mailboxes',
      'addresses',
      'customer_services',
      'customer_feeds',
      'password_resets',
    ] as const;
    const rows = await Promise.all(tables.map((table) => shirase.db.kysely.selectFrom(table).selectAll().execute()));
    return JSON.stringify(rows.map((found) => found.filter((row) => JSON.stringify(row).includes(hanako.id))));
  };
  return { shirase, hanako, taro, owner, everything };
}

/** What is seen of an answer, without what differs in every one. */
async function knock(browser: Browser, method: string, url: string): Promise<[number, string, string]> {
  const token = csrfOf(await browser.get('/my'));
  const answer =
    method === 'GET'
      ? await browser.get(url)
      : await browser.post(url, { _csrf: token, scope: 'all', language: 'ja', notice: 'n1' });
  const id = decodeURIComponent(url.split('/').find((part) => part.length > 12) ?? '');
  const body = answer.body
    .replace(/name="_csrf" value="[^"]*"/g, '')
    .replaceAll(id || '\u0000', 'ID')
    .replace(/\/my\/[^"<]*/g, '');
  return [answer.statusCode, String(answer.headers.location ?? ''), body];
}

test('another’s id, one that nobody has and one that can be none get one answer, on every route of customers', async () => {
  const { shirase, taro, owner, everything } = await street();
  const routes = shirase.app.audiences.filter(({ audience, url }) => audience.who === 'customer' && url.includes(':'));
  const before = await everything();
  const tried: string[] = [];
  for (const { method, url } of routes.filter((route) => route.method !== 'HEAD')) {
    const foreign = FOREIGN.find(([pattern]) => pattern.test(url))?.[1];
    expect(foreign, `${method} ${url} has a place for an id and is not named in FOREIGN`).toBeDefined();
    const at = (id: string) => knock(taro, method, url.replace(/:\w+/, id));
    const others = await at(foreign?.(owner) ?? '');
    expect([url, others[0]]).toEqual([url, 404]);
    expect([url, await at('nobody-has-this-id')]).toEqual([url, others]);
    for (const odd of MALFORMED) expect([url, odd, (await at(odd))[0]]).toEqual([url, odd, 404]);
    tried.push(url);
  }
  expect(tried.length).toBeGreaterThan(4);
  expect(await everything()).toBe(before);
});

test('no page of one customer holds anything of another, whatever he puts into the address', async () => {
  const { shirase, taro, owner, everything } = await street();
  const pages = shirase.app.audiences.filter(({ audience, method }) => audience.who === 'customer' && method === 'GET');
  const before = await everything();
  for (const { url } of pages.filter((route) => !route.url.includes(':'))) {
    for (const query of ['', `?customer=${owner.id}&id=${owner.id}&login=hanako`, '?done[]=1&done=links&__proto__=1']) {
      const answer = await taro.get(url + query);
      expect([url, query, answer.statusCode < 500]).toEqual([url, query, true]);
      for (const secret of ['hanako@', owner.id, owner.session]) {
        expect([url, query, answer.body.includes(secret)]).toEqual([url, query, false]);
      }
    }
  }
  expect(pages.length).toBeGreaterThan(5);
  expect(await everything()).toBe(before);
});

test('whoever is not signed in, and every program without the portal’s key, sees none of it', async () => {
  const { shirase, owner } = await street();
  for (const { method, url, audience } of shirase.app.audiences) {
    const portal = audience.who === 'key' && audience.scope === 'portal:read';
    if ((audience.who !== 'customer' && !portal) || method === 'HEAD') continue;
    const path = url.replace(':address', 'hanako@m121.example').replace(/:\w+/, owner.address);
    const options = { method: method as 'GET' | 'POST', url: path };
    const answer = await shirase.app.inject(method === 'GET' ? options : { ...options, payload: {} });
    expect([url, [303, 401, 403].includes(answer.statusCode)]).toEqual([url, true]);
    expect(answer.body).not.toContain('hanako');
  }
});
