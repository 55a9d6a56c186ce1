import { missingCanaries } from '../../alerts/canary/canary.ts';
import { outboxHealth } from '../../mail/health.ts';
import { isoTime } from '../../time.ts';
import { tellStaff } from './tell.ts';
import type { WarnGround } from './warn.ts';

/**
 * Tells staff that the mail which should prove that alerts arrive has not come back, once for each. A frozen sender sends none, and
 * that is known. A chore. @returns how many it told of.
 */
export async function warnOfCanary(ground: WarnGround): Promise<number> {
  const { db, clock, operator } = ground;
  const now = clock.now();
  const missing = await missingCanaries(db.kysely, now);
  if (missing.length === 0 || (await outboxHealth(db.kysely, now)).frozen) return 0;
  let told = 0;
  for (const { mailId, noticeId, reportNumber, state } of missing) {
    const view = { noticeId, reportNumber, left: state === 'sent' };
    const call = { type: 'canary.missing', at: isoTime(now, operator.timeZone), notice: noticeId, ...view };
    const news = { id: `missing.${mailId}`, template: 'mail/canary', view, call };
    if (await db.transaction((tx) => tellStaff(ground, tx, news))) told++;
  }
  return told;
}
