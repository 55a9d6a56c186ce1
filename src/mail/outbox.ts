import type { Tx } from '../db/open.ts';
import type { Instant } from '../time.ts';

/**
 * What other rooms hand to the mail room. Text shared by many mails is one letter; what differs from mail to mail is a field:
 * `%%name%%` in the letter's text body is replaced by `fields.name.text`, in its HTML body by `fields.name.html` (already
 * escaped by the caller).
 */
export interface Letter {
  id: string;
  subject: string;
  text: string;
  html: string;
  /** The same for everybody who gets this letter, for instance List-Id. */
  headers: Record<string, string>;
}

export interface MailOrder {
  id: string;
  /** urgent: sign-in, confirmation, staff warnings. bulk: alerts. Urgent never waits behind bulk. */
  class: 'urgent' | 'bulk';
  letterId: string;
  /** One address, validated by whoever stored it. */
  recipient: string;
  fields: Record<string, { text: string; html: string }>;
  /** Of this mail alone, for instance List-Unsubscribe or References. */
  headers: Record<string, string>;
  /** With angle brackets; the same on a repeat. */
  messageId: string;
  datedAt: Instant;
  /** At most the configured number of tickets are taken for one key. null: no budget is kept. */
  budget: string | null;
  /** May be sent again under the same Message-ID when its hand-over is in doubt and the budget allows. */
  repeatable: boolean;
  notBefore: Instant;
  /** After this it is worth nothing any more. */
  notAfter: Instant | null;
}

/** What the owner of a mail says immediately before it is claimed and again before its final dot. */
export type Recheck = (
  tx: Tx,
  mail: { id: string; recipient: string; budget: string | null },
) => Promise<
  | { go: true /** tickets that must be left for others after this one */; reserve: number }
  | { go: false /** how the mail ends */; state: 'cancelled' | 'expired' | 'no_budget' }
>;

/** How an attempt ended, told to the mail's owner in the same transaction in which the mail room records it. */
export type Settled = (
  tx: Tx,
  mail: { id: string; recipient: string; budget: string | null },
  outcome: { kind: 'sent' | 'in_doubt' | 'failed' | 'deferred'; deadAddress: boolean; reply: string | null },
) => Promise<void>;

export async function addLetter(tx: Tx, letter: Letter, now: Instant): Promise<void> {
  await tx
    .insertInto('letters')
    .values({
      id: letter.id,
      subject: letter.subject,
      text_body: letter.text,
      html_body: letter.html,
      headers: JSON.stringify(letter.headers),
      created_at: now,
    })
    .execute();
}
export async function queueMails(tx: Tx, orders: MailOrder[], now: Instant): Promise<void> {
  for (const o of orders)
    await tx
      .insertInto('mails')
      .values({
        id: o.id,
        class: o.class,
        letter_id: o.letterId,
        recipient: o.recipient,
        recipient_domain: o.recipient.split('@')[1] ?? '',
        fields: JSON.stringify({ fields: o.fields, headers: o.headers }),
        message_id: o.messageId,
        dated_at: o.datedAt,
        budget: o.budget,
        repeatable: o.repeatable ? 1 : 0,
        state: 'queued',
        attempts: 0,
        next_attempt_at: o.notBefore,
        not_after: o.notAfter,
        lease_owner: null,
        lease_until: null,
        ticket: null,
        reply_code: null,
        reply: null,
        created_at: now,
        ended_at: null,
      })
      .execute();
}
export async function cancelQueued(tx: Tx, ids: string[], state: 'cancelled'): Promise<string[]> {
  if (ids.length === 0) return [];
  return (
    await tx
      .updateTable('mails')
      .set({ state })
      .where('id', 'in', ids)
      .where('state', '=', 'queued')
      .returning('id')
      .execute()
  ).map((r) => r.id);
}
