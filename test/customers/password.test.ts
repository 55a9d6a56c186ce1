import { describe, expect, test } from 'vitest';
import { answerRequests } from '../../src/customers/password/request.ts';
import { hashToken } from '../../src/http/sessions.ts';
import { statusToken } from '../../src/http/status-link.ts';
import { publishNotice, publishReport } from '../../src/notices/publish.ts';
import { SYSTEM } from '../../src/staff/audit.ts';
import { changeSettings } from '../../src/staff/settings.ts';
import { HOUR, MINUTE, SECOND } from '../../src/time.ts';
import { type Shirase, startApp } from '../support/app.ts';
import { faultInput, nextReport, publisher, smallCatalogue } from '../support/notices.ts';
import { Browser, customerAt, PASSWORD } from '../support/people.ts';
import { confirmedAddress, hashOf, outbox, passwordGround, resetToken } from './world.ts';

const NEW = 'a long new phrase of mine';

/** hanako's mailbox lives on 121, taro's on 062; each has a confirmed address elsewhere. */
async function house() {
  const shirase = await startApp();
  await smallCatalogue(shirase.db);
  const hanako = await customerAt(shirase, 'hanako', ['121']);
  const taro = await customerAt(shirase, 'taro', ['062']);
  await confirmedAddress(shirase.db, hanako.id, 'hanako@phone.example');
  await confirmedAddress(shirase.db, taro.id, 'taro@phone.example');
  return { ...shirase, hanako, taro };
}

const ask = (browser: Browser, login: string) => browser.submit('/my/password/reset', '/my/password/reset', { login });

/** A browser that has followed the link in the mail. */
async function atForm(shirase: Shirase, token: string): Promise<Browser> {
  const browser = new Browser(shirase.app);
  const opened = await browser.get(`/my/password/reset/${token}`);
  expect([opened.statusCode, opened.headers.location]).toEqual([303, '/my/password/new']);
  return browser;
}

const setNew = (browser: Browser, fields: Record<string, string | string[]> = {}) =>
  browser.submit('/my/password/new', '/my/password/new', { password: NEW, ...fields });

async function signsIn(shirase: Shirase, login: string, password: string): Promise<boolean> {
  const answer = await new Browser(shirase.app).submit('/my/sign-in', '/my/sign-in', { login, password });
  return answer.statusCode === 303;
}

/** A fault of facility 121, and how it is repaired. */
async function breakServer(shirase: Shirase, facilities = ['121']) {
  const notices = { ...shirase.ground, announce: () => {} };
  const { id } = await publishNotice(
    notices,
    publisher,
    faultInput({
      impacts: [{ service: 'mail', facilities, symptom: 'unavailable', startedAt: '2014-03-06T07:34:00+09:00' }],
    }),
  );
  const repair = async () => {
    const [impact] = await shirase.db.kysely.selectFrom('impacts').select('id').where('notice_id', '=', id).execute();
    const recovered = [{ impact: impact?.id ?? '', at: new Date(shirase.clock.now()).toISOString() }];
    await publishReport(notices, publisher, id, nextReport({ phase: 'recovery', recovered }));
    shirase.clock.advance(MINUTE);
  };
  return { id, repair };
}

