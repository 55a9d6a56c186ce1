import type { Reader } from '../../db/open.ts';
import type { DraftApprovalsTable } from '../../db/tables/notices.ts';
import { Conflict, Forbidden, NotFound } from '../../errors.ts';
import { record } from '../../staff/audit.ts';
import { rehearse } from '../console/rehearse.ts';
import { foundNotice } from '../found.ts';
import type { NoticeGround } from '../ground.ts';
import type { Poster } from '../poster.ts';
import { noticeStore } from '../store.ts';
import { findDraft } from './draft.ts';
import { draftingStore } from './drafting-store.ts';
import { fingerprintOf } from './fingerprint.ts';
import { otherText, publishDraft, readDraft } from './publish-draft.ts';

/** A second person's yes to a text, or that it is asked for. */
export type Approval = DraftApprovalsTable;

export function findApproval({ db }: { db: { kysely: Reader } }, noticeId: string): Promise<Approval | undefined> {
  return draftingStore.approval(db.kysely, noticeId);
}

/** The text that a draft holds now, as an approval names it. @throws Invalid, NotFound */
export async function textOfDraft(ground: NoticeGround, noticeId: string) {
  const notice = await foundNotice(ground, noticeId);
  const draft = await findDraft(ground, noticeId);
  if (!draft) throw new NotFound({ ja: '下書きはもうありません。', en: 'There is no draft any more.' });
  const read = await readDraft(ground, notice, draft);
  const phase = read.kind === 'notice' ? read.input.report.phase : read.input.phase;
  return { notice, draft, phase, fingerprint: fingerprintOf(noticeId, notice.reports.at(-1)?.number ?? 0, read.input) };
}

/** Asks for a second person's yes to the draft as it stands. Another text later needs another yes. @throws Invalid, Conflict */
export async function askApproval(
  ground: NoticeGround,
  poster: Poster & { id: string },
  noticeId: string,
  version: number,
): Promise<void> {
  await rehearse(ground, poster, (actor, also, stage) =>
    publishDraft(stage, actor, noticeId, { kept: { version }, also }),
  );
  const { fingerprint, draft } = await textOfDraft(ground, noticeId);
  if (draft.version !== version) throw otherText();
  const now = ground.clock.now();
  await ground.db.transaction(async (tx) => {
    const before = await draftingStore.approval(tx, noticeId);
    if (before?.fingerprint === fingerprint) return;
    await draftingStore.setApproval(tx, {
      ...{ notice_id: noticeId, fingerprint, asked_at: now, asked_by: poster.id, asked_by_name: poster.name },
      ...{ approved_at: null, approved_by: null, approved_by_name: null },
    });
    await record(tx, now, poster, 'report:ask-approval', 'notice', noticeId, undefined, { fingerprint, version });
  });
}

/**
 * Says yes to exactly the text that was shown.
 * @throws Forbidden for whoever wrote it or asked; Conflict where it is another text by now.
 */
export async function approveDraft(
  ground: NoticeGround,
  poster: Poster & { id: string },
  noticeId: string,
  seen: string,
): Promise<void> {
  const { fingerprint, draft } = await textOfDraft(ground, noticeId);
  const now = ground.clock.now();
  await ground.db.transaction(async (tx) => {
    await noticeStore.lock(tx, noticeId, now);
    const asked = await draftingStore.approval(tx, noticeId);
    const standing = (await noticeStore.draft(tx, noticeId))?.version;
    if (asked?.fingerprint !== seen || fingerprint !== seen || standing !== draft.version) {
      throw new Conflict({
        ja: '画面を開いたあとで文面が変更されました。新しい文面を確認してください。',
        en: 'The text was changed after you opened this page. Read the new one.',
      });
    }
    if (poster.id === asked.asked_by || poster.id === draft.savedById) {
      throw new Forbidden({
        ja: '自分が書いた、または依頼した文面は承認できません。ほかの担当者に依頼してください。',
        en: 'You cannot approve what you wrote or asked for. Ask somebody else.',
      });
    }
    await draftingStore.approve(tx, noticeId, { at: now, by: poster.id, name: poster.name });
    await record(tx, now, poster, 'report:approve', 'notice', noticeId, undefined, { fingerprint });
  });
}
