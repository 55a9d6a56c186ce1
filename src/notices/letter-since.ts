import type { LetterSince } from '../alerts/publication.ts';
import type { NoticeGround } from './ground.ts';
import { letterGround } from './publish.ts';
import { noticeStore } from './store.ts';
import { letterFor } from './wording/letters.ts';

/**
 * The letter of a report for those whose last mail was another one: what that one did not say is marked. Both are published and
 * never change, so whoever writes it first writes it for all.
 */
export function letterSince(ground: Pick<NoticeGround, 'operator' | 'publicUrl'>): LetterSince {
  return async (tx, noticeId, wanted, before) => {
    const notice = await noticeStore.find(tx, noticeId);
    if (!notice) return undefined;
    const revisions = await noticeStore.revisions(tx, noticeId);
    const of = (ref: { number: number; revision: number }) =>
      revisions.find((report) => report.number === ref.number && report.revision === ref.revision);
    const [report, since] = [of(wanted), of(before)];
    if (!report || !since) return undefined;
    const facts = { notice, report, since, ...(await letterGround(ground, tx, noticeId)) };
    return { ja: letterFor(facts, 'ja'), en: letterFor(facts, 'en') };
  };
}
