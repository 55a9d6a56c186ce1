import { atOnce } from '../db/asking.ts';
import type { Tx } from '../db/open.ts';
import type { Recheck, Settled, Verdict } from '../mail/outbox.ts';
import { type AlertInQuestion, alertStore, type Publication } from './alert-store.ts';
import { countRefusals } from './bounces/bounced.ts';
import { type AlertGround, serveOne } from './expand.ts';
import { reserveFor, type Slot } from './slot.ts';
import { opensAt } from './timing.ts';

/**
 * Asked by the courier in the transaction that claims a mail and again in the one that takes its ticket: does its reader still
 * want it, and is it still the newest word? Mails that are no alerts always go.
 */
export function recheckAlert(ground: AlertGround): Recheck {
  return async (tx, mails, still = Promise.resolve(() => true)) => {
    const ids = mails.map(({ id }) => id);
    const [found, publications, recovered, isStill] = await atOnce(
      alertStore.inQuestion(tx, ids),
      alertStore.publicationsFor(tx, ids),
      alertStore.recovered(tx, ids),
      still,
    );
    const alerts = found.filter(({ id }) => isStill(id));
    const verdicts = new Map<string, Verdict>(mails.map(({ id }) => [id, { go: true, reserve: 0 }]));
    const end = (ended: Alert[]) => {
      for (const { id } of ended) verdicts.set(id, { go: false, state: 'cancelled' });
    };
    end(alerts.filter(({ ended }) => ended !== null));
    const living = alerts.filter(({ ended }) => ended === null);
    const left = living.filter((alert) => !stays(alert));
    await alertStore.end(
      tx,
      left.map(({ id }) => id),
      'unsubscribed',
    );
    end(left);
    const wanted = living.filter(stays);
    end(await supersede(ground, tx, wanted, newestOf(publications)));
    for (const alert of wanted) {
      if (verdicts.get(alert.id)?.go) verdicts.set(alert.id, leave(ground, alert, recovered.has(alert.id)));
    }
    return verdicts;
  };
}

type Alert = AlertInQuestion;

/** Its reader may still be mailed, and wants to be. */
function stays(alert: Alert): boolean {
  return alert.hours !== null && alert.muted_at === null;
}

/** The newest publication on each of the notices. */
function newestOf(publications: Publication[]): Map<string, Publication> {
  const newest = new Map<string, Publication>();
  for (const one of publications) {
    const known = newest.get(one.notice_id);
    if (!known || compareOrder(one, known) > 0) newest.set(one.notice_id, one);
  }
  return newest;
}

function compareOrder(a: Publication, b: Publication): number {
  return a.published_at - b.published_at || a.report_number - b.report_number || a.revision - b.revision;
}

/** Puts newer words in the place of old ones. @returns the alerts that ended by that. */
async function supersede(
  ground: AlertGround,
  tx: Tx,
  alerts: Alert[],
  newestOfNotice: Map<string, Publication>,
): Promise<Alert[]> {
  const ended: Alert[] = [];
  for (const [noticeId, own] of grouped(alerts, 'notice_id')) {
    const newest = newestOfNotice.get(noticeId);
    const old = own.filter((alert) => newest && isOlder(alert, newest));
    if (!newest || old.length === 0) continue;
    // In order: where a recovery has not been expanded yet, it takes its place before what was published after it.
    const late = await alertStore.unfinishedFanouts(tx, noticeId);
    const whole = await alertStore.fanout(tx, newest.id);
    for (const alert of old) {
      const passed = late.filter((fanout) => fanout.id !== newest.id && isOlder(alert, fanout));
      for (const fanout of [...passed, whole]) await serveOne(ground, tx, fanout, alert.address_id, alert.id);
      const after = await alertStore.find(tx, alert.id);
      if (after?.ended === 'superseded') ended.push(alert);
    }
  }
  return ended;
}

/** What it must leave of its address' three for recovery, and from when it may go. */
function leave(ground: AlertGround, alert: Alert, recovered: boolean): Verdict {
  const now = ground.clock.now();
  const slot = alert.slot as Slot;
  const reserve = reserveFor(slot, recovered, ground.alertsPerNotice);
  // A mail may have become late by the pace or by refusals, and its reader's hours are over.
  const hours = { hours: alert.hours ?? 0, hoursForAll: alert.hours_for_all === 1 };
  const notBefore = opensAt(hours, slot, now, ground.operator.timeZone);
  // Open now is not "not before now": whoever asks has looked at the clock a moment earlier, and would put it off for ever.
  return notBefore > now ? { go: true, reserve, notBefore } : { go: true, reserve };
}

function grouped(alerts: Alert[], by: 'notice_id'): Map<string, Alert[]> {
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
