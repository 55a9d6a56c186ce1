import { expect, test } from 'vitest';
import { addStaff } from '../../src/staff/add-staff.ts';
import { SYSTEM } from '../../src/staff/audit.ts';
import { startApp } from '../support/app.ts';
import { smallCatalogue } from '../support/notices.ts';
import { Browser, customerAt, PASSWORD, staffAt } from '../support/people.ts';
import { type Jar, startProvider, throughProvider } from '../support/provider.ts';

/** The doors of a provider, with whoever is bound to it there. A route of a provider that is not named here fails. */
const DOORS = [
  { page: '/my/sign-in', home: '/my', cookie: 'provider', session: 'session', sub: 'sub-of-hanako' },
  { page: '/console/sign-in', home: '/console', cookie: 'staff-provider', session: 'staff', sub: 'sub-of-jiro' },
] as const;
type Door = (typeof DOORS)[number];

const callback = (door: Door) => `${door.page}/provider/callback`;
const MALFORMED = ['%00', '..%2f..', "' OR 1=1", 'x'.repeat(3000), '😀', '__proto__', ''];

/** hanako and taro are customers, jiro and the administrator staff; all but the administrator are bound to one provider of both doors. */
async function street() {
  const provider = await startProvider(DOORS.map((door) => `http://status.example${callback(door)}`));
  const shirase = await startApp({
    now: new Date().toISOString(),
    oidcCustomers: { ...provider.settings, match: 'subject' },
    oidcStaff: provider.settings,
  });
  const { db, clock, app } = shirase;
  await smallCatalogue(db);
  const hanako = await customerAt(shirase, 'hanako', ['121']);
  const taro = await customerAt(shirase, 'taro', ['062']);
  const admin = await staffAt(shirase, 'admin');
  const person = { login: 'jiro', name: '次郎', role: 'author' as const, password: PASSWORD };
  const jiro = await addStaff(db, clock, SYSTEM, person);
  const customers = db.kysely.updateTable('customers');
  await customers.set({ oidc_subject: 'sub-of-hanako' }).where('login', '=', 'hanako').execute();
  await customers.set({ oidc_subject: 'sub-of-taro' }).where('login', '=', 'taro').execute();
  await db.kysely.updateTable('staff').set({ oidc_subject: 'sub-of-jiro' }).where('id', '=', jiro.id).execute();
  /** Somebody presses the button, gives his password there and is sent back; nothing of it has come here yet. */
  const flow = async (door: Door, sub: string, browser = new Browser(app)) => {
    provider.user = { sub };
    const there = await browser.get(`${door.page}/provider`);
    const jar: Jar = new Map();
    const back = await throughProvider(String(there.headers.location), jar);
    const cookie = browser.cookies.get(door.cookie) ?? '';
    browser.cookies.delete(door.cookie);
    return { state: back.searchParams.get('state') ?? '', code: back.searchParams.get('code') ?? '', cookie };
  };
  const come = (door: Door, browser: Browser, cookie: string | undefined, query: [string, string][]) => {
    if (cookie !== undefined) browser.cookies.set(door.cookie, cookie);
    return browser.get(`${callback(door)}?${new URLSearchParams(query).toString()}`);
  };
  const everything = async () => {
    const tables = ['customers', 'mailboxes', 'sessions', 'staff', 'audit_entries'] as const;
    const rows = await Promise.all(tables.map((table) => db.kysely.selectFrom(table).selectAll().execute()));
    return JSON.stringify(rows.map((found) => found.map((row) => JSON.stringify(row)).sort()));
  };
  return { shirase, provider, hanako, taro, admin, jiro, flow, come, everything };
}

test('every route of a provider is one of these', async () => {
  const { shirase } = await street();
  const routes = shirase.app.audiences.filter(({ url, method }) => url.includes('/provider') && method === 'GET');
  expect(routes.map(({ url }) => url).sort()).toEqual(
    DOORS.flatMap((door) => [`${door.page}/provider`, callback(door)]).sort(),
  );
  for (const { url } of routes) {
    const sent = await new Browser(shirase.app).post(url, { state: 'x', code: 'x' });
    expect([url, sent.statusCode]).toEqual([url, 404]);
  }
});

