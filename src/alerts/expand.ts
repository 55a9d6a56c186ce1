import { randomBytes } from 'node:crypto';
import { setImmediate as breathe } from 'node:timers/promises';
import type { Insertable } from 'kysely';
import { atOnce, lastWrites } from '../db/asking.ts';
import type { Database, Last, Tx } from '../db/open.ts';
import type { AlertsTable, FanoutsTable } from '../db/tables/alerts.ts';
import type { MailState } from '../db/tables/mail.ts';
import type { Secret } from '../http/signing.ts';
import type { Operator } from '../http/views.ts';
import { cancelQueued, type MailOrder, queueMails } from '../mail/outbox.ts';
import { readSettings } from '../staff/settings.ts';
import { type Clock, DAY, HOUR, type Instant } from '../time.ts';
import { budgetOf, type History, orderFor } from './alert-mail.ts';
import { type AlertOnItsWay, alertStore } from './alert-store.ts';
import { queueCanary } from './canary/canary.ts';
import type { FanoutPlan } from './enqueue.ts';
import { lettersOf } from './letters.ts';
import type { LetterSince } from './publication.ts';
import { unreachable } from './reachable.ts';
import { type Recipient, recipients } from './recipients.ts';
import { RECOVERY, type Slot, slotFor, slotOfHeir, stillBroken } from './slot.ts';
import { UNTIL_RELEASED, windowFor } from './timing.ts';

/** What the room needs to turn publications into mails. */
export interface AlertGround {
  db: Database;
  clock: Clock;
  operator: Operator;
  publicUrl: string;
  secret: Secret;
  /** Mails on one notice to one address, at most 3. */
  alertsPerNotice: number;
  /** A report's letter with the changes since another one marked. */
  letterSince: LetterSince;
  /** Where the mail goes that proves that mails arrive. */
  canary?: string | undefined;
}

/**
 * Takes the next chunk of the oldest publication and turns it into alerts and mails: one transaction, so that a crash leaves
 * the cursor where the rows end.
 * @param held hears for how many milliseconds nobody else could write; what it waited itself is not among them.
 * @returns whether there was work.
 */
