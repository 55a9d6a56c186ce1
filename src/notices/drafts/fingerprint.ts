import { createHash } from 'node:crypto';
import type { Tx } from '../../db/open.ts';
import { Forbidden } from '../../errors.ts';
import { readSettings } from '../../staff/settings.ts';
import { draftingStore } from './drafting-store.ts';

/** What a second person says yes to: every word and fact of an input, on a notice that has so many reports. */
export function fingerprintOf(noticeId: string, reports: number, input: object): string {
  return createHash('sha256')
    .update(JSON.stringify([noticeId, reports, input]))
    .digest('hex');
}

/** @throws Forbidden where the settings want a second person's yes to a report of this phase, and nobody has given it to this very text. */
export async function mustBeApproved(
  tx: Tx,
  { noticeId, reports, phase, input }: { noticeId: string; reports: number; phase: string; input: object },
): Promise<void> {
  const { secondPersonFor } = await readSettings(tx);
  if (!(secondPersonFor as string[]).includes(phase)) return;
  const given = await draftingStore.approval(tx, noticeId);
  if (given && given.approved_at !== null && given.fingerprint === fingerprintOf(noticeId, reports, input)) return;
  throw new Forbidden(
    given && given.approved_at !== null
      ? {
          ja: '承認のあとで文面が変更されたか、別の報が公開されました。もう一度「承認を依頼する」を押してください。',
          en: 'The text was changed after it was approved, or another report came first. Ask for approval again.',
        }
      : {
          ja: 'この種別の報は、ほかの担当者の承認がないと公開できません。下書きを保存し、「承認を依頼する」を押してください。',
          en: 'A report of this kind needs somebody else’s approval. Save a draft and ask for it.',
        },
  );
}