describe('a forgotten password', () => {
  test('is set by a link in a mail, signs nobody in, ends every session, and its owner is told everywhere', async () => {
    const shirase = await house();
    const answer = await ask(new Browser(shirase.app), 'Hanako');
    expect(answer.body).toContain('受け付けました');
    const token = await resetToken(shirase, 'hanako@phone.example');
    const browser = await atForm(shirase, token);
    const form = await browser.get('/my/password/new');
    expect(form.headers['referrer-policy']).toBe('no-referrer');
    expect(form.body).not.toContain(token);
    expect(form.body).not.toContain('hanako');
    shirase.clock.advance(SECOND);
    const done = await setNew(browser);
    expect(done.body).toContain('パスワードを設定しました');
    expect(browser.cookies.get('session')).toBeUndefined();
    expect((await shirase.hanako.get('/my')).headers.location).toContain('/my/sign-in');
    expect((await shirase.taro.get('/my')).statusCode).toBe(200);
    expect(await signsIn(shirase, 'hanako', PASSWORD)).toBe(false);
    expect(await signsIn(shirase, 'hanako', NEW)).toBe(true);
    const told = (await outbox(shirase.db)).filter((mail) => mail.subject === 'パスワードが変更されました');
    expect(told.map((mail) => mail.to).sort()).toEqual(['hanako@m121.example', 'hanako@phone.example']);
    expect(told[0]?.text).not.toContain(token);
    const links = statusToken(shirase.ground.secret, `${shirase.hanako.id}-1`, shirase.clock.now() - MINUTE);
    expect((await shirase.app.inject(`/s/${links}`)).statusCode).toBe(410);
  });

  test('without a confirmed address the link goes to the mailbox; English comes in English', async () => {
    const shirase = await house();
    await shirase.db.kysely.deleteFrom('addresses').execute();
    await new Browser(shirase.app).submit('/en/my/password/reset', '/en/my/password/reset', { login: 'hanako' });
    await resetToken(shirase, 'hanako@m121.example');
    const [mail] = await outbox(shirase.db);
    expect(mail?.subject).toBe('Set a new password (within 30 minutes)');
    expect(mail?.text).toContain('http://status.example/en/my/password/reset/');
  });

  test('whoever asks learns nothing: known, unknown and frozen logins are one answer, one row, and no mail too many', async () => {
    const shirase = await house();
    await shirase.db.kysely.updateTable('customers').set({ frozen_at: 1 }).where('login', '=', 'taro').execute();
    const answers: unknown[] = [];
    for (const login of ['hanako', 'nobody', 'taro', 'hanako@m121.example']) {
      const answer = await ask(new Browser(shirase.app), login);
      const headers = Object.entries(answer.headers).filter(
        ([name]) => !['date', 'set-cookie', 'x-request-id'].includes(name),
      );
      answers.push([answer.statusCode, headers, answer.body.replace(/name="_csrf" value="[^"]*"/g, '')]);
    }
    for (const answer of answers) expect(answer).toEqual(answers[0]);
    await answerRequests(passwordGround(shirase));
    const rows = await shirase.db.kysely.selectFrom('password_requests').selectAll().execute();
    expect(rows).toHaveLength(4);
    expect(JSON.stringify(rows)).not.toContain('nobody');
    expect((await outbox(shirase.db)).map((mail) => mail.to).sort()).toEqual([
      'hanako@phone.example',
      'taro@phone.example',
    ]);
  });

  test('at most three mails an hour for an account, however many ask, and a carrier’s gateway is not locked out', async () => {
    const shirase = await house();
    for (let i = 0; i < 6; i++) {
      await ask(new Browser(shirase.app), 'hanako');
      shirase.clock.advance(1);
    }
    await answerRequests(passwordGround(shirase));
    expect(await outbox(shirase.db)).toHaveLength(3);
    await ask(new Browser(shirase.app), 'taro');
    await answerRequests(passwordGround(shirase));
    expect(await outbox(shirase.db)).toHaveLength(4);
    shirase.clock.advance(HOUR + MINUTE);
    await ask(new Browser(shirase.app), 'hanako');
    await answerRequests(passwordGround(shirase));
    expect(await outbox(shirase.db)).toHaveLength(5);
  });

  test('a password that will not do is refused by name, and the link is not used up', async () => {
    const shirase = await house();
    await ask(new Browser(shirase.app), 'hanako');
    const browser = await atForm(shirase, await resetToken(shirase, 'hanako@phone.example'));
    for (const [password, word] of [
      ['short', '8文字以上'],
      ['x'.repeat(129), '128文字以内'],
      ['password123', 'よく使われて'],
      ['12345678', 'よく使われて'],
      ['hanako@m121.example', 'ログイン名'],
    ] as const) {
      const answer = await setNew(browser, { password });
      expect([answer.statusCode, answer.body.includes(word)]).toEqual([422, true]);
      expect(answer.body).not.toContain(`value="${password}"`);
    }
    expect((await setNew(browser)).statusCode).toBe(200);
  });
});

describe('the accident of 2012', () => {
  interface Intrusion {
    fields?: Record<string, string | string[]>;
    query?: string;
    cookie?: [string, string];
    header?: [string, string];
  }
  const NAMES =
    'login email mail mailbox address customer customer_id id account user subject to token __proto__'.split(' ');

  /** Everywhere the other one's name could be put at the last step. */
  const intrusions = (taro: string): Intrusion[] => [
    ...NAMES.flatMap((name) => [{ fields: { [name]: taro } }, { query: `?${name}=taro%40m062.example` }]),
    { fields: { password: [NEW, 'another long new phrase'] } },
    { fields: { 'password[]': NEW } },
    { cookie: ['customer', taro] },
    { header: ['x-forwarded-user', 'taro'] },
  ];

  test('A’s link with B’s name in any field, query, cookie or header never changes B', async () => {
    const shirase = await house();
    const before = await hashOf(shirase.db, shirase.taro.id);
    let last = await hashOf(shirase.db, shirase.hanako.id);
    for (const { fields = {}, query = '', cookie, header } of intrusions(shirase.taro.id)) {
      shirase.clock.advance(HOUR + MINUTE);
      await ask(new Browser(shirase.app), 'hanako');
      const browser = await atForm(shirase, await resetToken(shirase, 'hanako@phone.example'));
      if (cookie) browser.cookies.set(...cookie);
      if (header) browser.headers[header[0]] = header[1];
      const answer = await browser.submit('/my/password/new', `/my/password/new${query}`, { password: NEW, ...fields });
      const now = await hashOf(shirase.db, shirase.hanako.id);
      // A form that carries anything else is refused whole; what stands elsewhere is not looked at.
      const refused = Object.keys(fields).length > 0;
      expect([fields, query, answer.statusCode, now === last]).toEqual([fields, query, refused ? 422 : 200, refused]);
      expect(await hashOf(shirase.db, shirase.taro.id)).toBe(before);
      last = now;
    }
    expect((await outbox(shirase.db)).filter((mail) => mail.to.startsWith('taro'))).toEqual([]);
  });

  test('nor at the step before: B’s name in the request, his session, or his form with A’s link', async () => {
    const shirase = await house();
    const before = await hashOf(shirase.db, shirase.taro.id);
    const browser = new Browser(shirase.app);
    const two = await browser.submit('/my/password/reset', '/my/password/reset', { login: ['hanako', 'taro'] });
    expect(two.statusCode).toBe(422);
    expect(
      (await browser.submit('/my/password/reset', '/my/password/reset', { login: 'hanako', email: 'taro' })).statusCode,
    ).toBe(422);
    await ask(browser, 'hanako');
    const token = await resetToken(shirase, 'hanako@phone.example');
    // B is signed in and follows A's link, or is led to: it sets A's password and nothing of B.
    await shirase.taro.get(`/my/password/reset/${token}`);
    expect((await setNew(shirase.taro)).statusCode).toBe(200);
    expect(await hashOf(shirase.db, shirase.taro.id)).toBe(before);
    expect(await signsIn(shirase, 'hanako', NEW)).toBe(true);
    expect(await signsIn(shirase, 'taro', PASSWORD)).toBe(true);
  });

  test('and if the program were wrong, the database would refuse it', async () => {
    const { db, hanako, taro, ...shirase } = await house();
    await ask(new Browser(shirase.app), 'hanako');
    await resetToken({ ...shirase, db }, 'hanako@phone.example');
    const reset = await db.kysely.selectFrom('password_resets').select('id').executeTakeFirstOrThrow();
    const set = (id: string, hash: string, by: string | null) =>
      db.kysely
        .updateTable('customers')
        .set({ password_hash: hash, password_reset_id: by })
        .where('id', '=', id)
        .execute();
    await expect(set(hanako.id, 'x', reset.id)).rejects.toThrow('belongs to another account');
    await db.kysely.updateTable('password_resets').set({ used_at: 1 }).execute();
    await expect(set(taro.id, 'x', reset.id)).rejects.toThrow('belongs to another account');
    await expect(
      db.kysely.updateTable('customers').set({ password_hash: 'x', password_reset_id: reset.id }).execute(),
    ).rejects.toThrow('belongs to another account');
    await set(hanako.id, 'x', reset.id);
    await expect(set(hanako.id, 'again', reset.id)).rejects.toThrow('belongs to another account');
  });
});

describe('a link', () => {
  test('works once, for one of a hundred who press at the same moment', async () => {
    const shirase = await house();
    await ask(new Browser(shirase.app), 'hanako');
    const browser = await atForm(shirase, await resetToken(shirase, 'hanako@phone.example'));
    await browser.get('/my/password/new');
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, i) => setNew(browser, { password: `${NEW} ${i}` })),
    );
    expect(answers.filter((answer) => answer.body.includes('設定しました'))).toHaveLength(1);
    expect((await browser.get('/my/password/new')).statusCode).not.toBe(200);
    const changed = (await outbox(shirase.db)).filter((mail) => mail.subject === 'パスワードが変更されました');
    expect(changed).toHaveLength(2);
  });

  test('is worth nothing a millisecond late, cut, of another purpose, or read from the database', async () => {
    const shirase = await house();
    await ask(new Browser(shirase.app), 'hanako');
    const token = await resetToken(shirase, 'hanako@phone.example');
    const row = await shirase.db.kysely.selectFrom('password_resets').selectAll().executeTakeFirstOrThrow();
    expect(row.token_hash).toBe(hashToken(token));
    for (const wrong of [
      token.slice(1),
      row.token_hash,
      row.id,
      statusToken(shirase.ground.secret, 'x', shirase.clock.now()),
    ]) {
      const browser = new Browser(shirase.app);
      await browser.get(`/my/password/reset/${encodeURIComponent(wrong)}`);
      expect((await browser.get('/my/password/new')).statusCode).toBe(404);
    }
    expect((await shirase.app.inject(`/confirm/${token}`)).statusCode).toBe(404);
    const browser = await atForm(shirase, token);
    shirase.clock.set(row.expires_at - 1);
    expect((await browser.get('/my/password/new')).statusCode).toBe(200);
    shirase.clock.set(row.expires_at);
    const late = await setNew(browser).catch(() => null);
    expect(late).toBeNull();
    expect((await browser.get('/my/password/new')).statusCode).toBe(410);
    expect(await signsIn(shirase, 'hanako', PASSWORD)).toBe(true);
  });

  test('M10: made while the clock was far ahead, it is over when that is put right; minutes do not matter, and the next one works', async () => {
    const shirase = await house();
    const right = shirase.clock.now();
    const form = async (token: string) => {
      const browser = new Browser(shirase.app);
      await browser.get(`/my/password/reset/${token}`);
      return (await browser.get('/my/password/new')).statusCode;
    };
    shirase.clock.set(right + 2 * HOUR);
    await ask(new Browser(shirase.app), 'hanako');
    const ahead = await resetToken(shirase, 'hanako@phone.example');
    expect(await form(ahead)).toBe(200);
    shirase.clock.set(right + 2 * HOUR - 4 * MINUTE);
    expect(await form(ahead)).toBe(200);
    shirase.clock.set(right);
    expect(await form(ahead)).toBe(410);
    await shirase.db.kysely.deleteFrom('mails').execute();
    await ask(new Browser(shirase.app), 'hanako');
    expect(await form(await resetToken(shirase, 'hanako@phone.example'))).toBe(200);
  });

  test('ends with a newer one, with a change of password, and with a change of address', async () => {
    for (const change of ['newer', 'password', 'address'] as const) {
      const shirase = await house();
      await ask(new Browser(shirase.app), 'hanako');
      const browser = await atForm(shirase, await resetToken(shirase, 'hanako@phone.example'));
      shirase.clock.advance(1);
      if (change === 'newer') {
        await ask(new Browser(shirase.app), 'hanako');
        await resetToken(shirase, 'hanako@phone.example');
      }
      if (change === 'password') {
        const fields = { present: PASSWORD, password: 'yet another phrase' };
        expect((await shirase.hanako.submit('/my/password', '/my/password', fields)).statusCode).toBe(303);
      }
      if (change === 'address') await confirmedAddress(shirase.db, shirase.hanako.id, 'second@phone.example', 2);
      expect([change, (await browser.get('/my/password/new')).statusCode]).toEqual([change, 410]);
    }
  });
});

