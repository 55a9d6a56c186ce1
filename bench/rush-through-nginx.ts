import { type ChildProcess, execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { setPriority } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { promisify } from 'node:util';
import { packageRoot } from '../src/config.ts';
import { foundNginx, type NginxOptions } from '../test/support/nginx-conf.ts';
import { serveNginx } from './nginx.ts';
import type { Readers, Readings } from './readers.ts';
import { type OpenedForm, type Rush, rush } from './rush.ts';

/** What these readings need: nginx with its brotli module, and wrk. */
export const canRushThrough = foundNginx && existsSync('/usr/bin/wrk');

/**
 * docs/nginx.conf in front of the server, on the server's own core. It goes first there, by as much as CPUWeight=10000 has nginx go first
 * on a machine with systemd.
 */
export async function startNginx(options: Omit<NginxOptions, 'cdn'>) {
  const nginx = await serveNginx({ ...options, cdn: true });
  try {
    setPriority(nginx.process.pid ?? 0, -20);
  } catch {
    console.log('nginx cannot go first without the right to say so (CAP_SYS_NICE): its readings will be worse.');
  }
  return nginx;
}

/** Everybody has an address of his own. @returns what became of them, and what was read meanwhile. */
export async function rushThrough(
  nginx: ChildProcess,
  port: number,
  questions: Buffer[],
  readers: Readers,
): Promise<[Rush, Readings]> {
  const from = (n: number) => `127.0.${1 + (n >> 7)}.${1 + (n & 127)}`;
  const found = await rush(nginx, port, questions, { greeting: '/', from, ready: readers.since });
  return [found, await readers.since()];
}

/** The same asked by wrk within so many milliseconds; what stands in the answers is not looked at. */
export async function quickRushThrough(
  port: number,
  { count, within, form, password }: { count: number; within: number; form: OpenedForm; password: string },
  readers: Readers,
): Promise<[Rush, Readings]> {
  const [TO_CONNECT, TO_HASH, MOST_TO_HASH] = [3000, 4000, 10_000];
  const at = Date.now() + TO_CONNECT;
  const seconds = `${(TO_CONNECT + MOST_TO_HASH) / 1000}s`;
  const script = ['-s', join(packageRoot, 'bench/rush.lua'), `http://127.0.0.1:${port}/my/sign-in`];
  const asked = { COUNT: String(count), AT: String(at), WITHIN: String(within) };
  const env = { ...process.env, ...asked, COOKIE: form.cookie, TOKEN: form.token, PASSWORD: password };
  const all = ['-t1', `-c${count}`, `-d${seconds}`, '--timeout', seconds, ...script];
  const asking = promisify(execFile)('wrk', all, { env });
  await wait(at - Date.now() - 100);
  await readers.since();
  await wait(TO_HASH);
  const read = await readers.since();
  const { stdout } = await asking;
  const said = (name: string) => Number(new RegExp(`^${name}\\s+(\\S+)$`, 'm').exec(stdout)?.[1]);
  const [refused, letIn] = [said('refused'), said('answered') - said('refused')];
  const found: Rush = {
    letIn,
    perSecond: (letIn / said('last')) * 1000,
    refused,
    told: undefined,
    others: count - said('answered'),
    asked: said('asked'),
    p50: said('p50'),
    p99: said('p99'),
  };
  return [found, read];
}
