import { expect, test } from 'vitest';
import type { Database } from '../../src/db/open.ts';
import { DAY, HOUR, MINUTE, SECOND } from '../../src/time.ts';
import { addCatalogue, addCustomer } from '../lookup/world.ts';
import { type Shirase, startApp } from '../support/app.ts';
import { FormBrowser, signedIn } from '../support/customers.ts';

type House = Shirase & { a: FormBrowser; b: FormBrowser };

/** Two customers with a mailbox each, a and b, who must never see each other's. */
async function house(): Promise<House> {
  const open = await startApp({ now: '2014-03-06T12:00:00+09:00' });
  await addCatalogue(open.db);
  await addCustomer(open.db, 'a', ['051']);
  await addCustomer(open.db, 'b', ['052']);
  return { ...open, a: await signedIn(open, 'a'), b: await signedIn(open, 'b') };
}

const ADDRESSES = '/my/addresses';
const choice = { scope: 'mine', language: 'ja' };

function add(who: FormBrowser, email: string, fields: Record<string, string> = {}) {
  return who.press(ADDRESSES, ADDRESSES, { ...choice, email, ...fields });
}

async function rows(db: Database) {
  return db.kysely.selectFrom('addresses').selectAll().orderBy('customer_id').orderBy('place').execute();
}

async function mails(db: Database) {
  return db.kysely
    .selectFrom('mails')
    .innerJoin('letters', 'letters.id', 'mails.letter_id')
    .selectAll()
    .orderBy('mails.created_at')
    .execute();
}

/** The path of the link in the newest mail. */
async function linkIn(db: Database): Promise<string> {
  const text = (await mails(db)).at(-1)?.text_body ?? '';
  const url = /http:\/\/status\.example((?:\/en)?\/confirm\/\S+)/.exec(text)?.[1];
  if (!url) throw new Error(`no link in ${text}`);
  return url;
}

const idOf = async (db: Database, email: string) => (await rows(db)).find((row) => row.email === email)?.id ?? '';

/** Registers and confirms. */
async function confirmed(open: House, who: FormBrowser, email: string): Promise<string> {
  await add(who, email);
  const link = await linkIn(open.db);
  await new FormBrowser(open.app).press(link, link, {});
  return idOf(open.db, email);
}

test('an address is typed, confirmed by the button behind the mail’s link, and then active', async () => {
  const open = await house();
  const added = await add(open.a, 'Taro..X@Docomo.ne.jp');
  expect([added.statusCode, added.headers.location]).toEqual([303, '/my/addresses?done=added']);
  expect((await open.a.get('/my/addresses?done=added')).body).toMatch(
    /確認メールをお送りします[\s\S]*Taro\.\.X@docomo\.ne\.jp[\s\S]*確認待ち/,
  );
  const [mail] = await mails(open.db);
  expect(mail).toMatchObject({ class: 'urgent', recipient: 'Taro..X@docomo.ne.jp', budget: null });
  expect(mail?.subject).toContain('確認のお願い');
  expect(mail?.html_body).toContain(`href="http://status.example${await linkIn(open.db)}"`);

  const reader = new FormBrowser(open.app);
  const link = await linkIn(open.db);
  const page = await reader.get(link);
  expect(page.statusCode).toBe(200);
  expect(page.headers['referrer-policy']).toBe('no-referrer');
  expect((await rows(open.db))[0]?.confirmed_at).toBeNull();
  const done = await reader.press(link, link, {});
  expect(done.body).toContain('登録が完了しています');
  expect((await rows(open.db))[0]?.confirmed_at).toBe(open.clock.now());
  expect((await open.a.get(ADDRESSES)).body).toContain('有効');
  // The same link again says so and changes nothing.
  open.clock.advance(MINUTE);
  expect((await reader.press(link, link, {})).body).toContain('登録が完了しています');
  expect((await rows(open.db))[0]?.confirmed_at).toBe(open.clock.now() - MINUTE);
});

