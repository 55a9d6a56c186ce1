import { expect, test } from 'vitest';
import { type Shirase, startApp } from '../support/app.ts';
import { signedIn } from '../support/customers.ts';
import { keyFor } from '../support/people.ts';
import { addCatalogue, addCustomer, day, minuteOf, recover, tell, tellTheDay } from './world.ts';

async function house(): Promise<Shirase> {
  const open = await startApp({ now: '2014-03-06T12:00:00+09:00', publicUrl: 'http://status.example' });
  await addCatalogue(open.db);
  return open;
}

const stopped = (facility: string) => ({
  id: '20140306-1',
  title: { ja: 'メール障害', en: 'Mail fault' },
  expectedRecoveryAt: minuteOf('15:00'),
  impacts: [{ facilities: [facility], startedAt: minuteOf('07:34'), approximate: true }],
});

/** Tags away, white space joined: what is read. */
function words(html: string): string {
  return html.replace(/<[^>]+>/g, ' ').replace(/\s+/g, ' ');
}

test('a customer on the broken server reads the one big sentence first, and what not to do', async () => {
  const open = await house();
  await addCustomer(open.db, 'a', ['051']);
  await tell(open.db, stopped('051'));
  const page = await (await signedIn(open, 'a')).get('/my');
  expect(page.statusCode).toBe(200);
  expect(page.headers['cache-control']).toBe('no-store');
  expect(page.body).toMatch(/<h1[^>]*>お客さまのメールは現在ご利用いただけません<\/h1>/);
  const text = words(page.body);
  expect(text).toContain('パスワードは間違っていません。変更しないでください。');
  expect(text).toContain('故障中');
  expect(text).toContain('2014年3月6日(木) 7:34頃 JST');
  expect(text).toContain('2014年3月6日(木) 15:00 JST');
  expect(page.body).toContain('href="/notices/20140306-1"');
});

test('the same page in English is written in English and links to English pages', async () => {
  const open = await house();
  await addCustomer(open.db, 'a', ['051']);
  await tell(open.db, stopped('051'));
  const page = await (await signedIn(open, 'a')).get('/en/my');
  expect(page.body).toMatch(/<h1[^>]*>Your mail is not available at the moment<\/h1>/);
  expect(words(page.body)).toContain('Your password is not wrong.');
  expect(words(page.body)).not.toMatch(/[ぁ-ん]/);
  expect(page.body).toContain('href="/en/notices/20140306-1"');
});

test('on the English page a title that is there in Japanese only is marked as Japanese, so that it is read aloud as that', async () => {
  const open = await house();
  await addCustomer(open.db, 'a', ['051']);
  const planned = { from: minuteOf('13:00'), to: minuteOf('14:00') };
  const over = { startedAt: minuteOf('05:00'), recoveredAt: minuteOf('06:00') };
  const title = { ja: 'メール障害' };
  await tell(open.db, { id: 'open', title, impacts: [{ startedAt: minuteOf('07:34') }] });
  await tell(open.db, { id: 'over', title, impacts: [over] });
  await tell(open.db, { id: 'ahead', title, kind: 'work', planned, impacts: [{ startedAt: planned.from }] });
  const browser = await signedIn(open, 'a');
  const [english, japanese] = [await browser.get('/en/my'), await browser.get('/my')];
  for (const id of ['open', 'over', 'ahead']) {
    expect(english.body).toContain(`<a href="/en/notices/${id}" lang="ja">メール障害</a>`);
    expect(japanese.body).toContain(`<a href="/notices/${id}">メール障害</a>`);
  }
});

test('a recovery time that is not known is said to be looked into', async () => {
  const open = await house();
  await addCustomer(open.db, 'a', ['051']);
  await tell(open.db, { ...stopped('051'), expectedRecoveryAt: null });
  expect(words((await (await signedIn(open, 'a')).get('/my')).body)).toContain('確認中');
});

