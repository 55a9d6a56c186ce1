import type { Database, Tx } from '../db/open.ts';
import type { FanoutsTable } from '../db/tables/alerts.ts';
import type { Instant, Language } from '../time.ts';
import { alertStore } from './alert-store.ts';
import type { FanoutPlan } from './enqueue.ts';

/** One revision of one report that is out, with the letter that was written for it. */
export interface Published extends Pick<FanoutsTable, 'id' | 'notice_id' | 'report_number' | 'revision'> {
  letters: Record<Language, string>;
}

/**
 * The oldest publication that has gone to no channel yet, locked for this transaction, in which the caller writes down whom it goes to and marks it
 * by `markSpread`: a crash leaves both or neither.
 */
export async function nextUnspread(tx: Tx, engine: Database['engine']): Promise<Published | undefined> {
  const row = await alertStore.takeUnspread(tx, engine);
  if (!row) return undefined;
  const { id, notice_id, report_number, revision } = row;
  return { id, notice_id, report_number, revision, letters: (JSON.parse(row.plan) as FanoutPlan).letters };
}

export function markSpread(tx: Tx, id: string, now: Instant): Promise<void> {
  return alertStore.markSpread(tx, id, now);
}
