import { outboxHealth } from '../../mail/health.ts';
import { senderPause } from '../../mail/outbox.ts';
import { readSettings } from '../../staff/settings.ts';
import { HOUR, isoTime, MINUTE } from '../../time.ts';
import { tellStaff } from './tell.ts';
import type { WarnGround } from './warn.ts';

/** Sign-in and confirmation mails wait for nobody: one that is due for so long means that nothing leaves. Seconds. */
const LATE = (2 * MINUTE) / 1000;

/**
 * Tells staff that mails do not leave: because receivers or the relay refuse us, or because urgent ones wait. Once an hour for each
 * reason, by mail (another way out may be open) and by a call. A chore. @returns whether it told.
 */
export async function warnOfSender(ground: WarnGround): Promise<boolean> {
  const { db, clock, operator } = ground;
  const settings = await readSettings(db.kysely);
  if (settings.warnMail.length === 0 && settings.warnWebhook === '') return false;
  const now = clock.now();
  const trouble = await troubleOf(ground, now);
  if (!trouble) return false;
  return db.transaction((tx) =>
    tellStaff(ground, tx, {
      id: `sender.${trouble.kind}.${Math.floor(now / HOUR)}`,
      template: 'mail/sender',
      view: trouble,
      call: { type: 'sender.warning', at: isoTime(now, operator.timeZone), ...trouble },
    }),
  );
}

async function troubleOf(
  { db }: WarnGround,
  now: number,
): Promise<{ kind: 'refused' | 'late'; reason: string } | null> {
  const pause = await senderPause(db.kysely, now);
  if (pause) return { kind: 'refused', reason: pause.reason };
  const { oldestDueSeconds, frozen } = await outboxHealth(db.kysely, now);
  const seconds = Math.round(oldestDueSeconds.urgent ?? 0);
  return seconds > LATE && !frozen ? { kind: 'late', reason: `${seconds} s` } : null;
}
