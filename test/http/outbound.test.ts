import dnsCallbacks from 'node:dns';
import dns from 'node:dns/promises';
import { createServer, type IncomingMessage } from 'node:http';
import { syncBuiltinESMExports } from 'node:module';
import type { AddressInfo } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { guardedFetch } from '../../src/http/oidc/guarded-fetch.ts';
import { OutboundRefused, postOutbound } from '../../src/http/outbound.ts';
import { webhookHeaders, webhookSecret } from '../../src/http/webhook-signature.ts';

/** A server inside the network that counts who came. */
async function inside(answer: (request: IncomingMessage) => { status: number; headers?: Record<string, string> }) {
  const came: string[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (part: Buffer) => (body += part.toString()));
    request.on('end', () => {
      came.push(`${request.method} ${request.url} ${body}`);
      const { status, headers } = answer(request);
      response.writeHead(status, headers).end('x'.repeat(1000));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => new Promise<void>((resolve) => server.close(() => resolve())));
  return { came, port: (server.address() as AddressInfo).port };
}

const call = (url: string, allow: string[] = [], timeout = 10_000) =>
  postOutbound({ url, headers: {}, body: '{}', allow, timeout });

type Answer = () => { address: string; family: number }[];

/** What the system's resolver says, for as long as the test runs. */
function names(answer: Answer): { answer: Answer } {
  const system = { answer };
  const real = { now: dns.lookup, later: dnsCallbacks.lookup };
  const later = (_host: string, _options: unknown, found: (error: null, all: ReturnType<Answer>) => void) =>
    found(null, system.answer());
  Object.assign(dns, { lookup: async () => system.answer() });
  Object.assign(dnsCallbacks, { lookup: later });
  syncBuiltinESMExports();
  onTestFinished(() => {
    Object.assign(dns, { lookup: real.now });
    Object.assign(dnsCallbacks, { lookup: real.later });
    syncBuiltinESMExports();
  });
  return system;
}

describe('calls to addresses that somebody typed', () => {
  test('reach what is allowed and nothing else inside', async () => {
    const { came, port } = await inside(() => ({ status: 204 }));
    for (const url of [
      `http://127.0.0.1:${port}/`,
      `https://127.0.0.1:${port}/`,
      `https://localhost:${port}/`,
      `https://2130706433:${port}/`,
      `https://[::1]:${port}/`,
      `https://[::ffff:127.0.0.1]:${port}/`,
      'https://169.254.169.254/latest/meta-data',
      'https://10.0.0.1/',
      'https://0.0.0.0/',
      'ftp://example.com/',
      'https://user:secret@example.com/',
      'no url',
    ]) {
      await expect(call(url), url).rejects.toBeInstanceOf(OutboundRefused);
    }
    expect(came).toEqual([]);
    expect(await call(`http://127.0.0.1:${port}/hook`, ['127.0.0.0/8'])).toMatchObject({
      status: 204,
      retryAfter: null,
    });
    expect((await call(`http://localhost:${port}/named`, ['localhost'])).status).toBe(204);
    expect(came).toEqual(['POST /hook {}', 'POST /named {}']);
  });

  test('follow no redirect', async () => {
    const { came, port } = await inside(() => ({ status: 302, headers: { location: '/elsewhere' } }));
    expect((await call(`http://127.0.0.1:${port}/`, ['127.0.0.1'])).status).toBe(302);
    expect(came).toHaveLength(1);
  });

  test('go to the address that was looked at, whatever the name means a moment later', async () => {
    const { came, port } = await inside(() => ({ status: 204 }));
    let asked = 0;
    // Public when it is looked at, and inside for whoever asks once more.
    const system = names(() => [{ address: ++asked === 1 ? '198.20.0.1' : '127.0.0.1', family: 4 }]);
    await expect(call(`https://rebind.example:${port}/`, [], 300)).rejects.not.toBeInstanceOf(OutboundRefused);
    expect([asked, came]).toEqual([1, []]);
    system.answer = () => [
      { address: '198.20.0.1', family: 4 },
      { address: '::ffff:127.0.0.1', family: 6 },
    ];
    await expect(call(`https://both.example:${port}/`)).rejects.toBeInstanceOf(OutboundRefused);
    expect(came).toEqual([]);
  });

  test('hear how long they should wait', async () => {
    const { port } = await inside(() => ({ status: 503, headers: { 'retry-after': '120' } }));
    expect(await call(`http://127.0.0.1:${port}/`, ['127.0.0.1'])).toEqual({
      status: 503,
      retryAfter: 120,
      text: 'x'.repeat(300),
    });
  });
});

test('a call is signed so that its receiver can tell it from anybody’s', () => {
  // The example of the Standard Webhooks specification.
  const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
  const headers = webhookHeaders(secret, 'msg_p5jXN8AQM9LWM0D4loKWxJek', '{"test": 2432232314}', 1614265330000);
  expect(headers['webhook-signature']).toBe('v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=');
  expect(headers['webhook-timestamp']).toBe('1614265330');
  expect(webhookSecret('a', 'warnings')).not.toBe(webhookSecret('a', 'alerts'));
});

test('a provider is called where its issuer is; what its document names inside the network beyond that is not', async () => {
  const { came, port } = await inside(({ url }) => ({
    status: url === '/moved' ? 302 : 200,
    headers: { location: '/keys' },
  }));
  const get = (url: string) => guardedFetch(new URL(`http://127.0.0.1:${port}`))(url, options);
  const options = { method: 'GET', headers: {}, body: null, redirect: 'manual' as const };
  expect((await get(`http://127.0.0.1:${port}/keys`)).status).toBe(200);
  expect((await get(`http://127.0.0.1:${port}/moved`)).status).toBe(302);
  for (const url of [`http://localhost:${port}/keys`, `https://[::1]:${port}/`, 'https://169.254.169.254/latest']) {
    await expect(get(url), url).rejects.toBeInstanceOf(OutboundRefused);
  }
  expect(came).toEqual(['GET /keys ', 'GET /moved ']);
});