test('scanners that open the link, by GET or HEAD, change nothing', async () => {
  const open = await house();
  await add(open.a, 'taro@example.jp');
  const link = await linkIn(open.db);
  const before = JSON.stringify([
    await rows(open.db),
    await open.db.kysely.selectFrom('address_confirmations').selectAll().execute(),
  ]);
  for (const method of ['GET', 'HEAD', 'GET', 'OPTIONS'] as const) {
    await open.app.inject({ method, url: link, headers: { purpose: 'prefetch' } });
  }
  const after = JSON.stringify([
    await rows(open.db),
    await open.db.kysely.selectFrom('address_confirmations').selectAll().execute(),
  ]);
  expect(after).toBe(before);
});

test('the token is not in its own table, and a forged, cut or expired one says what to do', async () => {
  const open = await house();
  await add(open.a, 'taro@example.jp');
  const link = await linkIn(open.db);
  const token = link.split('/').at(-1) ?? '';
  const kept = await open.db.kysely.selectFrom('address_confirmations').selectAll().execute();
  expect(JSON.stringify(kept)).not.toContain(token);
  const reader = new FormBrowser(open.app);
  await reader.get(link);
  for (const wrong of [link.slice(0, -1), `${link}x`, '/confirm/x']) {
    const answer = await reader.press(wrong, wrong, {});
    expect(answer.statusCode).toBe(404);
    expect(answer.body).toContain('このリンクは使えません');
  }
  open.clock.advance(DAY);
  const late = await reader.press(link, link, {});
  expect(late.statusCode).toBe(410);
  expect(late.body).toContain('確認メールをもう一度送る');
  expect((await rows(open.db))[0]?.confirmed_at).toBeNull();
});

test('a form of another site cannot press the button', async () => {
  const open = await house();
  await add(open.a, 'taro@example.jp');
  const link = await linkIn(open.db);
  const answer = await open.app.inject({ method: 'POST', url: link, payload: {} });
  expect(answer.statusCode).toBe(403);
  expect((await rows(open.db))[0]?.confirmed_at).toBeNull();
});

test('the confirmation is the token’s, whatever address comes with it', async () => {
  const open = await house();
  await add(open.a, 'taro@example.jp');
  const link = await linkIn(open.db);
  await add(open.b, 'hanako@example.jp');
  await new FormBrowser(open.app).press(link, link, {
    email: 'hanako@example.jp',
    id: await idOf(open.db, 'hanako@example.jp'),
  });
  expect((await rows(open.db)).filter((row) => row.confirmed_at !== null).map((row) => row.email)).toEqual([
    'taro@example.jp',
  ]);
});

test('a wrong address is named at its field, and everything typed is kept', async () => {
  const open = await house();
  for (const typed of ['taro', 'a@x.jp, b@y.jp', 'a@x.jp\r\nBcc: evil@x.jp', '"a b"@x.jp', '']) {
    const answer = await add(open.a, typed, { scope: 'all', language: 'en', works: 'on' });
    expect(answer.statusCode).toBe(422);
    expect(answer.body).toContain('href="#new-email"');
    expect(answer.body).toMatch(
      /id="new-email"[^>]*aria-describedby="new-email-hint new-email-error" aria-invalid="true"/,
    );
    expect(answer.body).toMatch(/id="new-all"[^>]* checked/);
    expect(answer.body).toMatch(/id="new-en"[^>]* checked/);
    expect(answer.body).toMatch(/id="new-works"[^>]* checked/);
  }
  expect((await add(open.a, 'a@x.jp, b@y.jp')).body).toContain('value="a@x.jp, b@y.jp"');
  expect(await rows(open.db)).toEqual([]);
  expect(await mails(open.db)).toEqual([]);
});

