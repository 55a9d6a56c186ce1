import { randomBytes } from 'node:crypto';
import type { Database, Tx } from '../db/open.ts';
import type { FanoutsTable } from '../db/tables/alerts.ts';
import type { Secret } from '../http/signing.ts';
import type { Operator } from '../http/views.ts';
import { cancelQueued, type MailOrder, queueMails } from '../mail/outbox.ts';
import { type Clock, HOUR, type Instant } from '../time.ts';
import { stopUrl } from './addresses/stop-link.ts';
import { type AlertOnItsWay, alertStore } from './alert-store.ts';
import type { FanoutPlan } from './enqueue.ts';
import { personalFields } from './personal.ts';
import { type Recipient, recipients } from './recipients.ts';
import { LAST_WORD, type Slot, slotFor, slotOfHeir, stillBroken } from './slot.ts';

/** What the room needs to turn publications into mails. */
export interface AlertGround {
  db: Database;
  clock: Clock;
  operator: Operator;
  publicUrl: string;
  secret: Secret;
  /** Mails on one notice to one address, at most 3. */
  alertsPerNotice: number;
}

/** After this an alert is worth nothing any more. RELIABILITY 3.2. */
const WORTH: Record<Slot, number> = { 1: 6 * HOUR, 2: 24 * HOUR, 3: 72 * HOUR };

/**
 * Takes the next chunk of the oldest publication and turns it into alerts and mails: one transaction, so that a crash leaves
 * the cursor where the rows end.
 * @returns whether there was work.
 */
export async function expandNext(ground: AlertGround, chunk = 500): Promise<boolean> {
  return ground.db.transaction(async (tx) => {
    const fanout = await alertStore.takeFanout(tx, ground.db.engine);
    if (!fanout) return false;
    const next =
      fanout.stage === 'superseding' ? await renew(ground, tx, fanout, chunk) : await expand(ground, tx, fanout, chunk);
    if (next === null) await alertStore.finishFanout(tx, fanout.id, ground.clock.now());
    else await alertStore.moveFanout(tx, fanout.id, next);
    return true;
  });
}

/** Until nothing is left to expand. */
export async function expandAll(ground: AlertGround): Promise<void> {
  while (await expandNext(ground));
}

/** A report that mails nobody takes the place of older text that still waits. */
async function renew(ground: AlertGround, tx: Tx, fanout: FanoutsTable, chunk: number): Promise<string | null> {
  const waiting = await alertStore.waiting(tx, fanout.notice_id, fanout.cursor, chunk);
  for (const alert of waiting) await serveOne(ground, tx, fanout, alert.addressId);
  return waiting.length < chunk ? null : (waiting.at(-1)?.addressId ?? null);
}

async function expand(ground: AlertGround, tx: Tx, fanout: FanoutsTable, chunk: number): Promise<string | null> {
  const plan = JSON.parse(fanout.plan) as FanoutPlan;
  const found = await recipients(tx, plan.kind, { after: fanout.cursor, limit: chunk });
  await serve(ground, tx, fanout, plan, found, null);
  return found.length < chunk ? null : (found.at(-1)?.id ?? null);
}

/**
 * Gives one address what a publication means for it. Also called when the courier is about to send an older text: `claimed` is
 * that alert, which then ends as superseded.
 */
export async function serveOne(
  ground: AlertGround,
  tx: Tx,
  fanout: FanoutsTable,
  addressId: string,
  claimed: string | null = null,
): Promise<void> {
  const plan = JSON.parse(fanout.plan) as FanoutPlan;
  await serve(ground, tx, fanout, plan, await recipients(tx, plan.kind, { id: addressId }), claimed);
}

