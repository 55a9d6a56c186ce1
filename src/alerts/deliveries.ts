import type { Reader } from '../db/open.ts';
import type { MailState } from '../db/tables/mail.ts';
import { type AlertEnding, alertStore } from './alert-store.ts';
import { housekeepingStore } from './housekeeping-store.ts';

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

/** How the mails on a notice fare, by slot; of those of long ago only counts are kept. */
export async function deliveriesOf(db: Reader, noticeId: string): Promise<SlotDeliveries[]> {
  const slots = new Map<string, SlotDeliveries>();
  const add = (slot: number, phase: string, outcome: Count, count: number) => {
    const found = slots.get(`${slot} ${phase}`) ?? emptySlot(slot, phase);
    found[outcome] += count;
    slots.set(`${slot} ${phase}`, found);
  };
  for (const row of await alertStore.tally(db, noticeId)) {
    add(row.slot, row.phase, outcomeOf({ ...row, tried: Number(row.tried) === 1 }), Number(row.count));
  }
  for (const row of await housekeepingStore.counts(db, noticeId)) {
    add(row.slot, row.phase, row.outcome as Count, Number(row.count));
  }
  return [...slots.values()].sort((a, b) => a.slot - b.slot || a.phase.localeCompare(b.phase));
}

function emptySlot(slot: number, phase: string): SlotDeliveries {
  return { slot, phase, queued: 0, sending: 0, sent: 0, deferred: 0, superseded: 0, failed: 0, skipped: 0, inDoubt: 0 };
}

/** What became of one alert, in the words of the answer. */
export function outcomeOf(row: { ended: AlertEnding | null; state: MailState; tried: boolean }): Count {
  if (row.ended === 'superseded') return 'superseded';
  switch (row.state) {
    case 'queued':
      return row.tried ? 'deferred' : 'queued';
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
