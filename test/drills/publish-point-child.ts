import { buildApp } from '../../src/app.ts';
import { openDatabase } from '../../src/db/open.ts';
import { clockAt } from '../support/clock.ts';
import { testGround } from '../support/ground.ts';

/** Publishes once, as a program asks for it, and says what it was answered. Whoever watches it kills it at one of its writes or syncs. */
export interface Order {
  databaseUrl: string;
  headers: Record<string, string>;
  payload: object;
}

const { databaseUrl, headers, payload } = JSON.parse(process.argv[2] ?? '') as Order;
const db = openDatabase(databaseUrl, () => {});
const app = await buildApp(testGround(db, clockAt('2014-03-06T08:00:00+09:00')));
const answer = await app.inject({ method: 'POST', url: '/api/v1/notices', payload, headers });
process.stdout.write(String(answer.statusCode));
process.exit(0);
