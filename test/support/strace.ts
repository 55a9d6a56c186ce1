import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { packageRoot } from '../../src/config.ts';
import { programOf } from './child.ts';

/** What a process did to a file, in its order. */
export type Deed =
  | { what: 'write'; path: string; at: number | undefined; bytes: Buffer }
  | { what: 'truncate'; path: string; length: number }
  | { what: 'sync'; path: string };

/** Whether system calls can be watched here. Where they cannot, a test says so and is left out. */
export function canTrace(): boolean {
  try {
    execFileSync('strace', ['-o', '/dev/null', 'true'], { stdio: 'ignore' });
    return true;
  } catch {
    console.warn('strace cannot be used here: what is proved by watching system calls is left out');
    return false;
  }
}

interface Watching {
  /** Where strace writes to. */
  log: string;
  /** Of these files only. */
  paths?: string[];
  /** What the program reads. */
  input?: string;
  /** It is killed then; without, it ends itself. */
  until?: Promise<unknown>;
}

/** Runs a program of ours to its end, and tells what it wrote and synced. */
export async function traced(file: string, words: string[], watching: Watching): Promise<Deed[]> {
  const { log, paths = [], input = '', until } = watching;
  const calls = 'trace=pwrite64,write,writev,fsync,fdatasync,ftruncate';
  const watch = [
    '-f',
    '--seccomp-bpf',
    '-y',
    '-xx',
    '-s',
    paths.length > 0 ? '70000' : '300',
    '-qq',
    '-o',
    log,
    '-e',
    calls,
  ];
  const only = paths.flatMap((path) => ['-P', path]);
  const command = [process.execPath, programOf(file), ...words];
  const strace = spawn('strace', [...watch, ...only, ...command], {
    cwd: packageRoot,
    stdio: ['pipe', 'ignore', 'inherit'],
  });
  const ended = once(strace, 'exit');
  strace.stdin.end(input);
  if (until) {
    await Promise.race([until, ended]);
    const children = readFileSync(`/proc/${strace.pid}/task/${strace.pid}/children`, 'latin1');
    process.kill(Number(children.trim()), 'SIGKILL');
  }
  await ended;
  return readFileSync(log, 'latin1').split('\n').flatMap(deedOf);
}

function deedOf(line: string): Deed[] {
  const [, call = '', path = '', rest = ''] = /^\d+\s+(\w+)\(\d+<([^>]*)>(.*)$/.exec(line) ?? [];
  const file = bytesOf(path).toString();
  if (/= -1 /.test(rest)) return [];
  if (call === 'fsync' || call === 'fdatasync') return [{ what: 'sync', path: file }];
  if (call === 'ftruncate') return [{ what: 'truncate', path: file, length: Number(/\d+/.exec(rest)?.[0]) }];
  if (call === 'writev') {
    const parts = [...rest.matchAll(/iov_base="((?:\\x[0-9a-f]{2})*)"/g)].map(([, hex = '']) => bytesOf(hex));
    return [{ what: 'write', path: file, at: undefined, bytes: Buffer.concat(parts) }];
  }
  const [, hex = '', at] = /"((?:\\x[0-9a-f]{2})*)"(?:\.\.\.)?, \d+(?:, (\d+))?(?:\)| <unfinished)/.exec(rest) ?? [];
  const bytes = bytesOf(hex);
  if (call === 'pwrite64' || call === 'write')
    return [{ what: 'write', path: file, at: at === undefined ? undefined : Number(at), bytes }];
  return [];
}

/** With -xx names of files are in hexadecimal, too. */
function bytesOf(hexadecimal: string): Buffer {
  return Buffer.from(hexadecimal.replaceAll('\\x', ''), 'hex');
}
