import { randomBytes } from 'node:crypto';
import type { Database, Reader, Tx } from '../../db/open.ts';
import type { FanoutsTable } from '../../db/tables/alerts.ts';
import { isSigned, type Secret, sign } from '../../http/signing.ts';
import { queueMails } from '../../mail/outbox.ts';
import { type Clock, DAY, type Instant, MINUTE } from '../../time.ts';
import { canaryStore } from './canary-store.ts';

/**
 * Whether alerts arrive at all. The relay's answer says only that it has taken them; so the first mail of each mailed publication goes
 * to an address of our own, by the same way as all others, and is looked for where mails come back. RELIABILITY A12.
 */
export interface CanaryGround {
  clock: Clock;
  publicUrl: string;
  secret: Secret;
  /** Where it goes; absent: there is none. */
  canary?: string | undefined;
}

const PURPOSE = 'canary';
/** So long after the publication it should have been there. */
const PATIENCE = 15 * MINUTE;
/** What came later than this changes nothing for anybody. */
const LOOKED_FOR = DAY;
const KEPT = 90 * DAY;
const NOTHING = { text: '', html: '' };

/** Before all that is due: a mass mailing under way must not look like one that is lost. */
const FIRST_OF_ALL = 0;

export async function queueCanary(
  { clock, publicUrl, secret, canary }: CanaryGround,
  tx: Tx,
  fanout: Pick<FanoutsTable, 'notice_id' | 'report_number'>,
  letterId: string,
): Promise<void> {
  if (canary === undefined) return;
  const now = clock.now();
  const name = randomBytes(12).toString('hex');
  const id = `canary.${name}`;
  await canaryStore.add(tx, {
    mail_id: id,
    notice_id: fanout.notice_id,
    report_number: fanout.report_number,
    created_at: now,
    arrived_at: null,
  });
  const order = {
    ...{ id, class: 'bulk' as const, letterId, recipient: canary, headers: {} },
    fields: { mine: NOTHING, todo: NOTHING, slot: NOTHING, stop: NOTHING },
    messageId: `<canary.${name}.${sign(secret, PURPOSE, name)}@${new URL(publicUrl).hostname}>`,
    ...{ datedAt: now, budget: null, repeatable: true, notBefore: FIRST_OF_ALL, notAfter: now + LOOKED_FOR },
  };
  await queueMails(tx, [order], now);
}

/** A mail came in where mails come back. @returns whether it is one of ours that was looked for; a forged one is not. */
export function canaryArrived({ db, clock, secret }: { db: Database; clock: Clock; secret: Secret }) {
  return async (messageId: string): Promise<boolean> => {
    const [, name, signature] = /^<canary\.([0-9a-f]{24})\.([\w-]{22})@[^<>\s]+>$/.exec(messageId) ?? [];
    if (name === undefined || signature === undefined || !isSigned(secret, PURPOSE, name, signature)) return false;
    return canaryStore.arrive(db.kysely, `canary.${name}`, clock.now());
  };
}

/** Those that are not there though it is time, with what the outbox says of each. */
export function missingCanaries(db: Reader, now: Instant) {
  return canaryStore.missing(db, { after: now - LOOKED_FOR, before: now - PATIENCE });
}

/** A chore. */
export async function forgetCanaries({ db, clock }: { db: Database; clock: Clock }): Promise<void> {
  await canaryStore.forget(db.kysely, clock.now() - KEPT);
}
