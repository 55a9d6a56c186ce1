import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

/** Somebody else's site on an origin of its own, which allows nothing but scripts and data from `guest`. @returns its address. */
export async function hostSite(guest: string, page: { lang?: string; head?: string; body?: string }): Promise<string> {
  const policy = `default-src 'none'; script-src ${guest}; connect-src ${guest}; frame-src ${guest}; img-src ${guest}; require-trusted-types-for 'script'`;
  const html = `<!DOCTYPE html><html lang="${page.lang ?? 'ja'}"><head><meta charset="utf-8"><title>Host</title>${page.head ?? ''}</head>
<body><header><h1>例のサイト</h1></header>${page.body ?? ''}<main><p>本文</p></main></body></html>`;
  const server = createServer((request, answer) => {
    if (request.url !== '/') return answer.writeHead(404).end();
    answer.writeHead(200, { 'content-type': 'text/html; charset=utf-8', 'content-security-policy': policy }).end(html);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => new Promise((resolve) => server.close(() => resolve())));
  onTestFinished(() => server.closeAllConnections());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}