async function serve(
  ground: AlertGround,
  tx: Tx,
  fanout: FanoutsTable,
  plan: FanoutPlan,
  found: Recipient[],
  claimed: string | null,
): Promise<void> {
  if (found.length === 0) return;
  const holding = await alertStore.holding(
    tx,
    fanout.root_id,
    found.map((recipient) => recipient.emailKey),
  );
  const superseded: string[] = [];
  const going: { recipient: Recipient; slot: Slot }[] = [];
  for (const recipient of found) {
    const own = holding.filter((alert) => alert.emailKey === recipient.emailKey);
    if (own.some((alert) => isOf(alert, fanout))) continue;
    const waiting = own.filter(
      (alert) => alert.noticeId === fanout.notice_id && (alert.mailState === 'queued' || alert.id === claimed),
    );
    const slot = decide(plan, fanout, recipient, own, waiting, ground.alertsPerNotice);
    superseded.push(...(slot === null ? [] : waiting.map((alert) => alert.id)));
    if (slot !== null) going.push({ recipient, slot });
  }
  await cancelQueued(tx, superseded, 'cancelled');
  await alertStore.end(tx, superseded, 'superseded');
  await send(ground, tx, fanout, plan, going);
}

/** Its own slot, or the one that falls to it from older text that waits. */
function decide(
  plan: FanoutPlan,
  fanout: FanoutsTable,
  recipient: Recipient,
  own: AlertOnItsWay[],
  waiting: AlertOnItsWay[],
  limit: number,
): Slot | null {
  const taken = new Set(own.filter((alert) => !waiting.includes(alert)).map((alert) => alert.slot as Slot));
  const slot = fanout.mail === 1 ? slotFor(recipient, plan, taken, limit) : null;
  const waits = waiting.map((alert) => alert.slot as Slot);
  return waits.length === 0 ? slot : slotOfHeir(slot, waits, stillBroken(recipient, plan.open), taken, limit);
}

function isOf(alert: AlertOnItsWay, fanout: FanoutsTable): boolean {
  return (
    alert.noticeId === fanout.notice_id &&
    (alert.reportNumber > fanout.report_number ||
      (alert.reportNumber === fanout.report_number && alert.revision >= fanout.revision))
  );
}

async function send(
  ground: AlertGround,
  tx: Tx,
  fanout: FanoutsTable,
  plan: FanoutPlan,
  going: { recipient: Recipient; slot: Slot }[],
): Promise<void> {
  const now = ground.clock.now();
  const orders: MailOrder[] = [];
  const alerts = going.map(({ recipient, slot }) => {
    const id = randomBytes(12).toString('hex');
    orders.push(orderFor(ground, fanout, plan, recipient, slot, id, now));
    return {
      id,
      root_id: fanout.root_id,
      notice_id: fanout.notice_id,
      report_number: fanout.report_number,
      revision: fanout.revision,
      slot,
      phase: plan.phase,
      address_id: recipient.id,
      email_key: recipient.emailKey,
      created_at: now,
      ended: null,
    };
  });
  await alertStore.add(tx, alerts);
  await queueMails(tx, orders, now);
}

function orderFor(
  ground: AlertGround,
  fanout: FanoutsTable,
  plan: FanoutPlan,
  recipient: Recipient,
  slot: Slot,
  id: string,
  now: Instant,
): MailOrder {
  const host = new URL(ground.publicUrl).hostname;
  const stop = stopUrl(ground.publicUrl, ground.secret, recipient.id, recipient.language);
  // One invented first message for each notice and address: every mail refers to it, so mail programs keep them in one thread.
  const thread = `<notice-${fanout.root_id}.${recipient.id}@${host}>`;
  return {
    id,
    class: 'bulk',
    letterId: plan.letters[recipient.language],
    recipient: recipient.email,
    fields: personalFields({
      language: recipient.language,
      slot,
      limit: ground.alertsPerNotice,
      mailboxes: recipient.mailboxes,
      all: plan.all,
      open: plan.open,
      stopUrl: stop,
    }),
    headers: {
      'In-Reply-To': thread,
      References: thread,
      'List-Unsubscribe': `<${stop}>`,
      'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
    },
    messageId: `<${fanout.root_id}.${slot}.${id}@${host}>`,
    datedAt: now,
    budget: budgetOf(fanout.root_id, recipient.emailKey),
    repeatable: slot !== LAST_WORD,
    notBefore: now,
    notAfter: fanout.published_at + WORTH[slot],
  };
}

/** At most three hand-overs are made under one key: all notices of one root fault, one mailbox. */
export function budgetOf(rootId: string, emailKey: string): string {
  return `${rootId}:${emailKey}`;
}
