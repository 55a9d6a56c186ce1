import { once } from 'node:events';
import { openDatabase } from '../../src/db/open.ts';
import { publishNotice } from '../../src/notices/publish.ts';
import { clockAt } from '../support/clock.ts';
import { faultInput, noticeGround, publisher } from '../support/notices.ts';

/** Publishes one notice after the other, says each once it is published, and dies where it is told. */
export interface Orders {
  databaseUrl: string;
  die: 'before the commit' | 'after the commit' | 'when killed';
}

process.stdout.write('ready\n');
const [line] = (await once(process.stdin, 'data')) as [Buffer];
const { databaseUrl, die } = JSON.parse(line.toString()) as Orders;
const db = openDatabase(databaseUrl, () => {});
const clock = clockAt('2014-03-06T08:00:00+09:00');
const dieNow = () => {
  process.kill(process.pid, 'SIGKILL');
};
const ground = noticeGround(db, clock, die === 'after the commit' ? dieNow : () => {});
const also = async () => {
  if (die === 'before the commit') dieNow();
};
process.stdout.write('publishing\n');
for (;;) {
  clock.advance(1000);
  const { id } = await publishNotice(ground, publisher, faultInput(), { also });
  process.stdout.write(`published ${id}.\n`);
}
