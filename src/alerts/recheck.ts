import type { Tx } from '../db/open.ts';
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
  return async (tx, mails) => {
    const alerts = await alertStore.findAll(
      tx,
      mails.map(({ id }) => id),
    );
    const verdicts = new Map<string, Verdict>(mails.map(({ id }) => [id, { go: true, reserve: 0 }]));
    const end = (ids: string[]) => {
      for (const id of ids) verdicts.set(id, { go: false, state: 'cancelled' });
    };
    end([...alerts.values()].filter((alert) => alert.ended !== null).map(({ id }) => id));
    const living = [...alerts.values()].filter((alert) => alert.ended === null);
    if (living.length === 0) return verdicts;
    const mailed = await stillMailed(tx, [...new Set(living.map((alert) => alert.address_id))]);
    const stays = (alert: Alert) => mailed.has(alert.address_id) && alert.muted_at === null;
    const left = living.filter((alert) => !stays(alert)).map(({ id }) => id);
    await alertStore.end(tx, left, 'unsubscribed');
    end(left);
    const wanted = living.filter(stays);
    end(await supersede(ground, tx, wanted));
    await reserve(ground, tx, { alerts: wanted, mailed }, verdicts);
    return verdicts;
  };
}

type Alert = AlertInQuestion;

/** Puts newer words in the place of old ones. @returns the alerts that ended by that. */
async function supersede(ground: AlertGround, tx: Tx, alerts: Alert[]): Promise<string[]> {
  const ended: string[] = [];
  for (const [noticeId, own] of grouped(alerts, 'notice_id')) {
    const newest = await alertStore.newestFanout(tx, noticeId);
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

/** What each must leave of its address' three for recovery. */
async function reserve(
  ground: AlertGround,
  tx: Tx,
  { alerts, mailed }: { alerts: Alert[]; mailed: Map<string, Hours> },
  verdicts: Map<string, Verdict>,
): Promise<void> {
  const going = alerts.filter(({ id }) => verdicts.get(id)?.go);
  const now = ground.clock.now();
  // A mail may have become late by the pace or by refusals, and its reader's hours are over.
  const hoursOf = ({ address_id, slot }: Alert) => {
    const hours = mailed.get(address_id);
    const opens = hours ? opensAt(hours, slot as Slot, now, ground.operator.timeZone) : now;
    // Open now is not "not before now": whoever asks has looked at the clock a moment earlier, and would put it off for ever.
    return opens > now ? opens : null;
  };
  for (const [rootId, own] of grouped(going, 'root_id')) {
    const handedOver = await alertStore.recoveryHandedOver(tx, rootId, [...new Set(own.map((one) => one.email_key))]);
    for (const alert of own) {
      const kept = reserveFor(alert.slot as Slot, handedOver.has(alert.email_key), ground.alertsPerNotice);
      const notBefore = hoursOf(alert);
      verdicts.set(alert.id, { go: true, reserve: kept, ...(notBefore === null ? {} : { notBefore }) });
    }
  }
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
