import type { FastifyInstance } from 'fastify';
import { onTestFinished } from 'vitest';
import { buildApp, type Ground } from '../../src/app.ts';
import type { Database } from '../../src/db/open.ts';
import { clockAt, type TestClock } from './clock.ts';
import { freshDatabase } from './database.ts';
import { testGround } from './ground.ts';

export interface Shirase {
  app: FastifyInstance;
  db: Database;
  clock: TestClock;
  ground: Ground;
}

/** The real server without a port, on a database of its own, with a clock that the test sets. */
export async function startApp(options: Partial<Ground> & { now?: string } = {}): Promise<Shirase> {
  const { now = '2014-03-06T08:00:00+09:00', ...overrides } = options;
  const db = overrides.db ?? (await freshDatabase());
  const clock = clockAt(now);
  const ground: Ground = { ...testGround(db, clock), ...overrides };
  const app = await buildApp(ground);
  onTestFinished(() => app.close());
  await app.ready();
  return { app, db, clock, ground };
}
