import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { onTestFinished } from 'vitest';
import { foundNginx, NGINX, nginxConf } from './nginx-conf.ts';

/** What docs/nginx.conf needs; CI must have it. */
export const hasNginx = foundNginx;
if (!hasNginx) {
  if (process.env.SHIRASE_CI === '1') throw new Error('CI needs nginx and libnginx-mod-http-brotli-static');
  console.warn('No nginx with its brotli module: what it makes of the export is not looked at.');
}

/**
 * nginx with docs/nginx.conf as it stands, but for the lines that it says to change.
 * @param options.cdn whoever asks is a CDN, which says whose address a reader has (X-Forwarded-For).
 * @returns its address.
 */
export async function startNginx(root: string, upstream: string, options: { cdn?: boolean } = {}): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'nginx-'));
  const port = await freePort();
  writeFileSync(join(folder, 'nginx.conf'), nginxConf({ folder, port, root, upstream, ...options }));
  const server = spawn(NGINX, ['-p', folder, '-c', join(folder, 'nginx.conf')], { stdio: 'ignore' });
  onTestFinished(async () => {
    server.kill('SIGQUIT');
    await new Promise((resolve) => server.once('exit', resolve));
    rmSync(folder, { recursive: true, force: true });
  });
  const base = `http://127.0.0.1:${port}`;
  for (let tries = 0; tries < 100; tries++) {
    const up = await fetch(base, { method: 'HEAD' }).catch(() => undefined);
    if (up) return base;
    if (server.exitCode !== null) throw new Error(testOf(folder));
    await delay(50);
  }
  throw new Error(`nginx does not answer: ${readFileSync(join(folder, 'error.log'), 'utf8')}`);
}

/** What nginx itself says of the configuration. */
function testOf(folder: string): string {
  try {
    return execFileSync(NGINX, ['-t', '-p', folder, '-c', join(folder, 'nginx.conf')], { encoding: 'utf8' });
  } catch (error) {
    return String((error as { stderr?: unknown }).stderr);
  }
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