test('a customer on a healthy server is told that all is normal, and nothing about passwords', async () => {
  const open = await house();
  await addCustomer(open.db, 'b', ['052']);
  await tell(open.db, stopped('051'));
  const page = await (await signedIn(open, 'b')).get('/my');
  expect(page.body).toMatch(/<h1[^>]*>お客さまのメールは正常です<\/h1>/);
  expect(page.body).not.toContain('パスワード');
  expect(page.body).not.toContain('20140306-1');
});

test('of two mailboxes the broken one leads, and both are shown', async () => {
  const open = await house();
  await addCustomer(open.db, 'c', ['051', '052']);
  await tell(open.db, stopped('051'));
  const text = words((await (await signedIn(open, 'c')).get('/my')).body);
  expect(text).toContain('メールアドレス2件のうち1件');
  expect(text).toMatch(/c-051@mail\.example.*故障中.*c-052@mail\.example.*正常/);
});

test('of several mailboxes the worst stands first, and the sentence counts the others that are affected', async () => {
  const open = await house();
  await addCustomer(open.db, 'c', ['051', '052', '062']);
  await tell(open.db, stopped('062'));
  const delayed = { facilities: ['052'], symptom: 'delayed' as const, startedAt: minuteOf('08:00') };
  await tell(open.db, { ...stopped('052'), id: '20140306-2', impacts: [delayed] });
  const text = words((await (await signedIn(open, 'c')).get('/my')).body);
  expect(text).toContain('メールアドレス3件のうち1件、ほか1件にも影響');
  expect(text).toMatch(/c-062@mail\.example.*故障中.*c-052@mail\.example.*遅延.*c-051@mail\.example.*正常/);
});

test('a customer without a mailbox is shown the way to the public page', async () => {
  const open = await house();
  await addCustomer(open.db, 'none', []);
  const page = await (await signedIn(open, 'none')).get('/my');
  expect(page.statusCode).toBe(200);
  expect(page.body).toContain('確認できるメールアドレスがありません');
  expect(page.body).toContain('href="/"');
});

test('delay, work, work ahead and what recovered lately each have their words', async () => {
  const open = await house();
  await addCustomer(open.db, 'a', ['051']);
  const browser = await signedIn(open, 'a');
  await tell(open.db, { id: 'd', impacts: [{ symptom: 'delayed', startedAt: minuteOf('11:00') }] });
  expect(words((await browser.get('/my')).body)).toMatch(/お客さまのメールは遅れて届いています.*遅延/);
  await recover(open.db, 'd', minuteOf('11:30'));
  const planned = { from: minuteOf('13:00'), to: minuteOf('14:00') };
  await tell(open.db, { id: 'w', kind: 'work', planned, impacts: [{ startedAt: planned.from }] });
  const before = words((await browser.get('/my')).body);
  expect(before).toMatch(/正常です.*24時間以内に回復したもの.*11:00.*11:30.*これからの工事.*13:00.*14:00/);
  open.clock.set(planned.from);
  expect(words((await browser.get('/my')).body)).toMatch(/現在工事中です.*工事中.*終了予定.*14:00/);
});

test('what many share is made once; the address, the form’s token and the time are each reader’s own', async () => {
  const open = await house();
  await addCustomer(open.db, 'a', ['051']);
  await addCustomer(open.db, '<é>', ['051']);
  await tell(open.db, stopped('051'));
  const [a, other] = [await signedIn(open, 'a'), await signedIn(open, '<é>')];
  const ask = async (browser: typeof a) => {
    const { body, headers } = await browser.get('/my');
    expect(headers['content-length']).toBe(String(Buffer.byteLength(body)));
    const [token] = /(?<=name="_csrf" value=")[^"]+/.exec(body) ?? [];
    const [address] = /(?<=class="address">)[^<]+/.exec(body) ?? [];
    return { token, address, time: /(?<=<time datetime=")[^"]+/.exec(body)?.[0], rest: body.length };
  };
  const first = await ask(a);
  const second = await ask(other);
  expect([first.address, second.address]).toEqual(['a-051@mail.example', '&lt;é&gt;-051@mail.example']);
  expect(second.token).not.toBe(first.token);
  open.clock.advance(61_000);
  const third = await ask(a);
  expect(third).toEqual({ ...first, time: '2014-03-06T12:01:01+09:00' });
  const json = async (browser: typeof a) =>
    (await browser.get('/api/v1/me/mail-status')).json<{ mailboxes: object[] }>();
  expect((await json(other)).mailboxes).toEqual([{ ...(await json(a)).mailboxes[0], address: '<é>-051@mail.example' }]);
});