export async function expandNext(
  ground: AlertGround,
  chunk = 500,
  held: (milliseconds: number) => void = () => {},
): Promise<boolean> {
  let began = 0;
  const found = await ground.db.transaction(async (tx, last) => {
    began = performance.now();
    const fanout = await alertStore.takeFanout(tx, ground.db.engine);
    if (!fanout) return false;
    const next =
      fanout.stage === 'superseding'
        ? await renew(ground, tx, fanout, chunk)
        : await expand(ground, tx, fanout, { chunk, last });
    last(
      next === null
        ? alertStore.finishFanout(tx, fanout.id, ground.clock.now())
        : alertStore.moveFanout(tx, fanout.id, next),
    );
    return true;
  });
  held(performance.now() - began);
  return found;
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

async function expand(
  ground: AlertGround,
  tx: Tx,
  fanout: FanoutsTable,
  { chunk, last }: { chunk: number; last: Last },
): Promise<string | null> {
  const plan = JSON.parse(fanout.plan) as FanoutPlan;
  const [firstTold, found] = await atOnce(
    alertStore.firstToldAt(tx, fanout.root_id),
    recipients(tx, aboutOf(fanout, plan), { after: fanout.cursor, limit: chunk }),
  );
  // Nobody knows any more who has had how many mails on it (housekeeping.ts).
  if (firstTold !== null && firstTold < ground.clock.now() - MAILED_FOR) return null;
  if (fanout.cursor === '') await queueCanary(ground, tx, fanout, plan.letters.ja);
  await serve(ground, tx, fanout, plan, { found, claimed: null, last });
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
  const found = await recipients(tx, aboutOf(fanout, plan), { id: addressId });
  const { last, ended } = lastWrites();
  await serve(ground, tx, fanout, plan, { found, claimed, last });
  await ended();
}

function aboutOf({ root_id }: FanoutsTable, { kind }: FanoutPlan): { kind: FanoutPlan['kind']; rootId: string } {
  return { kind, rootId: root_id };
}

async function serve(
  ground: AlertGround,
  tx: Tx,
  fanout: FanoutsTable,
  plan: FanoutPlan,
  { found, claimed, last }: { found: Recipient[]; claimed: string | null; last: Last },
): Promise<void> {
  if (found.length === 0) return;
  const mailboxes = found.map((recipient) => recipient.emailKey);
  const [holding, down, settings] = await atOnce(
    alertStore.holding(tx, fanout.root_id, mailboxes),
    unreachable(tx, mailboxes),
    readSettings(tx),
  );
  const superseded: string[] = [];
  const going: Going[] = [];
  const byMailbox = new Map<string, AlertOnItsWay[]>();
  for (const alert of holding) byMailbox.set(alert.emailKey, [...(byMailbox.get(alert.emailKey) ?? []), alert]);
  for (const recipient of found) {
    const own = byMailbox.get(recipient.emailKey) ?? [];
    if (own.some((alert) => isOf(alert, fanout))) continue;
    const waiting = own.filter(
      (alert) => alert.noticeId === fanout.notice_id && (alert.mailState === 'queued' || alert.id === claimed),
    );
    const slot = decide(plan, fanout, recipient, own, waiting, ground.alertsPerNotice);
    if (slot !== null) superseded.push(...waiting.map((alert) => alert.id));
    if (slot !== null && slot !== WITHDRAWN)
      going.push({ recipient, slot, earlier: own.filter((alert) => !waiting.includes(alert)) });
  }
  await cancelQueued(tx, superseded, 'cancelled');
  await alertStore.end(tx, superseded, 'superseded');
  const hold = settings.recoveryHoldMinutes;
  await send(ground, tx, fanout, plan, { going, down, hold, last });
}

/** Its own slot, or the one that falls to it from older text that waits. */
export function decide(
  plan: Pick<FanoutPlan, 'purpose' | 'phase' | 'all' | 'open'>,
  fanout: Pick<FanoutsTable, 'mail' | 'published_at'>,
  recipient: Recipient,
  own: AlertOnItsWay[],
  waiting: AlertOnItsWay[],
  limit: number,
): Slot | typeof WITHDRAWN | null {
  const taken = new Set(own.filter((alert) => !waiting.includes(alert)).map((alert) => alert.slot as Slot));
  const mailed = fanout.mail === 1 && (recipient.lateFinal || !isLateFinal(plan, fanout));
  const slot = mailed ? slotFor(recipient, plan, taken, limit) : null;
  const waits = waiting.map((alert) => alert.slot as Slot);
  // He knows that his server is broken, and it is again before he was told otherwise: there is nothing to tell.
  const untold = waits.includes(RECOVERY) && !waiting.some((alert) => alert.mayHaveArrived);
  if (slot === null && untold && taken.size > 0 && stillBroken(recipient, plan.open)) return WITHDRAWN;
  return waits.length === 0 ? slot : slotOfHeir(slot, waits, stillBroken(recipient, plan.open), taken, limit);
}

/** What waits is taken back, and nothing goes in its place. */
const WITHDRAWN = 'withdrawn';

/** On what was told first a year ago nobody is mailed. */
const MAILED_FOR = 365 * DAY;

const LATE = 72 * HOUR;

/** Causes and measures that come days after recovery are for those who asked for them. RELIABILITY 3.3. */
function isLateFinal(plan: Pick<FanoutPlan, 'phase' | 'all'>, fanout: Pick<FanoutsTable, 'published_at'>): boolean {
  if (plan.phase !== 'final') return false;
  const ends = plan.all.flatMap(({ course }) => course?.recoveredAt ?? []);
  return ends.length > 0 && fanout.published_at > Math.max(...ends) + LATE;
}

function isOf(alert: AlertOnItsWay, fanout: FanoutsTable): boolean {
  return (
    alert.noticeId === fanout.notice_id &&
    (alert.reportNumber > fanout.report_number ||
      (alert.reportNumber === fanout.report_number && alert.revision >= fanout.revision))
  );
}

/** Who is mailed, in which slot, and what is on its way to him or has arrived. */
interface Going {
  recipient: Recipient;
  slot: Slot;
  earlier: AlertOnItsWay[];
}

async function send(
  ground: AlertGround,
  tx: Tx,
  fanout: FanoutsTable,
  plan: FanoutPlan,
  { going, down, hold, last }: { going: Going[]; down: Map<string, string>; hold: number; last: Last },
): Promise<void> {
  if (going.length === 0) return;
  const now = ground.clock.now();
  const spent = await alertStore.ticketsTaken(
    tx,
    going.filter(({ earlier }) => earlier.length > 0).map((one) => budgetOf(fanout.root_id, one.recipient.emailKey)),
  );
  const zone = ground.operator.timeZone;
  const letter = lettersOf(ground, tx, fanout, plan);
  let orders: MailOrder[] = [];
  let alerts: Insertable<AlertsTable>[] = [];
  // While these are written the next are composed, and readers and relays get their word in between.
  const writeThese = async () => {
    last(atOnce(alertStore.add(tx, alerts), queueMails(tx, orders, now)));
    orders = [];
    alerts = [];
    await breathe();
  };
  let began = performance.now();
  for (const { recipient, slot, earlier } of going) {
    const id = mailIdAt(now);
    const history = historyOf(fanout, earlier, spent.get(budgetOf(fanout.root_id, recipient.emailKey)) ?? 0);
    const letterId = await letter(recipient.language, history.last);
    const heldFor = down.get(recipient.emailKey) ?? null;
    const window = windowFor({ ...recipient, zone }, slot, { publishedAt: fanout.published_at, now, hold });
    const mail = { id, fanout, plan, recipient, slot, history, window };
    if (heldFor !== null) mail.window = { notBefore: UNTIL_RELEASED, notAfter: UNTIL_RELEASED };
    orders.push(orderFor(ground, mail, letterId, now));
    alerts.push({
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
      held_for: heldFor,
    });
    if (orders.length < PORTION && performance.now() - began < IN_A_ROW) continue;
    await writeThese();
    began = performance.now();
  }
  if (orders.length > 0) await writeThese();
}

/** Composed in one go, or as many as these milliseconds are enough for: after months of silence the first take ten times as long. */
const PORTION = 16;
const IN_A_ROW = 3;

/**
 * 24 hexadecimal digits, those of later mails behind those of earlier ones: time, place, chance. What is written one after the other then lies side
 * by side in the table and in every index by id, and leaves in that order: twenty mails are let through by writing a handful of pages, where
 * in any other order it is one or two for each.
 */
function mailIdAt(now: Instant): string {
  placed = (placed + 1) % PLACES;
  const place = placed.toString(16).padStart(3, '0');
  return now.toString(16).padStart(12, '0') + place + randomBytes(5).toString('hex').slice(1);
}

/** More than are made in one piece. */
const PLACES = 4096;
let placed = 0;

const HANDED_OVER: readonly MailState[] = ['sent', 'in_doubt', 'handing'];
const ON_ITS_WAY: readonly MailState[] = ['queued', 'claimed'];

/** A copy that was repeated because its answer was lost has used up one more of the three. */
function historyOf(fanout: FanoutsTable, earlier: AlertOnItsWay[], tickets: number): History {
  const handedOver = earlier.filter((alert) => HANDED_OVER.includes(alert.mailState) || alert.mayHaveArrived);
  const coming = earlier.filter((alert) => ON_ITS_WAY.includes(alert.mailState) && !alert.mayHaveArrived);
  const last = handedOver.findLast((alert) => alert.noticeId === fanout.notice_id);
  return {
    last: last && { number: last.reportNumber, revision: last.revision },
    messageIds: handedOver.map((alert) => alert.messageId),
    mails: Math.max(handedOver.length, tickets) + coming.length,
  };
}
