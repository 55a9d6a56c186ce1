import { randomBytes } from 'node:crypto';
import { readSettings } from '../../staff/settings.ts';
import { parseLocalInput, wallClock } from '../../time.ts';
import { overdueMeasures } from '../measures/overdue-measures.ts';
import { knownDate, MEASURE_STATUS_WORDS } from '../wording/words.ts';
import { tellStaff } from './tell.ts';
import type { WarnGround } from './warn.ts';
import { warningStore } from './warning-store.ts';

/** Nobody is woken for a measure: the hour of the morning, in the operator's zone, from which staff are told. */
const MORNING = 9;
/** In one mail. The others follow in the next ones. */
const MOST = 50;

/**
 * Tells staff of each measure whose planned day has passed and that nobody has said is done: once for each measure and day, by mail and
 * by a call where settings name them. A chore. @returns how many it told of.
 */
export async function warnOfMeasures(ground: WarnGround): Promise<number> {
  const { db, clock, operator, publicUrl } = ground;
  const settings = await readSettings(db.kysely);
  if (settings.warnMail.length === 0 && settings.warnWebhook === '') return 0;
  const now = clock.now();
  if (wallClock(now, operator.timeZone).hour < MORNING) return 0;
  const overdue = await overdueMeasures(db.kysely, now, operator.timeZone);
  if (overdue.length === 0) return 0;
  return db.transaction(async (tx) => {
    const fresh: typeof overdue = [];
    for (const one of overdue) {
      if (fresh.length === MOST) break;
      const { id, date = '' } = one.measure;
      const due = parseLocalInput(`${date.length === 7 ? `${date}-01` : date}T00:00`, operator.timeZone) ?? 0;
      const row = { notice_id: one.notice.id, kind: `measure:${id}`, due_at: due, stage: 'over' as const };
      if (await warningStore.take(tx, { ...row, warned_at: now })) fresh.push(one);
    }
    if (fresh.length === 0) return 0;
    const told = fresh.map(({ notice, measure }) => ({
      notice: notice.id,
      title: notice.title,
      url: `${publicUrl}/console/notices/${notice.id}/measures`,
      measure: measure.id,
      text: measure.text,
      status: MEASURE_STATUS_WORDS[measure.status],
      date: knownDate(measure.date ?? ''),
    }));
    const id = `measures.${randomBytes(12).toString('hex')}`;
    const measures = told.map(({ date, ...one }) => ({ ...one, plannedFor: date.iso }));
    const call = { type: 'measures.overdue', timestamp: new Date(now).toISOString(), data: { measures } };
    await tellStaff(ground, tx, { id, template: 'mail/measures', view: { measures: told }, call });
    return fresh.length;
  });
}