test('the English page asks, answers and mails in English', async () => {
  const open = await house();
  const page = await open.a.get('/en/my/addresses');
  expect(page.body).toContain('Alert addresses');
  expect(page.body).toMatch(/id="new-en"[^>]* checked/);
  const wrong = await open.a.press('/en/my/addresses', '/en/my/addresses', { ...choice, email: 'x' });
  expect(wrong.body).toContain('Enter one mail address');
  const added = await open.a.press('/en/my/addresses', '/en/my/addresses', {
    scope: 'all',
    language: 'en',
    email: 'taro@example.jp',
  });
  expect(added.headers.location).toBe('/en/my/addresses?done=added');
  const [mail] = await mails(open.db);
  expect(mail?.subject).toContain('Please confirm');
  expect(mail?.text_body).not.toMatch(/[ぁ-ん]/);
  expect(await linkIn(open.db)).toMatch(/^\/en\/confirm\//);
  expect((await new FormBrowser(open.app).get(await linkIn(open.db))).body).toContain('Confirm this address');
});

test('three addresses and no fourth, also not by fifty at once', async () => {
  const open = await house();
  const page = await open.a.get(ADDRESSES);
  const csrf = /name="_csrf" value="([^"]+)"/.exec(page.body)?.[1] ?? '';
  const answers = await Promise.all(
    Array.from({ length: 50 }, (_, n) =>
      open.app.inject({
        method: 'POST',
        url: ADDRESSES,
        cookies: Object.fromEntries(open.a.cookies),
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        payload: new URLSearchParams({ _csrf: csrf, ...choice, email: `n${n}@example.jp` }).toString(),
      }),
    ),
  );
  const count = (status: number) => answers.filter((answer) => answer.statusCode === status).length;
  expect([count(303), count(422)]).toEqual([3, 47]);
  expect((await rows(open.db)).map((row) => row.place)).toEqual([1, 2, 3]);
  expect(await mails(open.db)).toHaveLength(3);
  expect((await open.a.get(ADDRESSES)).body).toContain('登録できるのは3件までです');
});

test('the same mailbox is not registered twice, in no other case and no other spelling of its domain', async () => {
  const open = await house();
  await add(open.a, 'Taro@日本語.jp');
  const again = await add(open.a, 'tARO@XN--WGV71A119E.jp');
  expect(again.statusCode).toBe(422);
  expect(again.body).toContain('すでに登録されています');
});

test('one mailbox gets one confirmation mail an hour, whoever asks and however often', async () => {
  const open = await house();
  await add(open.a, 'taro@example.jp');
  const id = await idOf(open.db, 'taro@example.jp');
  expect((await add(open.b, 'taro@example.jp')).headers.location).toBe('/my/addresses?done=added');
  await open.a.press(ADDRESSES, `${ADDRESSES}/${id}/start`, {});
  await open.a.press(ADDRESSES, `${ADDRESSES}/${id}/remove`, {});
  await add(open.a, 'taro@example.jp');
  expect(await mails(open.db)).toHaveLength(1);
  open.clock.advance(HOUR - 1);
  const again = await idOf(open.db, 'taro@example.jp');
  const ask = () => open.a.press(ADDRESSES, `${ADDRESSES}/${again}/start`, {});
  open.a = await signedIn(open, 'a');
  await ask();
  expect(await mails(open.db)).toHaveLength(1);
  open.clock.advance(1);
  await ask();
  expect(await mails(open.db)).toHaveLength(2);
});

test('one customer makes us write ten confirmation mails a day and no more', async () => {
  const open = await house();
  for (let n = 1; n <= 10; n++) {
    await add(open.a, `n${n}@example.jp`);
    await open.a.press(ADDRESSES, `${ADDRESSES}/${await idOf(open.db, `n${n}@example.jp`)}/remove`);
  }
  const answer = await add(open.a, 'n11@example.jp');
  expect(answer.statusCode).toBe(422);
  expect(answer.body).toContain('1日の上限');
  expect(await mails(open.db)).toHaveLength(10);
  expect(await rows(open.db)).toEqual([]);
});

test('a network makes us write so many confirmation mails at once, and then has to wait for seconds', async () => {
  const open = await house();
  const customers = Array.from({ length: 40 }, (_, n) => `n${n}`);
  for (const id of customers) await addCustomer(open.db, id, []);
  const people = await Promise.all(customers.map((id) => signedIn(open, id)));
  const ask = (n: number) => {
    const who = people[n % people.length];
    if (!who) throw new Error('nobody');
    return add(who, `x${n}@example.jp`);
  };
  for (let n = 0; n < 100; n++) expect((await ask(n)).statusCode).toBe(303);
  const late = await ask(100);
  expect([late.statusCode, late.headers['retry-after']]).toEqual([429, '3']);
  expect(late.body).toContain('value="x100@example.jp"');
  expect(late.body).toContain('3秒ほどしてから');
  open.clock.advance(3 * SECOND);
  expect((await ask(100)).statusCode).toBe(303);
  expect(await mails(open.db)).toHaveLength(101);
});