test('a session that was ended by another process shows nothing any more, at once', async () => {
  const open = await house();
  await addCustomer(open.db, 'a', ['051']);
  const browser = await signedIn(open, 'a');
  expect((await browser.get('/my')).statusCode).toBe(200);
  await open.db.kysely.deleteFrom('sessions').execute();
  expect((await browser.get('/my')).statusCode).toBe(303);
  expect((await browser.get('/api/v1/me/mail-status')).statusCode).toBe(401);
});

test('what staff wrote is text and never markup', async () => {
  const open = await house();
  await addCustomer(open.db, 'a', ['051']);
  await tell(open.db, { ...stopped('051'), title: { ja: '<script>alert(1)</script><%= 1+1 %>' } });
  const page = await (await signedIn(open, 'a')).get('/my');
  expect(page.body).not.toContain('<script>');
  expect(page.body).toContain('&lt;%= 1+1 %&gt;');
});

test('the JSON is the contract’s, word for word', async () => {
  const open = await house();
  await addCustomer(open.db, 'a', ['051']);
  await tell(open.db, stopped('051'));
  const answer = await (await signedIn(open, 'a')).get('/api/v1/me/mail-status');
  expect(answer.headers['cache-control']).toBe('no-store');
  expect(answer.json()).toEqual({
    checkedAt: '2014-03-06T12:00:00+09:00',
    mailboxes: [
      {
        address: 'a-051@mail.example',
        facility: '051',
        state: 'fault',
        symptoms: ['unavailable'],
        notices: [
          {
            id: '20140306-1',
            title: { ja: 'メール障害', en: 'Mail fault' },
            url: 'http://status.example/notices/20140306-1',
            since: '2014-03-06T07:34:00+09:00',
            expectedRecoveryAt: '2014-03-06T15:00:00+09:00',
          },
        ],
      },
    ],
  });
});

test('the JSON answers the twenty vectors', async () => {
  const open = await house();
  await tellTheDay(open.db);
  for (const { code } of day.equipment) await addCustomer(open.db, `c${code}`, [code]);
  open.clock.set('2014-03-06T07:00:00+09:00');
  for (const vector of day.lookup_vectors) {
    const browser = await signedIn(open, `c${vector.equipment.slice(-3)}`);
    open.clock.set(vector.at);
    const [box] = (await browser.get('/api/v1/me/mail-status')).json<{
      mailboxes: { state: string; symptoms: string[]; notices: { id: string }[] }[];
    }>().mailboxes;
    const expected = [...vector.expected_equipment_notices, ...vector.expected_service_wide_notices];
    expect(box?.notices.map((notice) => notice.id).sort()).toEqual(expected.sort());
    expect(box?.state).toBe(expected.length > 0 ? 'fault' : 'normal');
    expect(box?.symptoms.includes('unavailable')).toBe(vector.expected_mail_stopped);
  }
});

test('without a session the JSON says 401 as a problem, and the page leads to the sign-in', async () => {
  const open = await house();
  const answer = await open.app.inject('/api/v1/me/mail-status');
  expect(answer.statusCode).toBe(401);
  expect(answer.headers['content-type']).toContain('application/problem+json');
  const page = await open.app.inject('/my');
  expect(page.statusCode).toBe(303);
  expect(page.headers.location).toBe('/my/sign-in?back=%2Fmy');
});

test('without the database nothing is said to be normal, and the public page is shown', async () => {
  const open = await house();
  await addCustomer(open.db, 'a', ['051']);
  const browser = await signedIn(open, 'a');
  await open.db.kysely.schema.dropTable('edition').execute();
  for (const path of ['/my', '/en/my']) {
    const page = await browser.get(path);
    expect(page.statusCode).toBe(503);
    expect(Number(page.headers['retry-after'])).toBeGreaterThan(0);
    expect(page.body).not.toMatch(/正常です|working normally/);
    expect(page.body).toMatch(/href="\/(en)?"/);
  }
  const answer = await browser.get('/api/v1/me/mail-status');
  expect(answer.statusCode).toBe(503);
  expect(answer.headers['content-type']).toContain('application/problem+json');
  expect(answer.body).not.toContain('normal');
});

