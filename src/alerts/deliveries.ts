import type { Reader } from '../db/open.ts';
import { alertStore } from './alert-store.ts';

/** What became of the mails of one slot and phase. `inDoubt`: handed over, but the answer was lost. */
export interface SlotDeliveries {
  slot: number;
  phase: string;
  queued: number;
  sending: number;
  sent: number;
  deferred: number;
  superseded: number;
  failed: number;
  skipped: number;
  inDoubt: number;
}

type Count = Exclude<keyof SlotDeliveries, 'slot' | 'phase'>;

/** How the mails on a notice fare, by slot. */
export async function deliveriesOf(db: Reader, noticeId: string): Promise<SlotDeliveries[]> {
  const slots = new Map<string, SlotDeliveries>();
  for (const row of await alertStore.tally(db, noticeId)) {
    const key = `${row.slot} ${row.phase}`;
    const slot = slots.get(key) ?? emptySlot(row.slot, row.phase);
    slot[countOf(row)] += Number(row.count);
    slots.set(key, slot);
  }
  return [...slots.values()].sort((a, b) => a.slot - b.slot || a.phase.localeCompare(b.phase));
}

function emptySlot(slot: number, phase: string): SlotDeliveries {
  return { slot, phase, queued: 0, sending: 0, sent: 0, deferred: 0, superseded: 0, failed: 0, skipped: 0, inDoubt: 0 };
}

function countOf(row: Awaited<ReturnType<typeof alertStore.tally>>[number]): Count {
  if (row.ended === 'superseded') return 'superseded';
  switch (row.state) {
    case 'queued':
      return Number(row.tried) === 1 ? 'deferred' : 'queued';
    case 'claimed':
    case 'handing':
      return 'sending';
    case 'sent':
      return 'sent';
    case 'in_doubt':
      return 'inDoubt';
    case 'failed':
      return 'failed';
    case 'cancelled':
    case 'expired':
    case 'no_budget':
      return 'skipped';
  }
}
