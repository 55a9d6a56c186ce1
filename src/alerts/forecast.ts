import type { Database, Reader } from '../db/open.ts';
import { alertStore } from './alert-store.ts';
import type { FanoutPlan } from './enqueue.ts';
import { decide } from './expand.ts';
import type { Publication } from './publication.ts';
import { type Recipient, recipients } from './recipients.ts';
import { concerns, type Slot, stillBroken } from './slot.ts';

/** Who would be mailed if this were published now. */
export interface Forecast {
  /** false: counted on a part of the addresses and scaled up. */
  exact: boolean;
  /** Addresses that may be mailed at all, and how many of them were asked one by one. */
  addresses: number;
  asked: number;
  /** Mails that would go, by the slot that they take. */
  slots: Record<Slot, number>;
  mailed: number;
  /** Concerned, but have had their mail of this kind: the page is all that they get. */
  noneLeft: number;
  /** Concerned, but their own server is still broken: their recovery comes with a later report. */
  later: number;
  /** Of those that would be mailed: how many have so many mails left on this notice afterwards. */
  left: Record<0 | 1 | 2, number>;
  /** Mails of an earlier report that still wait, and whose place this one takes. */
  replaced: number;
}

/**
 * So many are asked one by one. Ids are random, so the first of them are a fair sample of all: at 20,000 of a million a count of
 * 10,000 is right within 5 per cent, one of 1,000 within 20. Counting a million whole would hold the process for half a minute.
 */
const MOST = 20_000;
const CHUNK = 500;

/**
 * Asks the rules of the fan-out (expand.ts, slot.ts) for every address, and writes nothing.
 * @param most addresses asked one by one; beyond them the counts are estimates.
 */
export async function forecast(
  ground: { db: Database; alertsPerNotice: number },
  publication: Omit<Publication, 'texts'>,
  most = MOST,
): Promise<Forecast> {
  const db = ground.db.kysely;
  const counts = nothing();
  if (!publication.mail) return counts;
  counts.addresses = await alertStore.countReachable(db, publication.kind);
  for (let after = ''; counts.asked < most; ) {
    const found = await recipients(db, publication, { after, limit: CHUNK });
    await ask(ground, publication, found, counts);
    counts.asked += found.length;
    after = found.at(-1)?.id ?? '';
    if (found.length < CHUNK) return { ...counts, addresses: counts.asked };
  }
  return scaled(counts);
}

/** How many addresses may be mailed at all: no publication goes to more. */
export function reachable(db: Reader, kind: 'fault' | 'work'): Promise<number> {
  return alertStore.countReachable(db, kind);
}

async function ask(
  ground: { db: Database; alertsPerNotice: number },
  publication: Omit<Publication, 'texts'>,
  found: Recipient[],
  counts: Forecast,
): Promise<void> {
  if (found.length === 0) return;
  const limit = ground.alertsPerNotice;
  const keys = found.map((recipient) => recipient.emailKey);
  const holding = await alertStore.holding(ground.db.kysely, publication.rootId, keys);
  const plan: Pick<FanoutPlan, 'purpose' | 'phase' | 'all' | 'open'> = publication;
  const fanout = { mail: 1 as const, published_at: publication.publishedAt };
  for (const recipient of found) {
    const own = holding.filter((alert) => alert.emailKey === recipient.emailKey);
    const waiting = own.filter((alert) => alert.noticeId === publication.noticeId && alert.mailState === 'queued');
    const slot = decide(plan, fanout, recipient, own, waiting, limit);
    if (slot === 'withdrawn') counts.later++;
    else if (slot !== null) {
      counts.slots[slot]++;
      counts.mailed++;
      counts.replaced += waiting.length;
      const used = new Set([...own.filter((alert) => !waiting.includes(alert)).map((alert) => alert.slot), slot]);
      counts.left[Math.max(0, Math.min(2, limit - used.size)) as 0 | 1 | 2]++;
    } else if (concerns(recipient, publication.all)) {
      const waits = isRecovery(publication.purpose) && stillBroken(recipient, publication.open);
      if (waits) counts.later++;
      else counts.noneLeft++;
    }
  }
}

function isRecovery(purpose: Publication['purpose']): boolean {
  return purpose === 'recovery' || purpose === 'delay_cleared';
}

function nothing(): Forecast {
  const slots = { 1: 0, 2: 0, 3: 0 };
  const left = { 0: 0, 1: 0, 2: 0 };
  return { exact: true, addresses: 0, asked: 0, slots, mailed: 0, noneLeft: 0, later: 0, left, replaced: 0 };
}

/** To two digits: more would look as if it had been counted. */
function scaled(counts: Forecast): Forecast {
  const factor = counts.addresses / Math.max(1, counts.asked);
  const scale = (count: number) => Number((count * factor).toPrecision(2));
  const slots = { 1: scale(counts.slots[1]), 2: scale(counts.slots[2]), 3: scale(counts.slots[3]) };
  return {
    ...counts,
    exact: false,
    slots,
    mailed: slots[1] + slots[2] + slots[3],
    noneLeft: scale(counts.noneLeft),
    later: scale(counts.later),
    left: { 0: scale(counts.left[0]), 1: scale(counts.left[1]), 2: scale(counts.left[2]) },
    replaced: scale(counts.replaced),
  };
}