test('without even the sessions it is the same honest page', async () => {
  const open = await house();
  await open.db.kysely.schema.dropTable('sessions').execute();
  const page = await open.app.inject({ url: '/my', headers: { cookie: 'session=abc' } });
  expect(page.statusCode).toBe(503);
  expect(page.body).toContain('確認できません');
  expect(page.body).toContain('id="public-state"');
});

test('a password may not be changed while its own server is down, and the reason says that it is not wrong', async () => {
  const open = await house();
  await addCustomer(open.db, 'a', ['051']);
  await addCustomer(open.db, 'b', ['052']);
  await tell(open.db, stopped('051'));
  const key = await keyFor(open.db, open.clock, 'portal:read');
  const ask = (address: string) =>
    open.app.inject({
      url: `/api/v1/mailboxes/${encodeURIComponent(address)}/password-change`,
      headers: key,
    });
  const broken = (await ask('a-051@Mail.Example')).json<{ reason: { ja: string; en: string } }>();
  expect(broken).toMatchObject({
    allowed: false,
    notice: { id: '20140306-1', url: 'http://status.example/notices/20140306-1' },
  });
  expect(broken.reason.ja).toContain('パスワードは間違っていません');
  expect(broken.reason.en).toContain('not wrong');
  const healthy = await ask('b-052@mail.example');
  const unknown = await ask('nobody@nowhere.example');
  expect(healthy.json()).toEqual({ allowed: true });
  expect([unknown.statusCode, unknown.body]).toEqual([healthy.statusCode, healthy.body]);
  await recover(open.db, '20140306-1', minuteOf('11:59'));
  expect((await ask('a-051@mail.example')).json()).toEqual({ allowed: true });
});

test('what can be no mailbox is answered like one that nobody has', async () => {
  const { app, db, clock } = await house();
  const headers = await keyFor(db, clock, 'portal:read');
  for (const odd of [
    '%00',
    'a%00@x.jp',
    'a%0d%0a@x.jp',
    '%F0%9F%98%80',
    '..',
    `${'a'.repeat(290)}`,
    "'%20OR%201=1--",
  ]) {
    const answer = await app.inject({ url: `/api/v1/mailboxes/${odd}/password-change`, headers });
    expect([200, 404]).toContain(answer.statusCode);
    if (answer.statusCode === 200) expect(answer.json()).toEqual({ allowed: true });
  }
});

test('a delay closes nothing, work says work, and what cannot be known closes nothing', async () => {
  const open = await house();
  await addCustomer(open.db, 'a', ['051']);
  const key = await keyFor(open.db, open.clock, 'portal:read');
  const ask = async () =>
    (
      await open.app.inject({
        url: '/api/v1/mailboxes/a-051@mail.example/password-change',
        headers: key,
      })
    ).json<{ allowed: boolean; reason?: { ja: string; en: string } }>();
  await tell(open.db, { id: 'd', impacts: [{ symptom: 'delayed', startedAt: minuteOf('11:00') }] });
  expect(await ask()).toEqual({ allowed: true });
  const planned = { from: minuteOf('13:00'), to: minuteOf('14:00') };
  await tell(open.db, { id: 'w', kind: 'work', planned, impacts: [{ startedAt: planned.from }] });
  open.clock.set(planned.from);
  const work = await ask();
  expect(work.allowed).toBe(false);
  expect(work.reason?.ja).toContain('工事中');
  await open.db.kysely.schema.dropTable('edition').execute();
  const unknown = await ask();
  expect(unknown.allowed).toBe(true);
  expect(unknown.reason?.ja).toContain('確認できません');
});

test('the portal’s question needs the portal’s key', async () => {
  const open = await house();
  const other = await keyFor(open.db, open.clock, 'notices:read');
  const url = '/api/v1/mailboxes/a@x.jp/password-change';
  expect((await open.app.inject(url)).statusCode).toBe(401);
  expect((await open.app.inject({ url, headers: other })).statusCode).toBe(403);
});