describe('whoever is signed in', () => {
  test('changes his password by the one he has; his other devices are signed out, this one is not', async () => {
    const shirase = await house();
    const other = new Browser(shirase.app);
    await other.submit('/my/sign-in', '/my/sign-in', { login: 'hanako', password: PASSWORD });
    const before = shirase.hanako.cookies.get('session');
    const wrong = await shirase.hanako.submit('/my/password', '/my/password', { present: 'no', password: NEW });
    expect([wrong.statusCode, wrong.body.includes('現在のパスワードが正しくありません')]).toEqual([422, true]);
    const foreign = { present: PASSWORD, password: NEW, login: 'taro' };
    expect((await shirase.hanako.submit('/my/password', '/my/password', foreign)).statusCode).toBe(422);
    const answer = await shirase.hanako.submit('/my/password', '/my/password', { present: PASSWORD, password: NEW });
    expect(answer.headers.location).toBe('/my/password?done=changed');
    expect((await shirase.hanako.get('/my/password?done=changed')).body).toContain('パスワードを変更しました');
    expect(shirase.hanako.cookies.get('session')).not.toBe(before);
    expect((await other.get('/my')).statusCode).toBe(303);
    expect(await signsIn(shirase, 'hanako', NEW)).toBe(true);
    expect(await signsIn(shirase, 'taro', PASSWORD)).toBe(true);
  });

  test('sees his devices, ends one or all others, and can end nobody else’s', async () => {
    const shirase = await house();
    const phone = new Browser(shirase.app);
    phone.headers['user-agent'] =
      'Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) Version/17.0 Mobile Safari/604.1';
    await phone.submit('/my/sign-in', '/my/sign-in', { login: 'hanako', password: PASSWORD });
    const page = await shirase.hanako.get('/my/account');
    expect(page.body).toContain('Safari, iOS');
    const [, id = ''] = /sessions\/([\w-]{10,})\/end"/.exec(page.body) ?? [];
    expect(id).not.toBe('');
    expect((await shirase.taro.submit('/my/account', `/my/account/sessions/${id}/end`, {})).statusCode).toBe(404);
    expect((await phone.get('/my')).statusCode).toBe(200);
    expect((await shirase.hanako.submit('/my/account', `/my/account/sessions/${id}/end`, {})).statusCode).toBe(303);
    expect((await phone.get('/my')).statusCode).toBe(303);
    await phone.submit('/my/sign-in', '/my/sign-in', { login: 'hanako', password: PASSWORD });
    await shirase.hanako.submit('/my/account', '/my/account/sessions/end-others', {});
    expect((await phone.get('/my')).statusCode).toBe(303);
    expect((await shirase.hanako.get('/my')).statusCode).toBe(200);
  });

  test('must have signed in lately to end anything', async () => {
    const shirase = await house();
    shirase.clock.advance(31 * MINUTE);
    for (const path of ['/my/account/sessions/end-others', '/my/account/links/end', '/my/password/freeze']) {
      expect((await shirase.hanako.submit('/my/account', path, {})).headers.location).toBe('/my/sign-in');
    }
  });

  test('ends the links in his mails, those of this second too', async () => {
    const shirase = await house();
    const token = () => statusToken(shirase.ground.secret, `${shirase.hanako.id}-1`, shirase.clock.now());
    const before = token();
    expect((await shirase.app.inject(`/s/${before}`)).statusCode).toBe(200);
    expect((await shirase.hanako.submit('/my/account', '/my/account/links/end', {})).statusCode).toBe(303);
    expect((await shirase.app.inject(`/s/${before}`)).statusCode).toBe(410);
    shirase.clock.advance(2 * SECOND);
    expect((await shirase.app.inject(`/s/${token()}`)).statusCode).toBe(200);
  });
});

