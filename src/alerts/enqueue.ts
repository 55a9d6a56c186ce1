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
  planned?: { from: Instant; to: Instant } | null;
  letters: Record<Language, string>;
}

/**
 * What receivers sort and judge mailings by, the same for everybody who gets this report. Feedback-ID goes from the particular to
 * the sender, as Gmail's feedback loop reads it.
 */
export function listHeaders(
  { noticeId, reportNumber, phase }: Pick<Publication, 'noticeId' | 'reportNumber' | 'phase'>,
  host: string,
): Record<string, string> {
  return { 'List-Id': `<notices.${host}>`, 'Feedback-ID': `${noticeId}-${reportNumber}:${phase}:alerts:${host}` };
}

/**
 * Writes a publication's work into the outbox: one row and two letters, however many people will be mailed. It runs in the
 * transaction of the publication, so that either both are there or neither.
 */
export async function enqueuePublication(tx: Tx, publication: Publication, host: string, now: Instant): Promise<void> {
  const id = `${publication.noticeId}.${publication.reportNumber}.${publication.revision}`;
  const letters = { ja: `${id}.ja`, en: `${id}.en` };
  for (const language of ['ja', 'en'] as const) {
    const text = publication.texts[language];
    await addLetter(tx, { id: letters[language], ...text, headers: listHeaders(publication, host) }, now);
  }
  const plan: FanoutPlan = {
    kind: publication.kind,
    phase: publication.phase,
    purpose: publication.purpose,
    all: publication.all,
    open: publication.open,
    planned: publication.planned ?? null,
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
    spread_at: null,
  });
}
