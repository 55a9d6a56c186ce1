import { Readable } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { BadImport, importCustomers } from '../../src/customers/import-customers.ts';
import { hashPassword } from '../../src/http/passwords.ts';
import { SYSTEM } from '../../src/staff/audit.ts';
import { DAY } from '../../src/time.ts';
import { startApp } from '../support/app.ts';
import { clockAt } from '../support/clock.ts';
import { freshDatabase } from '../support/database.ts';
import { smallCatalogue } from '../support/notices.ts';
import { Browser, customerAt, PASSWORD } from '../support/people.ts';

describe('a customer signing in', () => {
  test('types his login in any case and comes back to the page he wanted, on this site only', async () => {
    const shirase = await startApp();
    await smallCatalogue(shirase.db);
    await customerAt(shirase, 'taro@m121.example', ['121']);
    const signIn = async (back: string) => {
      const browser = new Browser(shirase.app);
      return browser.submit(`/my/sign-in?back=${encodeURIComponent(back)}`, '/my/sign-in', {
        login: ' Taro@M121.example ',
        password: PASSWORD,
        back,
      });
    };
    expect((await signIn('/en/my/addresses?x=1')).headers.location).toBe('/en/my/addresses?x=1');
    for (const elsewhere of ['//evil.example', 'https://evil.example', '/\\evil.example', 'javascript:alert(1)']) {
      expect((await signIn(elsewhere)).headers.location).toBe('/my');
    }
  });

  test('is told the same whether he mistyped the login or the password', async () => {
    const shirase = await startApp();
    await smallCatalogue(shirase.db);
    await customerAt(shirase, 'taro', ['121']);
    const pages = [];
    for (const login of ['taro', 'nobody-here']) {
      const answer = await new Browser(shirase.app).submit('/my/sign-in', '/my/sign-in', { login, password: 'wrong' });
      pages.push([answer.statusCode, answer.body.replace(/value="[^"]*"/g, '')]);
    }
    expect(pages[0]).toEqual(pages[1]);
  });

  test('stays signed in for a month', async () => {
    const shirase = await startApp();
    await smallCatalogue(shirase.db);
    const taro = await customerAt(shirase, 'taro', ['121']);
    expect(taro.cookies.get('session')).toBeDefined();
    shirase.clock.advance(29 * DAY);
    const out = await taro.submit('/my/sign-in', '/my/sign-out', {});
    expect(out.statusCode).toBe(303);
    expect((await taro.get(out.headers.location ?? '')).body).toContain('サインアウトしました。');
    expect((await taro.get('/my/sign-in')).body).not.toContain('サインアウトしました');
    expect(await shirase.db.kysely.selectFrom('sessions').selectAll().execute()).toEqual([]);
  });

  test('who comes when very many do gets an honest page at once, and everybody is answered', async () => {
    const shirase = await startApp();
    await smallCatalogue(shirase.db);
    await customerAt(shirase, 'taro', ['121']);
    const browsers = await Promise.all(
      Array.from({ length: 260 }, async (_, n) => {
        const browser = new Browser(shirase.app);
        await browser.get('/my/sign-in');
        browser.headers['x-n'] = String(n);
        return browser;
      }),
    );
    const answers = await Promise.all(
      browsers.map((browser) => browser.submit('/my/sign-in', '/my/sign-in', { login: 'taro', password: PASSWORD })),
    );
    const statuses = answers.map((answer) => answer.statusCode);
    const busy = answers.filter((answer) => answer.statusCode === 503);
    // four with the hasher and 196 waiting at any moment; the others are told at once
    expect(statuses.filter((status) => status === 303).length).toBeGreaterThanOrEqual(200);
    expect(busy.length).toBeGreaterThan(0);
    expect(statuses.every((status) => status === 303 || status === 503)).toBe(true);
    for (const answer of busy) {
      expect(Number(answer.headers['retry-after'])).toBeGreaterThanOrEqual(30);
      expect(answer.body).toContain('混み合って');
    }
  });
});

const ready = async () => {
  const db = await freshDatabase();
  await smallCatalogue(db);
  const clock = clockAt('2014-03-06T08:00:00+09:00');
  return { db, importing: (text: string) => importCustomers(db, clock, SYSTEM, Readable.from([text])) };
};

describe('importing customers', () => {
  test('takes a row for each mailbox, several for one customer, with a password that works', async () => {
    const shirase = await startApp();
    await smallCatalogue(shirase.db);
    const hash = await hashPassword(PASSWORD);
    const csv = `login,password_hash,display_name,mailbox,facility\r\nTaro,"${hash}",OCN太郎,taro@m121.example,121\r\ntaro,,,taro2@M051.example,051\r\n`;
    const result = await importCustomers(shirase.db, shirase.clock, SYSTEM, Readable.from([`\uFEFF${csv}`]));
    expect(result).toEqual({ rows: 2, customers: 1, mailboxes: 2 });
    const answer = await new Browser(shirase.app).submit('/my/sign-in', '/my/sign-in', {
      login: 'taro',
      password: PASSWORD,
    });
    expect(answer.statusCode).toBe(303);
    const rows = await shirase.db.kysely
      .selectFrom('mailboxes')
      .select(['address', 'facility'])
      .orderBy('address')
      .execute();
    expect(rows).toEqual([
      { address: 'taro2@m051.example', facility: '051' },
      { address: 'taro@m121.example', facility: '121' },
    ]);
  });

  test('moves a mailbox to another facility and keeps who owns it', async () => {
    const { db, importing } = await ready();
    await importing('login,mailbox,facility\ntaro,taro@m121.example,121\n');
    await importing('login,mailbox,facility\ntaro,taro@m121.example,051\n');
    expect(await db.kysely.selectFrom('mailboxes').select(['facility']).execute()).toEqual([{ facility: '051' }]);
    expect(await db.kysely.selectFrom('customers').selectAll().execute()).toHaveLength(1);
    await expect(importing('login,mailbox,facility\njiro,taro@m121.example,051\n')).rejects.toThrow(BadImport);
    expect(await db.kysely.selectFrom('customers').selectAll().execute()).toHaveLength(1);
  });

  test('refuses the whole file and names each bad row by its line', async () => {
    const { db, importing } = await ready();
    const rows = Array.from({ length: 2000 }, (_, n) => `c${n},c${n}@m121.example,121`);
    rows[499] = 'c499,c499@m121.example,999';
    rows[1499] = ',nobody@m121.example,121';
    rows[1999] = 'c1999,c7@m121.example,121';
    const error = await importing(`login,mailbox,facility\n${rows.join('\n')}\n`).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(BadImport);
    expect((error as BadImport).rows.map((row) => row.line)).toEqual([501, 1501, 2001]);
    expect((error as BadImport).rows[2]?.ja).toContain('9行目');
    expect(await db.kysely.selectFrom('customers').selectAll().execute()).toEqual([]);
  });

  test('says which columns a file must have', async () => {
    const { importing } = await ready();
    const error = await importing('user,mail\na,b\n').catch((reason: unknown) => reason);
    expect((error as BadImport).rows[0]?.en).toContain('login,password_hash,display_name,mailbox,facility');
  });

  test('takes twenty thousand rows with progress', async () => {
    const db = await freshDatabase();
    await smallCatalogue(db);
    const seen: number[] = [];
    const file = Readable.from(
      (function* () {
        yield 'login,mailbox,facility\n';
        for (let n = 0; n < 20_000; n++) yield `c${n},c${n}@m121.example,121\n`;
      })(),
    );
    const result = await importCustomers(db, clockAt(0), SYSTEM, file, (rows) => seen.push(rows));
    expect(result.mailboxes).toBe(20_000);
    expect(seen).toEqual([10_000, 20_000, 20_000]);
  });
});
