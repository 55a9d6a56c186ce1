import { openSync, writeSync } from 'node:fs';
import { sql } from 'kysely';
import { openDatabase } from '../../src/db/open.ts';
import { publishNotice } from '../../src/notices/publish.ts';
import { clockAt } from '../support/clock.ts';
import { faultInput, noticeGround, publisher } from '../support/notices.ts';

/** Publishes so many notices into a SQLite file and writes each one's id, once it is acknowledged, into a file of its own. */
const [databaseUrl = '', acknowledged = '', count = '0', synchronous = 'FULL'] = process.argv.slice(2);
const db = openDatabase(databaseUrl, () => {});
// Often, so that a power cut also falls into one.
await sql`PRAGMA wal_autocheckpoint = 60`.execute(db.kysely);
if (synchronous === 'NORMAL') await sql`PRAGMA synchronous = NORMAL`.execute(db.kysely);
const clock = clockAt('2014-03-06T08:00:00+09:00');
const ground = noticeGround(db, clock);
const file = openSync(acknowledged, 'a');
for (let published = 0; published < Number(count); published++) {
  clock.advance(1000);
  const { id } = await publishNotice(ground, publisher, faultInput());
  writeSync(file, `${id}\n`);
}
process.kill(process.pid, 'SIGKILL');