describe('while his own server is broken', () => {
  test('the page says that the password is right, refuses to change it, and opens again by itself', async () => {
    const shirase = await house();
    const { id, repair } = await breakServer(shirase);
    const page = await shirase.hanako.get('/my/password');
    expect(page.body).toContain('パスワードは間違っていません');
    expect(page.body).toContain(`href="/notices/${id}"`);
    expect(page.body).not.toContain('name="present"');
    expect((await shirase.taro.get('/my/password')).body).toContain('name="present"');
    await repair();
    expect((await shirase.hanako.get('/my/password')).body).toContain('name="present"');
  });

  test('a fault that begins between the form and the button refuses it, uses up no link, and is noted', async () => {
    const shirase = await house();
    await ask(new Browser(shirase.app), 'hanako');
    const byLink = await atForm(shirase, await resetToken(shirase, 'hanako@phone.example'));
    const before = await hashOf(shirase.db, shirase.hanako.id);
    const ownForm = (await shirase.hanako.get('/my/password')).body;
    const linkForm = (await byLink.get('/my/password/new')).body;
    const csrf = (body: string) => /name="_csrf" value="([^"]+)"/.exec(body)?.[1] ?? '';
    const { repair } = await breakServer(shirase);
    const own = await shirase.hanako.post('/my/password', { _csrf: csrf(ownForm), present: PASSWORD, password: NEW });
    const link = await byLink.post('/my/password/new', { _csrf: csrf(linkForm), password: NEW });
    for (const answer of [own, link]) {
      expect(answer.statusCode).toBe(409);
      expect(answer.body).toContain('パスワードは間違っていません');
    }
    expect(await hashOf(shirase.db, shirase.hanako.id)).toBe(before);
    const noted = await shirase.db.kysely
      .selectFrom('audit_entries')
      .select('act')
      .where('act', '=', 'password.refused')
      .execute();
    expect(noted).toHaveLength(2);
    await repair();
    expect((await setNew(byLink)).body).toContain('設定しました');
  });

  test('whoever asks for a link is told by mail that nothing is wrong with his password, and gets no link', async () => {
    const shirase = await house();
    const { id } = await breakServer(shirase);
    const answer = await ask(new Browser(shirase.app), 'hanako');
    expect(answer.body).toContain('受け付けました');
    await answerRequests(passwordGround(shirase));
    const [mail] = await outbox(shirase.db);
    expect(mail?.subject).toBe('パスワードの変更は不要です');
    expect(mail?.text).toContain(`/notices/${id}`);
    expect(mail?.text).not.toContain('/my/password/reset/');
  });

  test('who fears that somebody knows it closes the account: nobody signs in until it is reset', async () => {
    const shirase = await house();
    const { repair } = await breakServer(shirase);
    const closed = await shirase.hanako.submit('/my/password', '/my/password/freeze', {});
    expect(closed.body).toContain('アカウントを閉じました');
    expect((await shirase.hanako.get('/my')).statusCode).toBe(303);
    expect(await signsIn(shirase, 'hanako', PASSWORD)).toBe(false);
    await repair();
    await ask(new Browser(shirase.app), 'hanako');
    expect((await setNew(await atForm(shirase, await resetToken(shirase, 'hanako@phone.example')))).statusCode).toBe(
      200,
    );
    expect(await signsIn(shirase, 'hanako', NEW)).toBe(true);
  });

  test('where it cannot be known, changing is open and says so; a setting closes it', async () => {
    const shirase = await house();
    await shirase.db.kysely.schema.dropTable('impact_facilities').execute();
    await shirase.db.kysely.schema.dropTable('impacts').execute();
    expect((await shirase.hanako.get('/my/password')).body).toMatch(
      /故障があるかどうかを確認できません。.*name="present"/s,
    );
    await changeSettings(shirase.db, shirase.clock, SYSTEM, { passwordWhenUnknown: 'closed' });
    const page = await shirase.hanako.get('/my/password');
    expect(page.body).toContain('現在、パスワードを変更できません');
    expect(page.body).not.toContain('name="present"');
    await changeSettings(shirase.db, shirase.clock, SYSTEM, { passwordWhenUnknown: 'open' });
    const answer = await shirase.hanako.submit('/my/password', '/my/password', { present: PASSWORD, password: NEW });
    expect(answer.statusCode).toBe(303);
  });
});
