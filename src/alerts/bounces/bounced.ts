import type { Tx } from '../../db/open.ts';
import type { Bounce, Bounced, Ending } from '../../mail/outbox.ts';
import { DAY } from '../../time.ts';
import { stopMails } from '../addresses/stop.ts';
import { alertStore } from '../alert-store.ts';
import type { AlertGround } from '../expand.ts';
import { unreachable } from '../reachable.ts';
import { bounceStore } from './bounce-store.ts';

/** So many refusals for good within so long, and an address is given up. RELIABILITY A6. */
const HARD_BOUNCES = 3;
const WITHIN = 30 * DAY;

/** What came back for an alert: counts against its address, or ends it. The same report once more changes nothing. */
export function alertBounced(ground: Pick<AlertGround, 'db' | 'clock'>): Bounced {
  return (bounce) => ground.db.transaction((tx) => countBounce(ground, tx, bounce));
}

/** Refusals for good during the hand-over count the same. */
export async function countRefusals(ground: Pick<AlertGround, 'clock'>, tx: Tx, endings: Ending[]): Promise<void> {
  for (const { mail, kind, deadAddress, reply } of endings) {
    if (!deadAddress && !(kind === 'failed' && reply?.startsWith('5'))) continue;
    const status = /\b5\.\d{1,3}\.\d{1,3}\b/.exec(reply ?? '')?.[0] ?? null;
    await countBounce(ground, tx, { mailId: mail.id, kind: deadAddress ? 'dead' : 'hard', status, diagnostic: reply });
  }
}

async function countBounce(ground: Pick<AlertGround, 'clock'>, tx: Tx, bounce: Bounce): Promise<boolean> {
  const now = ground.clock.now();
  const alert = await alertStore.find(tx, bounce.mailId);
  const address = alert && (await bounceStore.addressOf(tx, alert.address_id));
  if (!address) return false;
  // A server of ours that is in trouble may deny everybody; that says nothing about the address.
  if (bounce.kind !== 'complaint' && (await unreachable(tx, [address.email.toLowerCase()])).size > 0) return false;
  const { kind, status, diagnostic } = bounce;
  const row = { mail_id: bounce.mailId, address_id: address.id, kind, status, diagnostic, received_at: now };
  if (!(await bounceStore.add(tx, row))) return false;
  if (kind === 'complaint') {
    await stopMails(tx, now, address.id, 'complaint');
    return true;
  }
  const givenUp =
    kind === 'dead' || (kind === 'hard' && (await bounceStore.hardSince(tx, address.id, now - WITHIN)) >= HARD_BOUNCES);
  if (givenUp) await alertStore.quarantine(tx, address.id, diagnostic ?? status, now);
  return true;
}
