import { connect, type Socket } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { publishNotice } from '../../src/notices/publish.ts';
import { faultInput, publisher } from '../support/notices.ts';
import { startSite } from '../support/site.ts';

/** RELIABILITY R8: what somebody sends too slowly, never ends, or does not read. */
const SLOW: Record<string, string> = {
  'half a header': 'GET / HTTP/1.1\r\nHost: x\r\nX-A: ',
  'half a body':
    'POST /my/sign-in HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{',
  'a chunk without its end':
    'POST /my/sign-in HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\nff\r\n{',
  'nothing at all': '',
};
const TOO_MUCH: Record<string, string> = {
  'ten megabytes':
    'POST /my/sign-in HTTP/1.1\r\nHost: x\r\nContent-Type: text/plain\r\nContent-Length: 10000000\r\n\r\nx',
  'chunks without end': `POST /my/sign-in HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\nTransfer-Encoding: chunked\r\n\r\n${`ffff\r\n${'x'.repeat(0xffff)}\r\n`.repeat(8)}`,
};
const OF_EACH = 50;

test('who sends slowly, too much or nothing holds up nobody, and is let go', async () => {
  const site = await startSite();
  await publishNotice(site.notices, publisher, faultInput());
  await site.get('/');
  // As long as a test may wait.
  Object.assign(site.app.server, { headersTimeout: 1000, requestTimeout: 1500 });
  const base = await site.app.listen({ port: 0, host: '127.0.0.1', backlog: 4096 });
  const port = Number(new URL(base).port);
  const ended: Promise<{ what: string; said: string }>[] = [];
  const sockets: Socket[] = [];
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
  });
  for (const [what, bytes] of [...Object.entries(SLOW), ...Object.entries(TOO_MUCH)]) {
    for (let n = 0; n < OF_EACH; n++) {
      const socket = connect(port, '127.0.0.1', () => socket.write(bytes));
      sockets.push(socket);
      let said = '';
      socket.on('data', (part: Buffer) => {
        said += part.toString('latin1');
      });
      socket.on('error', () => {});
      ended.push(new Promise((resolve) => socket.on('close', () => resolve({ what, said: said.slice(0, 12) }))));
    }
  }
  const others = await Promise.all(Array.from({ length: 300 }, async () => (await fetch(base)).status));
  expect(new Set(others)).toEqual(new Set([200]));
  const answers = await Promise.all(ended);
  expect(new Set(answers.map(({ what, said }) => `${what}: ${said}`))).toEqual(
    new Set([
      ...Object.keys(SLOW).map((what) => `${what}: HTTP/1.1 408`),
      ...Object.keys(TOO_MUCH).map((what) => `${what}: HTTP/1.1 413`),
    ]),
  );
});

test('who asks for a thousand pages and reads none holds little memory and is let go', async () => {
  const site = await startSite();
  await publishNotice(site.notices, publisher, faultInput());
  const { server } = site.app;
  const base = await site.app.listen({ port: 0, host: '127.0.0.1' });
  // As long as a test may wait; connections begun from now on have it.
  server.setTimeout(1500);
  const held: Socket[] = [];
  server.on('connection', (socket: Socket) => held.push(socket));
  const asked = 'GET / HTTP/1.1\r\nHost: x\r\n\r\n'.repeat(1000);
  for (let n = 0; n < 20; n++) {
    const socket = connect(Number(new URL(base).port), '127.0.0.1', () => socket.write(asked));
    socket.pause();
    socket.on('error', () => {});
    onTestFinished(() => void socket.destroy());
  }
  await expect.poll(() => held.length, { timeout: 10_000 }).toBe(20);
  expect((await fetch(base)).status).toBe(200);
  expect(Math.max(...held.map((socket) => socket.writableLength))).toBeLessThan(1_000_000);
  await expect.poll(() => held.slice(0, 20).every((socket) => socket.destroyed), { timeout: 20_000 }).toBe(true);
});
