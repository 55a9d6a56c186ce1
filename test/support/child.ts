import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { inject, onTestFinished } from 'vitest';
import { packageRoot } from '../../src/config.ts';

export interface Child {
  process: ChildProcess;
  /** All that it has said, on both channels. */
  said(): string;
  /** Resolves once it has said that. @throws where it ended before. */
  hears(words: string): Promise<void>;
  tell(message: object): void;
  /** Its exit code, or the signal that ended it. */
  ended: Promise<number | NodeJS.Signals>;
}

/** What node is given to run `src/main.ts` or another program of ours; one that is built already is taken as it is. */
export function programOf(file: string): string {
  return file.endsWith('.ts') ? join(inject('programs'), file.replace(/\.ts$/, '.mjs')) : join(packageRoot, file);
}

/** A program of ours as a process of its own; it does not outlive the test. */
export function startChild(file: string, env: Record<string, string> = {}, words: string[] = []): Child {
  const child = spawn(process.execPath, [programOf(file), ...words], {
    cwd: packageRoot,
    env: { PATH: process.env.PATH, TZ: 'UTC', ...env },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  let text = '';
  const listeners = new Set<() => void>();
  const hear = (chunk: Buffer) => {
    text += chunk.toString();
    for (const listener of listeners) listener();
  };
  child.stdout.on('data', hear);
  child.stderr.on('data', hear);
  child.stdin.on('error', () => {});
  const ended = once(child, 'close').then(([code, signal]) => (code ?? signal) as number | NodeJS.Signals);
  onTestFinished(async () => {
    child.kill('SIGKILL');
    await ended;
  });
  return {
    process: child,
    ended,
    said: () => text,
    tell: (message) => child.stdin.write(`${JSON.stringify(message)}\n`),
    hears: (words) =>
      new Promise((resolve, reject) => {
        const look = () => {
          if (!text.includes(words)) return;
          listeners.delete(look);
          resolve();
        };
        listeners.add(look);
        void ended.then((how) => reject(new Error(`${file} ended (${how}) before it said "${words}":\n${text}`)));
        look();
      }),
  };
}
