import { connect } from 'node:net';
import { defineConfig } from 'vitest/config';

/** The suite runs once on SQLite and, where a PostgreSQL answers, once more on it. CI asks for both by SHIRASE_CI=1. */
const url = new URL(process.env.TEST_DATABASE_URL ?? 'postgres://postgres@127.0.0.1:5432/test');
const postgres = await new Promise<boolean>((resolve) => {
  const socket = connect({ host: url.hostname, port: Number(url.port || 5432), timeout: 1000 });
  socket.on('connect', () => resolve(socket.destroy() !== undefined));
  socket.on('timeout', () => resolve(!socket.destroy()));
  socket.on('error', () => resolve(false));
});
if (!postgres) {
  if (process.env.SHIRASE_CI === '1') throw new Error(`CI needs a PostgreSQL at ${url.host}`);
  console.warn(`No PostgreSQL at ${url.host}: its half of the suite is skipped. Set TEST_DATABASE_URL to run it.`);
}

const common = {
  // Argon2, browsers and real servers on two cores: a behaviour may take long, it may not hang.
  testTimeout: 90_000,
  hookTimeout: 90_000,
  globalSetup: ['test/support/template.ts', 'test/support/programs.ts'],
  env: { TZ: process.env.TEST_TZ ?? 'UTC' },
};

/** What never touches a database runs once, and so does what is about a page's look; the journeys in a browser run on both. */
const ONCE = ['test/rules/**/*.test.ts', 'test/**/*.pure.test.ts', 'test/!(journeys)/*.browser.test.ts'];

export default defineConfig({
  test: {
    // Much of the suite waits: for a database, a relay, a browser. One more than the two cores of a small machine.
    maxWorkers: 3,
    // Dropping the template makes PostgreSQL write a checkpoint.
    teardownTimeout: 60_000,
    // .ci/run counts from this report
    ...(process.env.VITEST_REPORT
      ? { reporters: ['default', ['json', { outputFile: process.env.VITEST_REPORT }]] as never }
      : {}),
    projects: [
      // Its workers keep the program between files: what a test changes of the process, it puts back.
      { test: { ...common, name: 'sqlite', isolate: false, include: ['test/**/*.test.ts'] } },
      ...(postgres
        ? [
            {
              test: {
                ...common,
                // What a page shows must not depend on the zone of the process: the second half runs in another one.
                env: { TZ: 'America/New_York', TEST_ENGINE: 'postgres' },
                name: 'postgres',
                isolate: false,
                include: ['test/**/*.test.ts'],
                exclude: ONCE,
              },
            },
          ]
        : []),
    ],
  },
});
