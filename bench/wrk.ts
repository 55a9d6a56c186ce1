import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { packageRoot } from '../src/config.ts';

const run = promisify(execFile);

/** What is measured has a core of its own, and so has who measures. */
const SERVERS_CORE = '0';
const CLIENTS_CORE = '1';

/** What nearly every browser sends, and what is kept ready. */
const ENCODING = 'accept-encoding: gzip';

export interface Load {
  perSecond: number;
  /** Answers for each second that the server's process had the processor: the same however busy the machine is. */
  perCpuSecond: number;
  /** Milliseconds. */
  p50: number;
  p99: number;
  /** Answers other than 2xx and 3xx, and broken connections. */
  errors: number;
}

/** Asks with what a script of wrk says, each time anew. */
interface Script {
  script?: string;
  env?: Record<string, string>;
}

/** So many connections that ask as fast as they are answered (Debian's wrk). */
export async function load(
  server: ChildProcess,
  url: string,
  seconds: number,
  connections = 64,
  as: string[] | Script = [],
): Promise<Load> {
  const headers = Array.isArray(as) ? as : [];
  const { script, env } = Array.isArray(as) ? {} : as;
  const said = [ENCODING, ...headers].flatMap((header) => ['-H', header]);
  const own = script ? ['-s', script] : [];
  const args = ['-t1', `-c${connections}`, `-d${seconds}s`, '--timeout', '10s', '--latency', ...said, ...own, url];
  const before = cpuSeconds(server);
  const { stdout } = await run('taskset', ['-c', CLIENTS_CORE, 'wrk', ...args], {
    env: { ...process.env, ...env },
  });
  const used = cpuSeconds(server) - before;
  const number = (pattern: RegExp) => Number(pattern.exec(stdout)?.[1] ?? 0);
  const milliseconds = (percentile: string) => {
    const [, value, unit] = new RegExp(`${percentile}%\\s+([\\d.]+)(us|ms|s)`).exec(stdout) ?? [];
    return Number(value) * (unit === 'us' ? 0.001 : unit === 's' ? 1000 : 1);
  };
  const broken = /Socket errors: connect (\d+), read (\d+), write (\d+), timeout (\d+)/.exec(stdout)?.slice(1) ?? [];
  return {
    perSecond: number(/Requests\/sec:\s+([\d.]+)/),
    perCpuSecond: number(/(\d+) requests in/) / used,
    p50: milliseconds('50'),
    p99: milliseconds('99'),
    errors: number(/Non-2xx or 3xx responses: (\d+)/) + broken.reduce((sum, one) => sum + Number(one), 0),
  };
}

/** A server on its core or on all of them, up as soon as it answers. @throws where it does not within half a minute. */
export async function serve(
  command: string[],
  url: string,
  env: Record<string, string> = {},
  { cores = 'one' }: { cores?: 'one' | 'all' } = {},
): Promise<{ process: ChildProcess; stop: () => Promise<void> }> {
  const pinned = cores === 'one' ? ['taskset', '-c', SERVERS_CORE] : [];
  const [program = '', ...args] = [...pinned, ...command];
  const child = spawn(program, args, {
    env: { ...process.env, ...startVariables(), ...env },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const stop = async () => {
    if (child.exitCode !== null) return;
    child.kill('SIGTERM');
    await once(child, 'exit');
  };
  for (let tries = 0; tries < 300; tries++) {
    if (child.exitCode !== null) throw new Error(`${command.join(' ')} ended`);
    const answer = await fetch(url).catch(() => undefined);
    await answer?.arrayBuffer();
    if (answer?.ok) return { process: child, stop };
    await delay(100);
  }
  await stop();
  throw new Error(`${command.join(' ')} does not answer at ${url}`);
}

/** What `npm start` gives Node. */
export function startFlags(): string[] {
  return startScript().match(/--\S+/g) ?? [];
}

/** What it sets for them, for instance how many arenas malloc may keep. */
function startVariables(): Record<string, string> {
  return Object.fromEntries(
    [...startScript().matchAll(/\b([A-Z_]+)=(\S+)/g)].map(([, name = '', value = '']) => [name, value]),
  );
}

function startScript(): string {
  const { scripts } = JSON.parse(readFileSync(join(packageRoot, 'package.json'), 'utf8')) as {
    scripts: { start: string };
  };
  return scripts.start;
}

/** User and system time of a process and of the children that it has waited for, in seconds. */
export function cpuSeconds(child: ChildProcess): number {
  return secondsIn(`/proc/${child.pid}/stat`);
}

/** The same of its first thread alone, which is where Node's loop turns. */
export function loopSeconds(child: ChildProcess): number {
  return secondsIn(`/proc/${child.pid}/task/${child.pid}/stat`);
}

function secondsIn(file: string): number {
  const fields = readFileSync(file, 'utf8').split(') ')[1]?.split(' ') ?? [];
  const TICKS_PER_SECOND = 100;
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}

/** Resident memory in MB, as the kernel counts it. */
export function residentMegabytes(child: ChildProcess): number {
  const status = readFileSync(`/proc/${child.pid}/status`, 'utf8');
  return Math.round(Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1024);
}

/** Open descriptors, sockets among them. */
export function openDescriptors(child: ChildProcess): number {
  return readdirSync(`/proc/${child.pid}/fd`).length;
}

export function median(values: number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
