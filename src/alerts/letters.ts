import type { Tx } from '../db/open.ts';
import type { FanoutsTable } from '../db/tables/alerts.ts';
import { ensureLetter, hasLetter } from '../mail/outbox.ts';
import type { Language } from '../time.ts';
import { type FanoutPlan, listHeaders } from './enqueue.ts';
import type { AlertGround } from './expand.ts';
import type { ReportRef } from './publication.ts';

/** Which letter carries a report to somebody whose last mail on it was this one. */
export type LetterChoice = (language: Language, last: ReportRef | undefined) => Promise<string>;

/**
 * The letters of one publication. Whoever has had a mail on this notice gets one in which the changes since that mail are marked:
 * one letter for each report that somebody had last, made when the first such reader comes. There are as many as reports were
 * mailed before, however many people read them.
 */
export function lettersOf(ground: AlertGround, tx: Tx, fanout: FanoutsTable, plan: FanoutPlan): LetterChoice {
  const known = new Map<string, string>();
  return async (language, last) => {
    const plain = plan.letters[language];
    if (!last) return plain;
    const id = `${fanout.id}.${language}.since-${last.number}-${last.revision}`;
    const found = known.get(id) ?? (await find(ground, tx, fanout, plan, { id, language, last })) ?? plain;
    known.set(id, found);
    return found;
  };
}

async function find(
  ground: AlertGround,
  tx: Tx,
  fanout: FanoutsTable,
  plan: FanoutPlan,
  { id, language, last }: { id: string; language: Language; last: ReportRef },
): Promise<string | undefined> {
  if (await hasLetter(tx, id)) return id;
  const wanted = { number: fanout.report_number, revision: fanout.revision };
  const texts = await ground.letterSince(tx, fanout.notice_id, wanted, last);
  if (!texts) return undefined;
  const about = { noticeId: fanout.notice_id, reportNumber: fanout.report_number, phase: plan.phase };
  const headers = listHeaders(about, new URL(ground.publicUrl).hostname);
  await ensureLetter(tx, { id, ...texts[language], headers }, ground.clock.now());
  return id;
}
