import { expect, test, vi } from 'vitest';
import { Chores } from '../../src/chores.ts';

test('one chore that fails is told by name, comes again, and holds up no other', async () => {
  const done: string[] = [];
  const told: string[] = [];
  let begun = 0;
  const chores = new Chores(
    [
      { name: 'broken', every: 1, run: () => Promise.reject(new Error(`try ${++begun}`)) },
      { name: 'sound', every: 1, run: async () => done.push('ran') },
    ],
    (error, message) => told.push(`${message}: ${(error as Error).message}`),
  );
  chores.start();
  await vi.waitFor(() => {
    expect(begun).toBeGreaterThan(1);
    expect(done.length).toBeGreaterThan(1);
  });
  await chores.stop();
  expect(told[0]).toBe('the chore "broken" failed; it comes again: try 1');
});

test('stopping waits for what is under way, and nothing begins afterwards', async () => {
  let finish = () => {};
  let runs = 0;
  const chores = new Chores(
    [
      {
        name: 'long',
        every: 1,
        run: () => {
          runs++;
          return new Promise<void>((resolve) => {
            finish = resolve;
          });
        },
      },
    ],
    () => {},
  );
  chores.start();
  let stopped = false;
  const stopping = chores.stop().then(() => {
    stopped = true;
  });
  expect(stopped).toBe(false);
  finish();
  await stopping;
  expect(runs).toBe(1);
});
