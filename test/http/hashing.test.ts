import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { getPriority } from 'node:os';
import type { Worker } from 'node:worker_threads';
import { expect, onTestFinished, test } from 'vitest';
import { Hasher } from '../../src/http/hashing/hasher.ts';
import { hashingGate, hashPassword, staffHashingGate } from '../../src/http/passwords.ts';
import { startApp } from '../support/app.ts';
import { Browser, customerAt, PASSWORD, staffAt } from '../support/people.ts';

/** As in a program that has not hashed yet. @returns the threads that are started for the first hash. */
async function startHashing(gate: typeof hashingGate, yields: boolean): Promise<Worker[]> {
  const { hasher } = gate;
  onTestFinished(() => void Object.assign(gate, { hasher }));
  Object.assign(gate, { hasher: new Hasher(1, { yields }) });
  const threads: Worker[] = [];
  const started = (thread: Worker) => threads.push(thread);
  process.on('worker', started);
  await hashPassword('the first to be hashed', gate);
  process.off('worker', started);
  return threads;
}

test('a hashing thread that dies is replaced, and whoever it works for is signed in all the same', async () => {
  const shirase = await startApp();
  await customerAt(shirase, 'taro', []);
  const signIn = async () => {
    const fields = { login: 'taro', password: PASSWORD };
    return (await new Browser(shirase.app).submit('/my/sign-in', '/my/sign-in', fields)).statusCode;
  };
  const [thread] = await startHashing(hashingGate, true);
  const together = Promise.all(Array.from({ length: 10 }, signIn));
  await expect.poll(() => hashingGate.running, { interval: 1 }).toBeGreaterThan(1);
  await thread?.terminate();
  expect(await together).toEqual(Array.from({ length: 10 }, () => 303));
  expect(await signIn()).toBe(303);
});

test.runIf(process.platform === 'linux')('hashing yields to pages, but not where staff sign in', async () => {
  const shirase = await startApp();
  const lowered = () => priorities().filter((one) => one === Math.min(19, getPriority() + 10)).length;
  const before = lowered();
  await startHashing(staffHashingGate, false);
  await staffAt(shirase, 'publisher');
  expect(lowered()).toBe(before);
  await startHashing(hashingGate, true);
  await customerAt(shirase, 'taro', []);
  expect(lowered()).toBe(before + 1);
});

/** Of each thread of this process, as `man 5 proc` has it: the nineteenth field, after the name, which may have spaces in it. */
function priorities(): number[] {
  return readdirSync('/proc/self/task').map((thread) => {
    const file = `/proc/self/task/${thread}/stat`;
    const [, rest = ''] = existsSync(file) ? readFileSync(file, 'utf8').split(') ') : [];
    return Number(rest.split(' ')[16]);
  });
}
