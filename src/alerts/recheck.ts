import type { Recheck, Settled } from '../mail/outbox.ts';
import { addressStore } from './addresses/address-store.ts';
import { alertStore } from './alert-store.ts';
import { type AlertGround, serveOne } from './expand.ts';
import { recipients } from './recipients.ts';
import { reserveFor, type Slot } from './slot.ts';

/**
 * Asked by the courier in the transaction that claims a mail and again in the one that takes its ticket: does its reader still
 * want it, and is it still the newest word? Mails that are no alerts always go.
 */
export function recheckAlert(ground: AlertGround): Recheck {
  return async (tx, mail) => {
    const alert = await alertStore.find(tx, mail.id);
    if (!alert) return { go: true, reserve: 0 };
    if (alert.ended !== null) return { go: false, state: 'cancelled' };
    const [recipient] = await recipients(tx, 'fault', { id: alert.address_id });
    if (!recipient) {
      await alertStore.end(tx, [alert.id], 'unsubscribed');
      return { go: false, state: 'cancelled' };
    }
    const newest = await alertStore.newestFanout(tx, alert.notice_id);
    if (newest && isOlder(alert, newest)) {
      // In order: where a recovery has not been expanded yet, it takes its place before what was published after it.
      const late = await alertStore.unfinishedFanouts(tx, alert.notice_id);
      const passed = late.filter((fanout) => fanout.id !== newest.id && isOlder(alert, fanout));
      for (const fanout of [...passed, newest]) await serveOne(ground, tx, fanout, alert.address_id, alert.id);
      const after = await alertStore.find(tx, alert.id);
      if (after?.ended === 'superseded') return { go: false, state: 'cancelled' };
    }
    const handedOver = await alertStore.recoveryHandedOver(tx, alert.root_id, alert.email_key);
    return { go: true, reserve: reserveFor(alert.slot as Slot, handedOver, ground.alertsPerNotice) };
  };
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

/** An address that its server says does not exist is not mailed again; its owner sees why when he signs in. */
export function alertSettled(ground: AlertGround): Settled {
  return async (tx, mail, outcome) => {
    if (!outcome.deadAddress) return;
    // A server of ours that is in trouble may deny everybody; that says nothing about the address.
    const domain = mail.recipient.slice(mail.recipient.lastIndexOf('@') + 1);
    if ((await addressStore.ourDomains(tx, [domain])).size > 0) return;
    const alert = await alertStore.find(tx, mail.id);
    if (alert) await alertStore.quarantine(tx, alert.address_id, outcome.reply, ground.clock.now());
  };
}
