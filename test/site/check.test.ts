import { Writable } from 'node:stream';
import { expect, test } from 'vitest';
import { publishNotice, publishReport } from '../../src/notices/publish.ts';
import { faultInput, nextReport, publisher } from '../support/notices.ts';
import { type Site, startSite } from '../support/site.ts';

/** 051 and 121 are broken; a.example lives on 051, b.example on 062, both.example on 121 and 062. */
async function brokenDay(options: Parameters<typeof startSite>[0] = {}): Promise<Site & { id: string }> {
  const site = await startSite(options);
  await site.db.kysely
    .insertInto('facility_domains')
    .values([
      { domain: 'a.example', facility: '051' },
      { domain: 'b.example', facility: '062' },
      { domain: 'both.example', facility: '121' },
      { domain: 'both.example', facility: '062' },
      { domain: 'xn--wgv71a119e.example', facility: '051' },
    ])
    .execute();
  const { id } = await publishNotice(site.notices, publisher, faultInput());
  await site.app.edition.refresh();
  return { ...site, id };
}

const ask = ({ app }: Site, of: string, path = '/check') =>
  app.inject({
    method: 'POST',
    url: path,
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    payload: new URLSearchParams({ of }).toString(),
  });
const words = (html: string) => html.replace(/<[^>]+>/g, ' ').replace(/\s+/g, ' ');

test('a domain on a broken server is told so, with the notice, since when, and that the password is right', async () => {
  const site = await brokenDay();
  const page = await site.get('/check?domain=a.example');
  expect(page.statusCode).toBe(200);
  expect(page.body).toMatch(/<h1[^>]*>@a\.example のメールは現在ご利用いただけません<\/h1>/);
  expect(words(page.body)).toContain('パスワードは間違っていません。');
  expect(words(page.body)).toContain('7:34頃');
  expect(page.body).toContain(`href="/notices/${site.id}"`);
  expect(page.headers['set-cookie']).toBeUndefined();
  const english = await site.get('/en/check?domain=a.example');
  expect(english.body).toMatch(/<h1[^>]*>Mail of @a\.example is not available at the moment<\/h1>/);
});

test('a healthy domain is normal; of several servers it is said how many; what is not ours is never normal', async () => {
  const site = await brokenDay();
  expect((await site.get('/check?domain=b.example')).body).toContain('@b.example のメールは正常です');
  expect(words((await site.get('/check?domain=both.example')).body)).toMatch(/一部のメールサーバー.*2台のうち、1台/);
  const foreign = words((await site.get('/check?domain=elsewhere.example')).body);
  expect(foreign).toContain('当社のメールサーバーとして登録されていません');
  expect(foreign).not.toContain('正常です');
});

test('the number of a server from the contract is answered too, by code and by name', async () => {
  const site = await brokenDay();
  expect((await ask(site, '051')).headers.location).toBe('/check?facility=051');
  expect((await ask(site, 'ＯＣＮメール設備062')).headers.location).toBe('/check?facility=062');
  expect((await site.get('/check?facility=051')).body).toContain('OCNメール設備051 のメールは現在ご利用いただけません');
  expect((await site.get('/check?facility=062')).body).toContain('正常です');
  expect((await site.get('/check?facility=999')).body).not.toContain('正常です');
});

test('recovery is told with its times and turns the answer to normal', async () => {
  const site = await brokenDay();
  const [impact] = (await site.db.kysely.selectFrom('impacts').select('id').execute()) as [{ id: string }];
  site.clock.set('2014-03-06T15:00:00+09:00');
  const recovery = { phase: 'recovery', recovered: [{ impact: impact.id, at: '2014-03-06T14:00:00+09:00' }] };
  await publishReport(site.notices, publisher, site.id, nextReport(recovery));
  const page = words((await site.get('/check?domain=a.example')).body);
  expect(page).toMatch(/正常です.*24時間以内に回復したもの.*7:34.*14:00/);
});

test('of a whole address only the domain is kept: in the address of the answer, on the page, and in no log', async () => {
  const lines: string[] = [];
  const stream = new Writable({
    write(chunk, _encoding, done) {
      lines.push(String(chunk));
      done();
    },
  });
  const site = await brokenDay({ logger: { level: 'trace', stream } as never });
  for (const typed of ['hanako.secret@A.example', 'hanako.secret＠ａ.example', ' hanako.secret@a.example. ']) {
    expect((await ask(site, typed)).headers.location).toBe('/check?domain=a.example');
  }
  expect((await ask(site, 'hanako.secret@日本語.example')).headers.location).toBe(
    '/check?domain=xn--wgv71a119e.example',
  );
  expect((await ask(site, 'hanako.secret@a.example', '/en/check')).headers.location).toBe('/en/check?domain=a.example');
  const inAddress = await site.app.inject('/check?domain=hanako.secret%40a.example');
  expect([inAddress.statusCode, inAddress.headers.location]).toEqual([303, '/check?domain=a.example']);
  const wrong = await ask(site, 'hanako.secret@');
  expect([wrong.statusCode, wrong.headers['cache-control']]).toEqual([422, 'no-store']);
  expect(wrong.body).not.toContain('hanako');
  expect(lines.join('')).not.toContain('hanako');
});

test('what is neither a domain nor a number is said to be so, and what is odd breaks nothing', async () => {
  const site = await brokenDay();
  expect(words((await ask(site, '')).body)).toContain('入力してください');
  for (const odd of ['a b', '<script>', '"><x', 'x'.repeat(5000), '\u0000', '..', '@', 'a..b', '__proto__', '💣']) {
    const answer = await ask(site, odd);
    expect([odd.slice(0, 9), [303, 422].includes(answer.statusCode)]).toEqual([odd.slice(0, 9), true]);
    const got = await site.app.inject({ url: `/check?domain=${encodeURIComponent(odd)}` });
    expect(got.statusCode).toBeLessThan(500);
    expect(got.body).not.toMatch(/<script>|"><x/);
  }
  const array = await site.app.inject('/check?domain=a.example&domain=b.example');
  expect(array.statusCode).toBe(200);
  const json = await site.app.inject({ method: 'POST', url: '/check', payload: { of: 'a.example' } });
  expect(json.statusCode).toBe(422);
});

test('the page itself is part of the edition: it lists the domains that are touched, and needs no database', async () => {
  const site = await brokenDay();
  await site.db.kysely.schema.dropTable('mailboxes').execute();
  const page = await site.app.inject('/check');
  expect(page.statusCode).toBe(200);
  expect(page.headers.etag).toBeDefined();
  expect(page.body).toContain('href="/check?domain=a.example"');
  expect(page.body).toContain('href="/check?domain=both.example"');
  expect(page.body).not.toContain('?domain=b.example');
  expect((await site.app.inject('/check?domain=a.example')).body).toContain('ご利用いただけません');
});

test('it knows of no account: a mailbox and its customer change nothing in any answer', async () => {
  const site = await brokenDay();
  const urls = ['/check', '/check?domain=a.example', '/check?domain=nobody.example', '/check?facility=051'];
  const before = await Promise.all(urls.map(async (url) => (await site.get(url)).body));
  const customer = { id: 'c', login: 'c', display_name: 'C', password_hash: null, created_at: 0 };
  await site.db.kysely.insertInto('customers').values(customer).execute();
  const mailbox = { address: 'c@nobody.example', customer_id: 'c', facility: '051', created_at: 0 };
  await site.db.kysely.insertInto('mailboxes').values(mailbox).execute();
  expect(await Promise.all(urls.map(async (url) => (await site.get(url)).body))).toEqual(before);
});
