import type { Tx } from '../db/open.ts';
import { addLetter } from '../mail/outbox.ts';
import type { Instant, Language } from '../time.ts';
import { alertStore } from './alert-store.ts';
import type { Publication } from './publication.ts';
import type { Scope } from './scope.ts';
import type { Purpose } from './slot.ts';

/** What fanouts.plan holds. */
export interface FanoutPlan {
  kind: 'fault' | 'work';
  phase: string;
  purpose: Purpose;
  all: Scope[];
  open: Scope[];
  letters: Record<Language, string>;
}

/**
 * Writes a publication's work into the outbox: one row and two letters, however many people will be mailed. It runs in the
 * transaction of the publication, so that either both are there or neither.
 */
export async function enqueuePublication(
  tx: Tx,
  publication: Publication,
  listId: string,
  now: Instant,
): Promise<void> {
  const id = `${publication.noticeId}.${publication.reportNumber}.${publication.revision}`;
  const letters = { ja: `${id}.ja`, en: `${id}.en` };
  for (const language of ['ja', 'en'] as const) {
    await addLetter(tx, { id: letters[language], ...publication.texts[language], headers: { 'List-Id': listId } }, now);
  }
  const plan: FanoutPlan = {
    kind: publication.kind,
    phase: publication.phase,
    purpose: publication.purpose,
    all: publication.all,
    open: publication.open,
    letters,
  };
  await alertStore.addFanout(tx, {
    id,
    notice_id: publication.noticeId,
    root_id: publication.rootId,
    report_number: publication.reportNumber,
    revision: publication.revision,
    published_at: publication.publishedAt,
    mail: publication.mail ? 1 : 0,
    plan: JSON.stringify(plan),
    stage: publication.mail ? 'expanding' : 'superseding',
    cursor: '',
    created_at: now,
    finished_at: null,
  });
}
