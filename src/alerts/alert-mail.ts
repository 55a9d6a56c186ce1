import { createHash } from 'node:crypto';
import type { FanoutsTable } from '../db/tables/alerts.ts';
import { statusUrl } from '../http/status-link.ts';
import type { MailOrder } from '../mail/outbox.ts';
import type { Instant } from '../time.ts';
import { stopUrl } from './addresses/stop-link.ts';
import type { FanoutPlan } from './enqueue.ts';
import type { AlertGround } from './expand.ts';
import { personalFields } from './personal.ts';
import type { ReportRef } from './publication.ts';
import type { Recipient } from './recipients.ts';
import { LAST_WORD, type Slot } from './slot.ts';
import type { Window } from './timing.ts';

/** What one address has got on a root fault so far. */
export interface History {
  /** Message-IDs of what was handed over to it, oldest first. */
  messageIds: string[];
  /** Mails that were handed over or are on their way. */
  mails: number;
  /** The report of this notice that was handed over last. */
  last: ReportRef | undefined;
}

/** One mail to be written: which report, for whom, in which slot. */
export interface AlertMail {
  id: string;
  fanout: FanoutsTable;
  plan: FanoutPlan;
  recipient: Recipient;
  slot: Slot;
  history: History;
  window: Window;
}

/** The mail of a report to one address, with what is personal in it. */
export function orderFor(ground: AlertGround, mail: AlertMail, letterId: string, now: Instant): MailOrder {
  const { id, fanout, plan, recipient, slot, history } = mail;
  const host = new URL(ground.publicUrl).hostname;
  const stop = stopUrl(ground.publicUrl, ground.secret, recipient.id, recipient.language);
  return {
    id,
    class: 'bulk',
    letterId,
    recipient: recipient.email,
    fields: personalFields({
      language: recipient.language,
      timeZone: ground.operator.timeZone,
      nth: history.mails + 1,
      limit: ground.alertsPerNotice,
      mailboxes: recipient.mailboxes,
      told: plan,
      stopUrl: stop,
      statusUrl: statusUrl(ground, recipient.id, now, recipient.language),
    }),
    headers: {
      ...threadHeaders(`<notice-${fanout.root_id}.${recipient.id}@${host}>`, history.messageIds),
      'List-Unsubscribe': `<${stop}>`,
      'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
    },
    messageId: `<${fanout.root_id}.${slot}.${id}@${host}>`,
    datedAt: now,
    budget: budgetOf(fanout.root_id, recipient.emailKey),
    repeatable: slot !== LAST_WORD,
    ...mail.window,
  };
}

/**
 * One thread for each notice and address: every mail refers to one invented first message, so that programs keep them together
 * even where an earlier one is missing, and to those that were really sent there.
 */
function threadHeaders(root: string, sent: string[]): Record<string, string> {
  return { 'In-Reply-To': sent.at(-1) ?? root, References: [root, ...sent].join(' ') };
}

/**
 * At most three hand-overs are made under one key: all notices of one root fault, one mailbox. The key outlives what is kept of a
 * person, so it does not name him.
 */
export function budgetOf(rootId: string, emailKey: string): string {
  const mailbox = createHash('sha256').update(`${rootId}:${emailKey}`).digest('base64url').slice(0, 27);
  return `${rootId}:${mailbox}`;
}