test('the lookup does not wait for a transaction that is writing', async () => {
  const open = await house();
  await addCustomer(open.db, 'a', ['051']);
  const browser = await signedIn(open, 'a');
  await browser.get('/my');
  let answered = false;
  await open.db.transaction(async (tx) => {
    await tx.updateTable('notices').set({ version: 1 }).execute();
    answered = (await browser.get('/api/v1/me/mail-status')).statusCode === 200;
  });
  expect(answered).toBe(true);
});

test('the page tells what works meanwhile, what one can do, and what is left after recovery', async () => {
  const open = await house();
  await addCustomer(open.db, 'a', ['051']);
  const advice = {
    unaffected: { ja: '送信はできます' },
    workaround: { ja: 'Webメールをお使いください' },
    residual: { ja: '遅れて届くことがあります' },
  };
  await tell(open.db, { ...stopped('051'), advice });
  const browser = await signedIn(open, 'a');
  const during = words((await browser.get('/my')).body);
  expect(during).toMatch(/ご利用いただけるもの 送信はできます.*当面の対処方法 Webメールをお使いください/);
  await recover(open.db, '20140306-1', minuteOf('11:00'));
  const after = words((await browser.get('/my')).body);
  expect(after).toMatch(/正常です.*回復.*回復後の影響： 遅れて届くことがあります/);
});

test('several notices on one server are told apart, each with its own time and link', async () => {
  const open = await house();
  await addCustomer(open.db, 'a', ['051']);
  await tell(open.db, stopped('051'));
  await tell(open.db, {
    id: 'second',
    title: { ja: '到着の遅れ' },
    impacts: [{ facilities: ['051'], symptom: 'delayed', startedAt: minuteOf('09:10') }],
  });
  const text = words((await (await signedIn(open, 'a')).get('/my')).body);
  expect(text).toMatch(/メール障害.*7:34頃.*到着の遅れ.*9:10/);
});

test('a call centre asks for many mailboxes at once, in its own order, and what is not known is never normal', async () => {
  const open = await house();
  await addCustomer(open.db, 'a', ['051', '052']);
  await tell(open.db, stopped('051'));
  const headers = await keyFor(open.db, open.clock, 'portal:read');
  const ask = (addresses: unknown, key: Record<string, string> = headers) =>
    open.app.inject({
      method: 'POST',
      url: '/api/v1/mailboxes/status',
      headers: key,
      payload: { addresses } as object,
    });
  const answer = await ask(['a-052@MAIL.example', 'nobody@mail.example', 'a-051@mail.example', 'a-052@mail.example']);
  expect(answer.statusCode).toBe(200);
  const { mailboxes, checkedAt } = answer.json<{
    checkedAt: string;
    mailboxes: { state: string; facility: string | null; notices: object[] }[];
  }>();
  expect(checkedAt).toBe('2014-03-06T12:00:00+09:00');
  expect(mailboxes.map((one) => [one.state, one.facility, one.notices.length])).toEqual([
    ['normal', '052', 0],
    ['unknown', null, 0],
    ['fault', '051', 1],
    ['normal', '052', 0],
  ]);
  const many = (length: number) => Array.from({ length }, (_, i) => `n${i}@mail.example`);
  expect((await ask(many(1000))).json<{ mailboxes: object[] }>().mailboxes).toHaveLength(1000);
  const tooMany = await ask(many(1001));
  expect(tooMany.statusCode).toBe(422);
  expect(tooMany.json()).toMatchObject({
    errors: [{ field: 'addresses', message: expect.stringContaining('1000') as string }],
  });
  expect((await ask([])).statusCode).toBe(422);
  expect((await ask('a-051@mail.example')).statusCode).toBe(422);
  expect((await ask(['a-051@mail.example'], {})).statusCode).toBe(401);
  const other = await keyFor(open.db, open.clock, 'notices:read');
  expect((await ask(['a-051@mail.example'], other)).statusCode).toBe(403);
});
