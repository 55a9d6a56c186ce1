import { atOnce } from '../db/asking.ts';
import type { Tx } from '../db/open.ts';
import type { FanoutsTable } from '../db/tables/alerts.ts';
import type { Recheck, Settled, Verdict } from '../mail/outbox.ts';
import { type AlertInQuestion, alertStore } from './alert-store.ts';
import { countRefusals } from './bounces/bounced.ts';
import { type AlertGround, serveOne } from './expand.ts';
import { stillMailed } from './recipients.ts';
import { reserveFor, type Slot } from './slot.ts';
import { type Hours, opensAt } from './timing.ts';

/**
 * Asked by the courier in the transaction that claims a mail and again in the one that takes its ticket: does its reader still
 * want it, and is it still the newest word? Mails that are no alerts always go.
 */
export function recheckAlert(ground: AlertGround): Recheck {
  return async (tx, mails, still = Promise.resolve(() => true)) => {
    const asked = alertStore.findAll(
      tx,
      mails.map(({ id }) => id),
    );
    const [found, isStill] = await atOnce(asked, still);
    const alerts = [...found.values()].filter(({ id }) => isStill(id));
    const verdicts = new Map<string, Verdict>(mails.map(({ id }) => [id, { go: true, reserve: 0 }]));
    const end = (ids: string[]) => {
      for (const id of ids) verdicts.set(id, { go: false, state: 'cancelled' });
    };
    end(alerts.filter((alert) => alert.ended !== null).map(({ id }) => id));
    const living = alerts.filter((alert) => alert.ended === null);
    if (living.length === 0) return verdicts;
    const [mailed, newest, recovered] = await atOnce(
      stillMailed(tx, distinct(living, 'address_id')),
      newestOf(tx, distinct(living, 'notice_id')),
      recoveredOf(tx, living),
    );
    const stays = (alert: Alert) => mailed.has(alert.address_id) && alert.muted_at === null;
    const left = living.filter((alert) => !stays(alert)).map(({ id }) => id);
    await alertStore.end(tx, left, 'unsubscribed');
    end(left);
    const wanted = living.filter(stays);
    end(await supersede(ground, tx, wanted, newest));
    const going = wanted.filter(({ id }) => verdicts.get(id)?.go);
    for (const alert of going) verdicts.set(alert.id, leave(ground, alert, mailed, recovered));
    return verdicts;
  };
}

type Alert = AlertInQuestion;

/** The newest publication on each of the notices. */
async function newestOf(tx: Tx, noticeIds: string[]): Promise<Map<string, FanoutsTable>> {
  const found = await Promise.all(noticeIds.map((id) => alertStore.newestFanout(tx, id)));
  return new Map(found.flatMap((fanout) => (fanout ? [[fanout.notice_id, fanout]] : [])));
}

/** Those of the alerts whose mailbox has got recovery of the same root fault, or may have. */
async function recoveredOf(tx: Tx, alerts: Alert[]): Promise<Set<Alert>> {
  const roots = [...grouped(alerts, 'root_id')];
  const found = await Promise.all(
    roots.map(async ([rootId, own]) => {
      const keys = await alertStore.recoveryHandedOver(tx, rootId, distinct(own, 'email_key'));
      return own.filter((alert) => keys.has(alert.email_key));
    }),
  );
  return new Set(found.flat());
}

/** Puts newer words in the place of old ones. @returns the alerts that ended by that. */
async function supersede(
  ground: AlertGround,
  tx: Tx,
  alerts: Alert[],
  newestOfNotice: Map<string, FanoutsTable>,
): Promise<string[]> {
  const ended: string[] = [];
  for (const [noticeId, own] of grouped(alerts, 'notice_id')) {
    const newest = newestOfNotice.get(noticeId);
    const old = own.filter((alert) => newest && isOlder(alert, newest));
    if (!newest || old.length === 0) continue;
    // In order: where a recovery has not been expanded yet, it takes its place before what was published after it.
    const late = await alertStore.unfinishedFanouts(tx, noticeId);
    for (const alert of old) {
      const passed = late.filter((fanout) => fanout.id !== newest.id && isOlder(alert, fanout));
      for (const fanout of [...passed, newest]) await serveOne(ground, tx, fanout, alert.address_id, alert.id);
      const after = await alertStore.find(tx, alert.id);
      if (after?.ended === 'superseded') ended.push(alert.id);
    }
  }
  return ended;
}

/** What it must leave of its address' three for recovery, and from when it may go. */
function leave(ground: AlertGround, alert: Alert, mailed: Map<string, Hours>, recovered: Set<Alert>): Verdict {
  const now = ground.clock.now();
  const slot = alert.slot as Slot;
  const reserve = reserveFor(slot, recovered.has(alert), ground.alertsPerNotice);
  // A mail may have become late by the pace or by refusals, and its reader's hours are over.
  const hours = mailed.get(alert.address_id);
  const notBefore = hours ? opensAt(hours, slot, now, ground.operator.timeZone) : now;
  // Open now is not "not before now": whoever asks has looked at the clock a moment earlier, and would put it off for ever.
  return notBefore > now ? { go: true, reserve, notBefore } : { go: true, reserve };
}

function distinct(alerts: Alert[], by: 'address_id' | 'notice_id' | 'email_key'): string[] {
  return [...new Set(alerts.map((alert) => alert[by]))];
}

function grouped(alerts: Alert[], by: 'notice_id' | 'root_id'): Map<string, Alert[]> {
  const groups = new Map<string, Alert[]>();
  for (const alert of alerts) groups.set(alert[by], [...(groups.get(alert[by]) ?? []), alert]);
  return groups;
}

function isOlder(
  alert: { report_number: number; revision: number },
  fanout: { report_number: number; revision: number },
): boolean {
  return (
    alert.report_number < fanout.report_number ||
    (alert.report_number === fanout.report_number && alert.revision < fanout.revision)
  );
}

/** Refusals for good count against their address; its owner sees why when he signs in. */
export function alertSettled(ground: AlertGround): Settled {
  return (tx, endings) => countRefusals(ground, tx, endings);
}
