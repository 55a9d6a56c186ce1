import { type ChildProcess, execFileSync, fork } from 'node:child_process';
import { once } from 'node:events';
import { Agent, request } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

/**
 * Some who read pages and their own state, and where wanted one who changes what he has chosen, as a process of its own on the second
 * core. Started by readers(); what it measured since it was last asked comes as messages.
 */
export interface Readings {
  /** Milliseconds, as those of `lookup` and `write`. */
  page: number[];
  lookup: number[];
  write: number[];
  /** Answers that were none, by kind. */
  failed: Record<string, number>;
}

const PAUSE = 20;

interface Orders {
  base: string;
  cookie: string;
  /** So many who read pages, and as many who read their own state. */
  each: number;
  writes: boolean;
}

export interface Readers {
  since: () => Promise<Readings>;
  stop: () => Promise<void>;
}

/** They read from the first time that they are asked. */
export function readers(orders: Orders): Readers {
  const child: ChildProcess = fork(fileURLToPath(import.meta.url), [JSON.stringify(orders)], {
    execArgv: process.execArgv,
  });
  execFileSync('taskset', ['-cp', '1', String(child.pid)], { stdio: 'ignore' });
  return {
    async since() {
      child.send('tell');
      const [found] = (await once(child, 'message')) as [Readings];
      return found;
    },
    async stop() {
      child.disconnect();
      await once(child, 'exit');
    },
  };
}

export function percentile(values: number[], part: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN;
}

async function read({ base, cookie, each, writes }: Orders): Promise<void> {
  await once(process, 'message');
  let found: Readings = { page: [], lookup: [], write: [], failed: {} };
  const agent = new Agent({ keepAlive: true });
  let over = false;
  const ask = (path: string, form?: string) =>
    new Promise<{ status: number; body: string }>((resolve, reject) => {
      const type = form === undefined ? {} : { 'content-type': 'application/x-www-form-urlencoded' };
      const options = { agent, method: form === undefined ? 'GET' : 'POST', headers: { cookie, ...type } };
      const asked = request(base + path, options, (answer) => {
        const chunks: Buffer[] = [];
        answer.on('data', (chunk: Buffer) => chunks.push(chunk));
        answer.on('end', () => resolve({ status: answer.statusCode ?? 0, body: Buffer.concat(chunks).toString() }));
      });
      asked.on('error', reject);
      asked.end(form);
    });
  const loop = async (kind: 'page' | 'lookup' | 'write', path: string, form?: string) => {
    while (!over) {
      const began = performance.now();
      const { status } = await ask(path, form).catch(() => ({ status: 0 }));
      found[kind].push(performance.now() - began);
      if (status !== (form === undefined ? 200 : 303)) {
        const what = `${kind} ${status}`;
        found.failed[what] = (found.failed[what] ?? 0) + 1;
      }
      await wait(PAUSE);
    }
  };
  const token = writes ? (/name="_csrf" value="([^"]+)"/.exec((await ask('/my/services')).body)?.[1] ?? '') : '';
  process.send?.(found);
  process.on('message', () => {
    process.send?.(found);
    found = { page: [], lookup: [], write: [], failed: {} };
  });
  process.on('disconnect', () => {
    over = true;
  });
  const form = new URLSearchParams({ _csrf: token, service: 'mail' }).toString();
  await Promise.all([
    ...Array.from({ length: each }, () => [loop('page', '/'), loop('lookup', '/my')]).flat(),
    ...(writes ? [loop('write', '/my/services', form)] : []),
  ]);
  agent.destroy();
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await read(JSON.parse(process.argv[2] ?? '') as Orders);
