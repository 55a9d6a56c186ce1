// @ts-check
import { scryptSync } from 'node:crypto';
import { readlinkSync } from 'node:fs';
import { getPriority, setPriority } from 'node:os';
import { parentPort, workerData } from 'node:worker_threads';
import { hashSync, verifySync } from '@node-rs/argon2';
import { verifySync as bcryptVerifySync } from '@node-rs/bcrypt';

/*
 * The other end of hasher.ts: one hash after the other. JavaScript, because a thread is started from a file as it is, from the sources
 * as from what is built.
 */

/** Nine times as much for whatever else wants the processor; the lowest is 19. */
const LOWER = 10;

/** Only Linux has a priority for each thread; elsewhere this one has that of the rest. */
function yieldToTheRest() {
  try {
    const thread = Number(readlinkSync('/proc/thread-self').split('/').pop());
    setPriority(thread, Math.min(19, getPriority(thread) + LOWER));
  } catch {
    // It hashes all the same.
  }
}

/** @param {import('./hasher.ts').Order} order */
function answer(order) {
  switch (order.kind) {
    case 'hash':
      return hashSync(order.password, order.cost);
    case 'argon2':
      return verifySync(order.stored, order.password);
    case 'bcrypt':
      return bcryptVerifySync(order.password, order.stored);
    case 'scrypt':
      return scryptSync(order.password, order.salt, order.length, order.cost);
  }
}

if (workerData.yields) yieldToTheRest();
parentPort?.on('message', (order) => {
  try {
    parentPort?.postMessage({ answer: answer(order) });
  } catch (error) {
    parentPort?.postMessage({ error: String(error) });
  }
});