test('an address of another customer gets the same answer, and its owner is told by mail', async () => {
  const open = await house();
  await confirmed(open, open.a, 'taro@example.jp');
  open.clock.advance(HOUR);
  open.b = await signedIn(open, 'b');
  const taken = await add(open.b, 'taro@example.jp');
  const free = await add(open.b, 'jiro@example.jp');
  expect([taken.statusCode, taken.headers.location]).toEqual([free.statusCode, free.headers.location]);
  const listed = (await open.b.get(ADDRESSES)).body;
  expect(listed.match(/確認待ち/g)).toHaveLength(2);
  const told = (await mails(open.db)).find((mail) => mail.subject.includes('通知先について'));
  expect(told).toMatchObject({ recipient: 'taro@example.jp' });
  expect(told?.text_body).not.toContain('/confirm/');
});

test('of two who were asked for the same mailbox only the first who confirms gets it', async () => {
  const open = await house();
  await add(open.a, 'taro@example.jp');
  const first = await linkIn(open.db);
  open.clock.advance(HOUR);
  open.b = await signedIn(open, 'b');
  await add(open.b, 'taro@example.jp');
  const second = await linkIn(open.db);
  expect(second).not.toBe(first);
  await new FormBrowser(open.app).press(second, second, {});
  const late = await new FormBrowser(open.app).press(first, first, {});
  expect(late.statusCode).toBe(409);
  expect((await rows(open.db)).filter((row) => row.confirmed_at !== null).map((row) => row.customer_id)).toEqual(['b']);
});

test('an address on a server of ours is accepted with clear advice', async () => {
  const open = await house();
  await open.db.kysely.insertInto('facility_domains').values({ domain: 'ours.example', facility: '051' }).execute();
  await add(open.a, 'taro@ours.example');
  await add(open.a, 'a-051@mail.example');
  const both = (await open.a.get(ADDRESSES)).body;
  expect(both.match(/当社のメールサーバーにあります/g)).toHaveLength(2);
  // Somebody else's mailbox is not given away.
  await add(open.b, 'a-051@mail.example');
  expect((await open.b.get(ADDRESSES)).body).not.toContain('当社のメールサーバーにあります');
});

test('the owner changes, stops, starts again and removes', async () => {
  const open = await house();
  const id = await confirmed(open, open.a, 'taro@example.jp');
  const act = (verb: string, fields = {}) => open.a.press(ADDRESSES, `${ADDRESSES}/${id}/${verb}`, fields);
  expect((await act('choice', { scope: 'all', language: 'en', works: 'on' })).statusCode).toBe(303);
  expect((await rows(open.db))[0]).toMatchObject({ scope: 'all', language: 'en', works: 1 });
  await act('stop');
  expect((await open.a.get(ADDRESSES)).body).toContain('停止中');
  expect((await act('start')).headers.location).toBe('/my/addresses?done=started');
  expect((await rows(open.db))[0]).toMatchObject({ stopped_at: null, email: 'taro@example.jp' });
  await act('remove');
  expect(await rows(open.db)).toEqual([]);
  expect((await act('remove')).statusCode).toBe(404);
});

test('an address that mail no longer reaches starts again only by a new confirmation', async () => {
  const open = await house();
  const id = await confirmed(open, open.a, 'taro@example.jp');
  await open.db.kysely.updateTable('addresses').set({ quarantined_at: 1, quarantine_reply: '550 5.1.1' }).execute();
  open.clock.advance(HOUR);
  open.a = await signedIn(open, 'a');
  expect((await open.a.get(ADDRESSES)).body).toContain('届かないため停止');
  await open.a.press(ADDRESSES, `${ADDRESSES}/${id}/start`, {});
  expect((await rows(open.db))[0]?.quarantined_at).toBe(1);
  const link = await linkIn(open.db);
  await new FormBrowser(open.app).press(link, link, {});
  expect((await rows(open.db))[0]).toMatchObject({ quarantined_at: null, quarantine_reply: null });
});

