import { readFile, readlink } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join } from 'node:path';
import { encodingFor } from '../../http/encoding.ts';
import { safetyHeaders, type Use } from '../../http/headers.ts';

const TYPES: Record<string, [type: string, use: Use]> = {
  '.html': ['text/html; charset=utf-8', 'page'],
  '.css': ['text/css; charset=utf-8', 'open'],
  '.js': ['text/javascript; charset=utf-8', 'open'],
  '.txt': ['text/plain; charset=utf-8', 'open'],
  '.ics': ['text/calendar; charset=utf-8', 'open'],
  '.atom': ['application/atom+xml; charset=utf-8', 'open'],
  '.rss': ['application/rss+xml; charset=utf-8', 'open'],
  '.xml': ['application/xml; charset=utf-8', 'open'],
  '.json': ['application/json; charset=utf-8', 'open'],
  '.ssml': ['application/ssml+xml; charset=utf-8', 'open'],
  '.svg': ['image/svg+xml; charset=utf-8', 'open'],
  '.png': ['image/png', 'open'],
  '.webp': ['image/webp', 'open'],
  '.woff2': ['font/woff2', 'open'],
};

/** Which edition stands in a folder that the exporter wrote; undefined where none does. */
export async function keptEdition(dir: string): Promise<number | undefined> {
  const target = await readlink(join(dir, 'current')).catch(() => '');
  const number = /^editions\/(\d+)-/.exec(target)?.[1];
  return number === undefined ? undefined : Number(number);
}

/**
 * Serves the edition that a folder holds while there is no database to make a newer one from: public pages as they were last, and an
 * honest page with 503 for all that needs more. @returns the server, listening.
 */
export async function serveLastEdition(
  dir: string,
  where: { host: string; port: number },
  options: { secure: boolean; why: () => string },
): Promise<Server> {
  const server = createServer((request, response) => {
    answer(join(dir, 'current'), request, response, options).catch(() => response.writeHead(500).end());
  });
  server.requestTimeout = 30_000;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(where.port, where.host, () => resolve());
  });
  return server;
}

/** @returns where it listens. */
export function addressOf(server: Server): string {
  const { address, port, family } = server.address() as AddressInfo;
  return `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`;
}

async function answer(
  root: string,
  request: IncomingMessage,
  response: ServerResponse,
  { secure, why }: { secure: boolean; why: () => string },
): Promise<void> {
  const path = (request.url ?? '/').split('?')[0] ?? '/';
  if (path === '/healthz') return send(response, 200, 'text/plain', Buffer.from('ok\n'));
  if (path === '/readyz') {
    const body = { ready: false, reasons: [why(), 'the last edition is served from files'] };
    return send(response, 503, 'application/json', Buffer.from(JSON.stringify(body)));
  }
  const reads = request.method === 'GET' || request.method === 'HEAD';
  const page = reads ? await fileOf(root, path, request.headers['accept-encoding']) : undefined;
  if (page) {
    const [type, use] = TYPES[extname(page.name)] ?? ['application/octet-stream', 'open'];
    const headers = {
      ...safetyHeaders(use, secure),
      'cache-control': 'public, max-age=5, stale-if-error=86400',
      ...page.headers,
    };
    return send(response, 200, type, page.bytes, headers);
  }
  const english = /^\/en(\/|$)/.test(path);
  const sorry = await fileOf(root, `/_${english ? '/en' : ''}/unavailable.html`, undefined);
  const headers = {
    ...safetyHeaders('page', secure),
    'cache-control': 'no-store',
    'retry-after': String(30 + Math.floor(Math.random() * 31)),
  };
  send(response, 503, 'text/html; charset=utf-8', sorry?.bytes ?? Buffer.from('Service Unavailable\n'), headers);
}

/** Only names that the exporter gives: no %, no .., nothing hidden. */
const PLAIN = /^(\/[A-Za-z0-9_-][A-Za-z0-9_.-]*)*\/?$/;

const ENDS = { gzip: '.gz', br: '.br' };

async function fileOf(root: string, path: string, accept: string | undefined) {
  if (!PLAIN.test(path) || path.includes('..')) return undefined;
  const plain = path === '/' ? '/index' : path.replace(/\/$/, '');
  for (const name of [`${plain}.html`, plain]) {
    const bytes = await readFile(join(root, name)).catch(() => undefined);
    if (!bytes) continue;
    const encoding = encodingFor(accept);
    const packed =
      encoding === 'identity' ? undefined : await readFile(join(root, name + ENDS[encoding])).catch(() => undefined);
    const vary = { vary: 'accept-encoding' };
    return packed
      ? { name, bytes: packed, headers: { ...vary, 'content-encoding': encoding } }
      : { name, bytes, headers: vary };
  }
  return undefined;
}

function send(
  response: ServerResponse,
  status: number,
  type: string,
  bytes: Buffer,
  headers: Record<string, string> = { 'cache-control': 'no-store' },
): void {
  response.writeHead(status, { 'content-type': type, 'content-length': bytes.length, ...headers }).end(bytes);
}
