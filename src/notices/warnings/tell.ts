import { randomBytes } from 'node:crypto';
import type { Tx } from '../../db/open.ts';
import { render } from '../../http/views.ts';
import { addLetter, hasLetter, queueMails } from '../../mail/outbox.ts';
import { readSettings } from '../../staff/settings.ts';
import { HOUR } from '../../time.ts';
import type { NoticeGround } from '../ground.ts';
import { warningStore } from './warning-store.ts';

export interface StaffNews {
  /** The same news has the same id and is told once. */
  id: string;
  /** `mail/NAME`, of which there are a subject and a text. */
  template: string;
  view: object;
  /** For programs. */
  call: object;
}

/** Tells staff by mail and by a call, where settings name them. @returns whether it told. */
export async function tellStaff(
  ground: Pick<NoticeGround, 'clock' | 'operator' | 'publicUrl'>,
  tx: Tx,
  { id, template, view, call }: StaffNews,
): Promise<boolean> {
  const { operator, publicUrl } = ground;
  const settings = await readSettings(tx);
  if (settings.warnMail.length === 0 && settings.warnWebhook === '') return false;
  if (await hasLetter(tx, id)) return false;
  const now = ground.clock.now();
  const part = (name: string) => render(`${template}.${name}`, settings.warnLanguage, operator, { ...view, publicUrl });
  const subject = part('subject').replace(/\s+/g, ' ').trim();
  await addLetter(tx, { id, subject, text: `${part('text').trim()}\n`, html: '', headers: {} }, now);
  const host = new URL(publicUrl).hostname;
  const orders = settings.warnMail.map((recipient, index) => ({
    ...{ id: `${id}.${index}`, class: 'urgent' as const, letterId: id, recipient, fields: {}, headers: {} },
    ...{ messageId: `<${id}.${index}@${host}>`, datedAt: now, budget: null, repeatable: true },
    ...{ notBefore: now, notAfter: now + HOUR },
  }));
  await queueMails(tx, orders, now);
  if (settings.warnWebhook !== '') {
    await warningStore.addCall(tx, `msg_${randomBytes(12).toString('hex')}`, JSON.stringify(call), now);
  }
  return true;
}
