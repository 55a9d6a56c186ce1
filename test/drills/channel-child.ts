import { once } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';
import { openDatabase } from '../../src/db/open.ts';
import { ChannelCaller } from '../../src/site/channels/call.ts';
import { spreadPublications } from '../../src/site/channels/spread.ts';
import { Edition } from '../../src/site/edition/edition.ts';
import { testGround } from '../support/ground.ts';

/** What start.ts does for channels, on a clock that begins where it is told. It runs until it is killed. */
process.stdout.write('ready\n');
const [line] = (await once(process.stdin, 'data')) as [Buffer];
const { databaseUrl, now } = JSON.parse(line.toString()) as { databaseUrl: string; now: number };
const began = performance.now();
const clock = { now: () => now + Math.round(performance.now() - began) };
const db = openDatabase(databaseUrl, () => {});
const ground = testGround(db, clock);
const warn = (error: unknown) => process.stderr.write(`${String(error)}\n`);
const edition = new Edition({ ...ground, warn });
await edition.refresh();
const caller = new ChannelCaller({ ...ground, random: Math.random, warn });
process.stdout.write('calling\n');
for (;;) {
  await spreadPublications({ ...ground, edition });
  await caller.round();
  await wait(20);
}
