import { once } from 'node:events';
import { connect } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { Busy } from '../../src/errors.ts';
import { costOf } from '../../src/http/cost.ts';
import { Gate } from '../../src/http/gate.ts';
import { loggerOf } from '../../src/http/log.ts';
import { hashingGate } from '../../src/http/passwords.ts';
import { startApp } from '../support/app.ts';
import { Browser, customerAt, PASSWORD, staffAt } from '../support/people.ts';

const TEXT = { ja: '混雑', en: 'busy' };

test('a gate lets so many in, lets so many wait in their order, and turns the rest away', async () => {
  const gate = new Gate(1, 2, TEXT);
  const first = await gate.enter();
  const order: string[] = [];
  const noting = (name: string) => (leave: () => void) => {
    order.push(name);
    return leave;
  };
  const second = gate.enter().then(noting('second'));
  const third = gate.enter().then(noting('third'));
  await expect(gate.enter()).rejects.toBeInstanceOf(Busy);
  expect([gate.running, gate.waiting, gate.refused]).toEqual([1, 2, 1]);
  first();
  first();
  (await second)();
  (await third)();
  expect(order).toEqual(['second', 'third']);
  await expect.poll(() => [gate.running, gate.waiting]).toEqual([0, 0]);
});

test('with all places of customers taken, staff, programs and pages are answered as ever', async () => {
  const shirase = await startApp();
  const { app } = shirase;
  const customer = await customerAt(shirase, 'taro', []);
  const staff = await staffAt(shirase, 'publisher');
  const held = await Promise.all(Array.from({ length: 5 }, () => app.gates.lookup.enter()));
  const hashing = await Promise.all(Array.from({ length: 2 }, () => hashingGate.enter()));
  const waiting = customer.get('/my');
  await expect.poll(() => app.gates.lookup.waiting, { timeout: 30_000 }).toBe(1);

  expect((await staff.get('/console')).statusCode).toBe(200);
  expect((await app.inject({ url: '/' })).statusCode).toBe(200);
  expect((await app.inject({ url: '/readyz' })).statusCode).toBe(200);
  const another = new Browser(app);
  const signIn = { login: 'publisher', password: PASSWORD };
  expect((await another.submit('/console/sign-in', '/console/sign-in', signIn)).statusCode).toBe(303);

  for (const leave of [...held, ...hashing]) leave();
  expect((await waiting).statusCode).toBe(200);
  await expect.poll(() => app.gates.lookup.running).toBe(0);
});

test('who hangs up while he waits leaves the queue at once, and those behind him are answered', async () => {
  const { app } = await startApp();
  const port = Number(new URL(await app.listen({ port: 0, host: '127.0.0.1' })).port);
  const { lookup } = app.gates;
  const held = await Promise.all(Array.from({ length: 5 }, () => lookup.enter()));
  const [first, second, last] = Array.from({ length: 3 }, () => {
    const socket = connect(port, '127.0.0.1', () => socket.write('GET /my HTTP/1.1\r\nHost: x\r\n\r\n'));
    onTestFinished(() => void socket.destroy());
    return socket;
  });
  const said = new Promise<string>((resolve) => last?.once('data', (part: Buffer) => resolve(part.toString('latin1'))));
  await expect.poll(() => lookup.waiting).toBe(3);
  first?.destroy();
  second?.end();
  await expect.poll(() => lookup.waiting).toBe(1);
  for (const leave of held) leave();
  expect(await said).toMatch(/^HTTP\/1.1 303 /);
  await expect.poll(() => [lookup.running, lookup.waiting]).toEqual([0, 0]);
});

test('a page that is asked for after hundreds of lookups is answered before most of them', async () => {
  const { app } = await startApp();
  const port = Number(new URL(await app.listen({ port: 0, host: '127.0.0.1' })).port);
  const order: string[] = [];
  const asking = await Promise.all(
    Array.from({ length: 301 }, async (_, n) => {
      const path = n === 300 ? '/' : '/my';
      const socket = connect(port, '127.0.0.1');
      onTestFinished(() => void socket.destroy());
      await once(socket, 'connect');
      return { path, socket, answered: once(socket, 'data').then(() => order.push(path)) };
    }),
  );
  const accepted = () => new Promise((resolve) => app.server.getConnections((_error, count) => resolve(count)));
  await expect.poll(accepted).toBe(301);
  for (const { path, socket } of asking) socket.write(`GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`);
  await Promise.all(asking.map(({ answered }) => answered));
  expect(order.indexOf('/')).toBeLessThan(150);
});

test('who is turned away reads when to come back, and the state of the services', async () => {
  const shirase = await startApp();
  const { app } = shirase;
  const customer = await customerAt(shirase, 'taro', []);
  app.gates.lookup.enter = async () => {
    throw new Busy(42, TEXT);
  };
  const page = await customer.get('/my');
  expect([page.statusCode, page.headers['retry-after']]).toEqual([503, '42']);
  expect(page.body).toContain('href="/"');
  expect(page.body).toContain('class="sentence normal">すべてのサービスは正常です');
  expect((await customer.get('/en/my')).body).toContain('All services are working normally');
});

test('who cannot be signed in soon is told so before his form is there, and nothing is logged of him', async () => {
  const lines: string[] = [];
  const { app } = await startApp({ logger: loggerOf('info', { write: (line) => void lines.push(line) }) });
  const port = Number(new URL(await app.listen({ port: 0, host: '127.0.0.1' })).port);
  const begin = async (path: string) => {
    const socket = connect(port, '127.0.0.1');
    onTestFinished(() => void socket.destroy());
    socket.write(`POST ${path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\n`);
    socket.write('Content-Length: 40\r\n\r\nlogin=ta');
    const [answer] = (await once(socket, 'data')) as [Buffer];
    return answer.toString();
  };
  const refusal =
    /^HTTP\/1.1 503 [\s\S]*\ncontent-security-policy: [\s\S]*\nretry-after: \d\d\r[\s\S]*id="public-state"/;
  // The hasher's two threads and whoever waits for them; and before these the door of all sign-ins, where many come in one instant.
  for (const gate of [hashingGate, app.gates['sign-in']]) {
    // Places that an earlier test has just left are given on a turn later.
    await expect.poll(() => gate.running).toBe(0);
    const entered: Promise<() => void>[] = [];
    while (!gate.full) entered.push(gate.enter());
    lines.splice(0);
    expect(await begin('/my/sign-in')).toMatch(refusal);
    expect(await begin('/en/my/sign-in')).toMatch(
      /<html lang="en"[\s\S]*Very many people are signing in[\s\S]*Your password has not been looked at/,
    );
    expect(lines).toEqual([]);
    for (const one of entered) (await one)();
    await expect.poll(() => gate.running).toBe(0);
  }
});

test('every route has one class, and nothing in the request decides it but its method', () => {
  expect(costOf('/console/sign-in', { who: 'everyone', form: true })).toBe('staff');
  expect(costOf('/console', { who: 'staff', may: null })).toBe('staff');
  expect(costOf('/my/sign-in', { who: 'everyone', form: true }, 'POST')).toBe('sign-in');
  expect(costOf('/my/sign-in', { who: 'everyone', form: true }, 'HEAD')).toBe('open');
  expect(costOf('/my', { who: 'customer' })).toBe('lookup');
  expect(costOf('/my/addresses', { who: 'customer' })).toBe('customer');
  expect(costOf('/api/v1/notices', { who: 'key', scope: 'notices:read' })).toBe('api');
  expect(costOf('/stop/:token', { who: 'everyone' })).toBe('open');
  expect(costOf(undefined, undefined)).toBe('open');
});
