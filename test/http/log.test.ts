import PostalMime from 'postal-mime';
import { expect, test } from 'vitest';
import { loggerOf } from '../../src/http/log.ts';
import { redact } from '../../src/http/redact.ts';
import { addCatalogue } from '../lookup/world.ts';
import { startApp } from '../support/app.ts';
import { FormBrowser } from '../support/customers.ts';
import { courierTo } from '../support/mail.ts';
import { Browser, customerAt, keyFor, PASSWORD } from '../support/people.ts';
import { startFaultyRelay } from '../support/smtp.ts';

const SECRETIVE = 'hanako.secret@receiver.example';

function book() {
  const lines: string[] = [];
  return { lines, write: (line: string) => void lines.push(line), text: () => lines.join('') };
}

test('after a whole journey the log has nobody’s address, password, token, cookie or key in it', async () => {
  const log = book();
  const shirase = await startApp({ logger: loggerOf('debug', log) });
  const { app, db, clock } = shirase;
  await addCatalogue(db);
  const relay = await startFaultyRelay();
  const courier = courierTo(db, clock, relay.url, {
    warn: (error, message) => app.log.warn({ err: error }, message),
  });

  const customer = await customerAt(shirase, 'hanako', ['051']);
  const wrong = new Browser(app);
  await wrong.submit('/my/sign-in', '/my/sign-in', { login: 'hanako', password: 'a wrong password of mine' });
  await customer.get('/my');
  const fields = { scope: 'mine', language: 'ja', email: SECRETIVE };
  expect((await customer.submit('/my/addresses', '/my/addresses', fields)).statusCode).toBe(303);
  await courier.drain();
  const mail = await PostalMime.parse(Buffer.from(relay.stored[0]?.raw ?? '', 'latin1'));
  const link = /(\/confirm\/[\w-]{43})/.exec(mail.text ?? '')?.[1] ?? '';
  await new FormBrowser(app).press(link, link);
  // A receiver that refuses us by the customer's name, a key that is wrong, an address that is no address.
  relay.script = () => ({ rcpt: `550 5.7.1 <${SECRETIVE}> refuses 192.0.2.1 as spam` });
  await customer.submit('/my/addresses', '/my/addresses', { ...fields, email: `second.${SECRETIVE}` });
  await courier.drain();
  const { authorization } = await keyFor(db, clock, 'portal:read');
  await app.inject({ url: `/api/v1/mailboxes/${SECRETIVE}/password-change`, headers: { authorization } });
  await app.inject({ url: `/no-such-place/${SECRETIVE}?token=${link.slice(9)}`, headers: { authorization } });
  await db.close();
  await app.inject({ url: '/my', cookies: Object.fromEntries(customer.cookies) });

  const text = log.text();
  const secrets = [
    ...['hanako.secret', 'hanako@m051', PASSWORD, 'a wrong password of mine', link.slice(9), authorization.slice(7)],
    ...[...customer.cookies.values(), ...wrong.cookies.values()],
  ];
  expect(secrets.filter((secret) => secret === '' || text.includes(secret))).toEqual([]);
  expect(text).toContain('refuses our mails');
  expect(text).toContain('…@receiver.example');
  expect(log.lines.length).toBeGreaterThan(20);
  // One event, one line, each with the request it belongs to.
  for (const line of log.lines) expect(() => JSON.parse(line) as unknown).not.toThrow();
  const answers = log.lines.map((line) => JSON.parse(line) as { msg: string; reqId?: string });
  const completed = answers.filter((line) => line.msg === 'request completed');
  expect(completed.length).toBeGreaterThan(5);
  expect(completed.every((line) => line.reqId !== undefined)).toBe(true);
});

test('what is redacted is what is somebody’s; the rest of a line stays', () => {
  expect(redact('550 <taro..x@docomo.ne.jp>: unknown')).toBe('550 <…@docomo.ne.jp>: unknown');
  expect(redact('/mailboxes/taro%40example.jp/x')).toBe('/mailboxes/…@example.jp/x');
  expect(redact('postgres://shirase:pa55:word@db1:5432/x')).not.toContain('pa55');
  expect(redact(`key shirase_${'x'.repeat(43)}.`)).toBe('key ….');
  expect(redact('at file:///srv/node_modules/@fastify/cookie/plugin.js:3')).toContain('@fastify/cookie/plugin.js:3');
  expect(redact('requestId 3b1f2a9c0d4e5f60718293a4b5c6d7e8')).toContain('3b1f2a9c0d4e5f60718293a4b5c6d7e8');
});

test('a request has a name on its answer; a client cannot choose it, a proxy that is trusted can', async () => {
  const id = '3b1f2a9c0d4e5f60718293a4b5c6d7e8';
  const asked = async (trustProxy: number, given: string) => {
    const { app } = await startApp({ trustProxy });
    return (await app.inject({ url: '/my/sign-in', headers: { 'x-request-id': given } })).headers['x-request-id'];
  };
  expect(await asked(0, id)).toMatch(/^[0-9a-f-]{36}$/);
  expect(await asked(1, id)).toBe(id);
  expect(await asked(1, 'two words\tand more')).toMatch(/^[0-9a-f-]{36}$/);
});
