import { createHash, randomBytes } from 'node:crypto';
import type { Reader, Tx } from '../../db/open.ts';
import { type Operator, render } from '../../http/views.ts';
import { addLetter, queueMails } from '../../mail/outbox.ts';
import type { Clock, Instant, Language } from '../../time.ts';
import { type Contact, passwordStore } from './password-store.ts';

/** What mails about passwords are made with. */
export interface MailGround {
  clock: Clock;
  operator: Operator;
  publicUrl: string;
}

/**
 * Where a link may be sent: to the alert addresses that their owner confirmed, for these can be read while the mailbox cannot; to
 * the mailboxes where there are none.
 */
export async function linkContacts(db: Reader, customerId: string, language: Language): Promise<Contact[]> {
  const confirmed = await passwordStore.confirmedAddresses(db, customerId);
  if (confirmed.length > 0) return confirmed;
  return (await passwordStore.mailboxesOf(db, customerId)).map((email) => ({ email, language }));
}

/** Everywhere the owner could hear of it: that his password was changed is no secret of one address. */
export async function allContacts(db: Reader, customerId: string, language: Language): Promise<Contact[]> {
  const confirmed = await passwordStore.confirmedAddresses(db, customerId);
  const known = new Set(confirmed.map((contact) => contact.email.toLowerCase()));
  const mailboxes = await passwordStore.mailboxesOf(db, customerId);
  return [
    ...confirmed,
    ...mailboxes.filter((email) => !known.has(email.toLowerCase())).map((email) => ({ email, language })),
  ];
}

/** Binds a link to where the account could be reached when it was made: a change of address ends it. */
export async function contactsDigest(db: Reader, customerId: string): Promise<string> {
  const contacts = await allContacts(db, customerId, 'ja');
  const emails = contacts.map((contact) => contact.email).sort();
  return createHash('sha256').update(JSON.stringify(emails)).digest('base64url');
}

/** Puts one mail for each contact into the outbox of this transaction: its own language, no list, nothing to click but the link. */
export async function mailContacts(
  ground: MailGround,
  tx: Tx,
  contacts: readonly Contact[],
  letter: { template: string; view: object; notAfter: Instant | null },
): Promise<void> {
  const now = ground.clock.now();
  for (const language of ['ja', 'en'] as const) {
    const readers = contacts.filter((contact) => contact.language === language);
    if (readers.length === 0) continue;
    const part = (name: string) =>
      render(`${letter.template}.${name}`, language, ground.operator, { ...letter.view, publicUrl: ground.publicUrl });
    const id = randomBytes(12).toString('hex');
    const [subject, text, html] = [part('subject').trim(), `${part('text').trim()}\n`, part('html')];
    await addLetter(tx, { id, subject, text, html, headers: {} }, now);
    const orders = readers.map(({ email }, index) => ({
      id: `password.${id}.${index}`,
      class: 'urgent' as const,
      letterId: id,
      recipient: email,
      fields: {},
      headers: {},
      messageId: `<${randomBytes(16).toString('hex')}@${new URL(ground.publicUrl).hostname}>`,
      datedAt: now,
      budget: null,
      repeatable: true,
      notBefore: now,
      notAfter: letter.notAfter,
    }));
    await queueMails(tx, orders, now);
  }
}