test.for(DOORS)(
  'state, code and cookie are one browser’s at one door: parts of two, guessed or missing, let nobody in at $page',
  async (door) => {
    const { shirase, hanako, taro, admin, flow, come, everything } = await street();
    const other = DOORS.find((one) => one !== door) ?? door;
    const fresh = async () => ({
      own: await flow(door, 'sub-of-taro'),
      victims: await flow(door, door.sub),
      otherDoors: await flow(other, 'sub-of-taro'),
      guessed: { state: 'g'.repeat(43), code: 'g'.repeat(43), cookie: 'g'.repeat(200) },
      missing: { state: undefined, code: undefined, cookie: undefined },
    });
    let flows = await fresh();
    const kinds = Object.keys(flows) as (keyof typeof flows)[];
    const walkers = { nobody: new Browser(shirase.app), taro, admin };
    const before = await everything();
    let tried = 0;
    const refused = async (
      state: string | undefined,
      code: string | undefined,
      cookie: string | undefined,
      how: string,
    ) => {
      for (const [name, walker] of Object.entries(walkers)) {
        const query = Object.entries({ state, code, iss: issuerOf(shirase) });
        const given = query.filter((one): one is [string, string] => one[1] !== undefined);
        walker.cookies.delete(door.cookie);
        const answer = await come(door, walker, cookie, given);
        expect([how, name, answer.statusCode]).toEqual([how, name, 303]);
        expect(answer.headers.location, `${how} by ${name}`).toBe(`${door.page}?provider=again`);
        expect(walker.cookies.has(door.cookie), `${how}: a cookie is good for one try`).toBe(false);
        tried++;
      }
      expect(await everything(), how).toBe(before);
    };
    for (const state of kinds) {
      for (const code of kinds) {
        for (const cookie of kinds) {
          const oneFlow = state === code && code === cookie && (state === 'own' || state === 'victims');
          if (oneFlow) continue;
          const how = `state ${state}, code ${code}, cookie ${cookie}`;
          await refused(flows[state].state, flows[code].code, flows[cookie].cookie, how);
          // The provider was asked for this code, and may not give it out again.
          if (state === cookie && code !== 'guessed' && code !== 'missing') flows = await fresh();
        }
      }
    }
    const { own } = flows;
    for (const odd of MALFORMED) {
      await refused(odd, own.code, own.cookie, `state ${odd.slice(0, 20)}`);
      await refused(own.state, odd, own.cookie, `code ${odd.slice(0, 20)}`);
      await refused(own.state, own.code, encodeURIComponent(odd), `cookie ${odd.slice(0, 20)}`);
    }
    expect(tried).toBeGreaterThan(300);
    // What all of them tried with is still good where it belongs, once.
    const { victims } = flows;
    const parts: [string, string][] = Object.entries({ state: victims.state, code: victims.code });
    const answer = await come(door, walkers.nobody, victims.cookie, [...parts, ['iss', issuerOf(shirase)]]);
    expect([answer.headers.location, walkers.nobody.cookies.has(door.session)]).toEqual([door.home, true]);
    for (const [browser, home] of [
      [hanako, '/my'],
      [taro, '/my'],
      [admin, '/console'],
    ] as const)
      expect((await browser.get(home)).statusCode).toBe(200);
  },
);

test('a name at the provider opens the account that is bound to just this name, at its own door', async () => {
  const { shirase, hanako, jiro, flow, come, everything } = await street();
  const before = await everything();
  for (const door of DOORS) {
    const { sub } = door;
    const elsewhere = DOORS.find((one) => one !== door)?.sub ?? '';
    const near = [
      `${sub} `,
      ` ${sub}`,
      sub.toUpperCase(),
      sub.slice(0, -1),
      `${sub}%`,
      sub.replaceAll('-', '_'),
      elsewhere,
    ];
    const guessed = ['hanako', 'jiro', 'admin', 'hanako@m121.example', hanako.id, jiro.id, ...MALFORMED, 'null', '%'];
    for (const name of [...near, ...guessed].filter((one) => one !== '' && one !== sub)) {
      const browser = new Browser(shirase.app);
      const { state, code, cookie } = await flow(door, name);
      const answer = await come(door, browser, cookie, Object.entries({ state, code, iss: issuerOf(shirase) }));
      const told = String(answer.headers.location);
      expect([door.page, name.slice(0, 30), told]).toEqual([
        door.page,
        name.slice(0, 30),
        expect.stringMatching(/\?provider=(unknown|again)$/),
      ]);
      expect([...browser.cookies.keys()]).toEqual([]);
    }
  }
  expect(await everything()).toBe(before);
});

test('leaving for a provider changes nothing here, tells no two browsers the same, and names whom it leaves with to nobody', async () => {
  const { shirase, hanako, taro, everything } = await street();
  const before = await everything();
  const seen = new Set<string>();
  let left = 0;
  for (const door of DOORS) {
    for (const browser of [new Browser(shirase.app), hanako, taro]) {
      for (const query of [
        '',
        '?sub=sub-of-hanako&login=hanako&state=x&nonce=x&code_challenge=x',
        '?back[]=1&__proto__=1',
      ]) {
        const there = new URL(String((await browser.get(`${door.page}/provider${query}`)).headers.location));
        for (const name of ['state', 'nonce', 'code_challenge']) seen.add(there.searchParams.get(name) ?? '');
        seen.add(browser.cookies.get(door.cookie) ?? '');
        left++;
        expect(there.href).not.toContain('hanako');
        expect(there.searchParams.get('redirect_uri')).toBe(`http://status.example${callback(door)}`);
      }
    }
  }
  expect(seen.size).toBe(left * 4);
  expect(await everything()).toBe(before);
});

function issuerOf({ ground }: { ground: { oidcStaff?: { issuer: string } | undefined } }): string {
  return ground.oidcStaff?.issuer ?? '';
}
