import { join } from 'node:path';
import { packageRoot } from '../src/config.ts';
import { migrate } from '../src/db/migrate.ts';
import { openDatabase } from '../src/db/open.ts';
import type { NoticeGround } from '../src/notices/ground.ts';
import { publishNotice, publishReport } from '../src/notices/publish.ts';
import { HOUR, isoTime, MINUTE } from '../src/time.ts';
import { clockAt } from '../test/support/clock.ts';
import { faultInput, nextReport, publisher, smallCatalogue } from '../test/support/notices.ts';

const ZONE = 'Asia/Tokyo';

/** A site of so many notices of three reports each, the last of them open, in a SQLite file. The newest is of today. */
export async function seedSite(file: string, notices: number, today: number): Promise<void> {
  const db = openDatabase(`sqlite:${file}`, () => {});
  await migrate(db, join(packageRoot, 'migrations'));
  await smallCatalogue(db);
  const clock = clockAt(isoTime(today, ZONE));
  const ground: NoticeGround = {
    db,
    clock,
    operator: { name: { ja: '例', en: 'Example' }, timeZone: ZONE },
    publicUrl: 'http://status.example',
    announce: () => {},
  };
  for (let n = notices; n > 0; n--) await oneStory(ground, today - n * 8 * HOUR, n > 3);
  await db.close();
}

async function oneStory(ground: NoticeGround, start: number, over: boolean): Promise<void> {
  const at = (minutes: number) => isoTime(start + minutes * MINUTE, ZONE);
  const impact = { service: 'mail', facilities: ['051', '121'], symptom: 'unavailable', startedAt: at(0) };
  const body = {
    ja: `${'復旧の作業を続けています。ご迷惑をおかけしております。'.repeat(6)}`,
    en: 'Work goes on. '.repeat(20),
  };
  const report = { body, mail: false, publishedAt: at(25) };
  const { id } = await publishNotice(ground, publisher, faultInput({ occurredAt: at(0), impacts: [impact] }, report));
  const next = (phase: string, minutes: number, more: object = {}) =>
    publishReport(ground, publisher, id, nextReport({ phase, body, mail: false, publishedAt: at(minutes), ...more }));
  await next('update', 85);
  if (over) await next('recovery', 130, { recovered: [{ impact: `${id}-1`, at: at(120) }] });
}
