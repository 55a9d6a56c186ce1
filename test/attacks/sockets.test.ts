import { connect } from 'node:net';
import { describe, expect, test } from 'vitest';
import { publishNotice } from '../../src/notices/publish.ts';
import { freshFolder } from '../support/folder.ts';
import { hasNginx, startNginx } from '../support/nginx.ts';
import { faultInput, publisher } from '../support/notices.ts';
import { startSite } from '../support/site.ts';

/** What comes back for these bytes until the server closes or falls silent after its answer. */
function exchange(port: number, bytes: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(bytes));
    let answer = '';
    socket.setEncoding('latin1');
    socket.on('data', (part: string) => {
      answer += part;
    });
    socket.on('close', () => resolve(answer));
    socket.on('error', (error: NodeJS.ErrnoException) =>
      error.code === 'ECONNRESET' ? resolve(answer) : reject(error),
    );
    // Our own bound where a server would wait for more.
    socket.setTimeout(3000, () => {
      socket.destroy();
    });
  });
}

const statuses = (answer: string) => [...answer.matchAll(/^HTTP\/1\.1 (\d{3})/gm)].map(([, status]) => Number(status));

async function door() {
  const site = await startSite();
  await publishNotice(site.notices, publisher, faultInput());
  await site.get('/');
  const base = await site.app.listen({ port: 0, host: '127.0.0.1' });
  return { ...site, port: Number(new URL(base).port) };
}

/** A second request hidden in the first, for a proxy and a server that count differently. RELIABILITY R8; ASVS 4.2.1 */
const HIDDEN = 'GET /console/audit HTTP/1.1\r\nHost: x\r\n\r\n';

const SMUGGLED: [string, string][] = [
  [
    'a length and chunks at once',
    `POST /my/sign-in HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${HIDDEN}`,
  ],
  [
    'two lengths',
    `POST /my/sign-in HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\nContent-Length: ${HIDDEN.length}\r\n\r\n${HIDDEN}`,
  ],
  ['a length with a sign', `POST /my/sign-in HTTP/1.1\r\nHost: x\r\nContent-Length: +0\r\n\r\n${HIDDEN}`],
  [
    'chunks by another name',
    `POST /my/sign-in HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n${HIDDEN}`,
  ],
  [
    'chunks with a space before the colon',
    `POST /my/sign-in HTTP/1.1\r\nHost: x\r\nTransfer-Encoding : chunked\r\n\r\n0\r\n\r\n${HIDDEN}`,
  ],
  ['a folded header', `GET / HTTP/1.1\r\nHost: x\r\nX-A: b\r\n Transfer-Encoding: chunked\r\n\r\n`],
  ['a bare carriage return', `GET / HTTP/1.1\r\nHost: x\r\nX-A: b\rTransfer-Encoding: chunked\r\n\r\n`],
  ['a NUL in a header', 'GET / HTTP/1.1\r\nHost: x\r\nX-A: b\u0000c\r\n\r\n'],
  ['a chunk of no size', 'POST /my/sign-in HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n'],
  ['no host', 'GET / HTTP/1.1\r\n\r\n'],
];

describe('a connection', () => {
  test('that means one thing to a proxy and another to us is refused and closed: nothing hidden in it is answered', async () => {
    const { port } = await door();
    const answers = await Promise.all(
      SMUGGLED.map(async ([what, bytes]) => ({ what, got: statuses(await exchange(port, bytes)) })),
    );
    expect(answers.filter(({ got }) => got.length > 1 || got.some((status) => status !== 400))).toEqual([]);
    expect(answers.some(({ got }) => got.length === 1)).toBe(true);
  });

  test.runIf(hasNginx)('through a real proxy carries nothing hidden to us', async () => {
    const { app, port } = await door();
    const came: string[] = [];
    app.server.on('request', (request) => came.push(`${request.method} ${request.url}`));
    const proxy = new URL(await startNginx(freshFolder(), `http://127.0.0.1:${port}`));
    const answers = await Promise.all(
      SMUGGLED.map(async ([what, bytes]) => ({ what, got: statuses(await exchange(Number(proxy.port), bytes)) })),
    );
    expect(answers.filter(({ got }) => got.length > 1)).toEqual([]);
    const through = `GET /my/sign-in HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`;
    expect(statuses(await exchange(Number(proxy.port), through))).toEqual([200]);
    expect(came.filter((request) => request.includes('/console'))).toEqual([]);
    expect(came).toContain('GET /my/sign-in');
  });

  test('with more headers than a browser has is refused, and others are answered meanwhile', async () => {
    const { port, app } = await door();
    const many = Array.from({ length: 3000 }, (_, at) => `X-${at}: ${'a'.repeat(20)}`).join('\r\n');
    expect(statuses(await exchange(port, `GET / HTTP/1.1\r\nHost: x\r\n${many}\r\n\r\n`))).toEqual([431]);
    expect((await app.inject({ url: '/' })).statusCode).toBe(200);
  });

  test('may ask for several pages at once, and gets each its own', async () => {
    const { port } = await door();
    const ask = (path: string, last = false) =>
      `GET ${path} HTTP/1.1\r\nHost: x\r\n${last ? 'Connection: close\r\n' : ''}\r\n`;
    const answer = await exchange(port, ask('/healthz') + ask('/nowhere') + ask('/healthz', true));
    expect(statuses(answer)).toEqual([200, 404, 200]);
  });

  test('gets nothing by a method that no route has', async () => {
    const { port } = await door();
    for (const method of ['TRACE', 'CONNECT', 'PROPFIND', 'DELETE', 'PATCH']) {
      const answer = await exchange(
        port,
        `${method} / HTTP/1.1\r\nHost: x\r\nCookie: session=secret\r\nConnection: close\r\n\r\n`,
      );
      expect(answer, method).not.toContain('secret');
      expect(
        statuses(answer).every((status) => status >= 400),
        method,
      ).toBe(true);
    }
  });
});