test('nobody sees, changes, stops or removes the address of another, and cannot tell it from a missing one', async () => {
  const open = await house();
  const id = await confirmed(open, open.a, 'only-mine@example.jp');
  const before = JSON.stringify(await rows(open.db));
  expect((await open.b.get(ADDRESSES)).body).not.toContain('only-mine@example.jp');
  for (const verb of ['choice', 'stop', 'start', 'remove']) {
    const fields = { scope: 'all', language: 'en' };
    const others = await open.b.press(ADDRESSES, `${ADDRESSES}/${id}/${verb}`, fields);
    const missing = await open.b.press(ADDRESSES, `${ADDRESSES}/AAAAAAAAAAAAAAAAAAAAAA/${verb}`, fields);
    expect(others.statusCode).toBe(404);
    expect(others.body.replaceAll(id, 'AAAAAAAAAAAAAAAAAAAAAA')).toBe(missing.body);
  }
  expect(JSON.stringify(await rows(open.db))).toBe(before);
});

test('no change without the form’s own token, none by GET, and none without a recent password', async () => {
  const open = await house();
  const id = await confirmed(open, open.a, 'taro@example.jp');
  const before = JSON.stringify(await rows(open.db));
  for (const verb of ['', '/choice', '/stop', '/start', '/remove']) {
    const url = verb === '' ? ADDRESSES : `${ADDRESSES}/${id}${verb}`;
    const forged = await open.app.inject({
      method: 'POST',
      url,
      cookies: Object.fromEntries(open.a.cookies),
      payload: choice,
    });
    expect(forged.statusCode).toBe(403);
    if (verb !== '') expect((await open.a.get(url)).statusCode).toBe(404);
  }
  open.clock.advance(31 * MINUTE);
  const stale = await open.a.press(ADDRESSES, `${ADDRESSES}/${id}/remove`, {});
  expect([stale.statusCode, stale.headers.location]).toEqual([303, '/my/sign-in']);
  expect(JSON.stringify(await rows(open.db))).toBe(before);
});

test('an id that can be none of ours is simply not there', async () => {
  const open = await house();
  for (const odd of ['%00', 'a%00b', '%0d%0a', "'%20OR%201=1--", 'x'.repeat(200), '__proto__']) {
    for (const verb of ['choice', 'stop', 'start', 'remove']) {
      const answer = await open.a.press(ADDRESSES, `${ADDRESSES}/${odd}/${verb}`, choice);
      expect(answer.statusCode).toBe(404);
    }
  }
});

test('fields that come twice, or as something else, are named and not guessed', async () => {
  const open = await house();
  await open.a.get(ADDRESSES);
  const page = await open.a.get(ADDRESSES);
  const _csrf = /name="_csrf" value="([^"]+)"/.exec(page.body)?.[1] ?? '';
  for (const fields of [
    { ...choice, email: ['a@x.jp', 'b@y.jp'] },
    { ...choice, scope: 'everything', email: 'a@x.jp' },
    { ...choice, language: ['ja', 'en'], email: 'a@x.jp' },
    { email: 'a@x.jp' },
    {},
  ]) {
    const answer = await open.a.post(ADDRESSES, { _csrf, ...fields });
    expect(answer.statusCode).toBe(422);
    expect(answer.body).toContain('href="#new-');
  }
  expect(await rows(open.db)).toEqual([]);
});

test('who must sign in again before a change is told before he types, and comes back', async () => {
  const open = await house();
  expect((await open.a.get(ADDRESSES)).body).not.toContain('もう一度サインイン');
  open.clock.advance(26 * MINUTE);
  const page = await open.a.get('/en/my/addresses');
  expect(page.body).toContain('please sign in again first');
  expect(page.body).toContain('href="/en/my/sign-in?back=%2Fen%2Fmy%2Faddresses"');
});
