import { randomBytes } from 'node:crypto';
import { render } from '../../http/views.ts';
import { outboxHealth } from '../../mail/health.ts';
import { addLetter, hasLetter, queueMails, senderPause } from '../../mail/outbox.ts';
import { readSettings } from '../../staff/settings.ts';
import { HOUR, isoTime, MINUTE } from '../../time.ts';
import type { WarnGround } from './warn.ts';
import { warningStore } from './warning-store.ts';

/** Sign-in and confirmation mails wait for nobody: one that is due for so long means that nothing leaves. Seconds. */
const LATE = (2 * MINUTE) / 1000;

/**
 * Tells staff that mails do not leave: because receivers or the relay refuse us, or because urgent ones wait. Once an hour for each
 * reason, by mail (another way out may be open) and by a call. A chore. @returns whether it told.
 */
export async function warnOfSender(ground: WarnGround): Promise<boolean> {
  const { db, clock, operator, publicUrl } = ground;
  const settings = await readSettings(db.kysely);
  if (settings.warnMail.length === 0 && settings.warnWebhook === '') return false;
  const now = clock.now();
  const trouble = await troubleOf(ground, now);
  if (!trouble) return false;
  const id = `sender.${trouble.kind}.${Math.floor(now / HOUR)}`;
  return db.transaction(async (tx) => {
    if (await hasLetter(tx, id)) return false;
    const part = (name: string) =>
      render(`mail/sender.${name}`, settings.warnLanguage, operator, { ...trouble, publicUrl });
    const subject = part('subject').replace(/\s+/g, ' ').trim();
    await addLetter(tx, { id, subject, text: `${part('text').trim()}\n`, html: '', headers: {} }, now);
    const host = new URL(publicUrl).hostname;
    const order = {
      class: 'urgent' as const,
      letterId: id,
      fields: {},
      headers: {},
      datedAt: now,
      budget: null,
      repeatable: true,
    };
    const orders = settings.warnMail.map((recipient, index) => ({
      ...order,
      ...{
        id: `${id}.${index}`,
        recipient,
        messageId: `<${id}.${index}@${host}>`,
        notBefore: now,
        notAfter: now + HOUR,
      },
    }));
    await queueMails(tx, orders, now);
    if (settings.warnWebhook !== '') {
      const body = { type: 'sender.warning', at: isoTime(now, operator.timeZone), ...trouble };
      await warningStore.addCall(tx, `msg_${randomBytes(12).toString('hex')}`, JSON.stringify(body), now);
    }
    return true;
  });
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
