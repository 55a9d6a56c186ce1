import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { SECOND } from '../time.ts';
import type { Metrics, Readings, Stored } from './metrics.ts';

export interface MetricsListener {
  /** `http://127.0.0.1:9464/metrics` */
  url: string;
  close(): Promise<void>;
}

/**
 * Serves /metrics on a listener of its own, which only the machine itself reaches: numbers are for monitoring and not for readers.
 * @throws where the port cannot be had.
 */
export async function listenForMetrics(
  where: { host: string; port: number },
  metrics: Metrics,
  read: () => Promise<Readings>,
): Promise<MetricsListener> {
  const server = createServer((request, response) => {
    if (request.method !== 'GET' || request.url !== '/metrics') {
      response.writeHead(404, { 'content-type': 'text/plain' }).end('only GET /metrics is here\n');
      return;
    }
    read()
      .then((readings) => metrics.text(readings))
      .then(
        (text) => response.writeHead(200, { 'content-type': metrics.contentType }).end(text),
        () => response.writeHead(500).end(),
      );
  });
  server.requestTimeout = 10 * SECOND;
  server.maxConnections = 20;
  await opened(server, where);
  const { address, port, family } = server.address() as AddressInfo;
  return {
    url: `http://${family === 'IPv6' ? `[${address}]` : address}:${port}/metrics`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function opened(server: Server, { host, port }: { host: string; port: number }): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

/** Several monitors, one look: what is counted in the database is counted at most every five seconds, and waited for two. */
export function onceInAWhile(ask: () => Promise<Stored>): () => Promise<Stored | undefined> {
  let last: { at: number; answer: Promise<Stored | undefined> } | undefined;
  return () => {
    const now = performance.now();
    if (!last || now - last.at > KEPT) {
      const answer = Promise.race([ask(), late()]).catch(() => undefined);
      last = { at: now, answer };
    }
    return last.answer;
  };
}

const KEPT = 5 * SECOND;
const PATIENCE = 2 * SECOND;

function late(): Promise<never> {
  return new Promise((_resolve, reject) => {
    setTimeout(() => reject(new Error('the database is too slow')), PATIENCE).unref();
  });
}
