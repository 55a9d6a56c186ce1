import { Conflict, NotFound } from '../../errors.ts';
import { record } from '../../staff/audit.ts';
import type { AlsoInTransaction, NoticeGround } from '../ground.ts';
import type { Notice } from '../notice.ts';
import { type NoticeFacts, openDraftNotice, rewriteDraftNotice } from '../open.ts';
import type { Poster } from '../poster.ts';
import { type Draft, noticeStore } from '../store.ts';
import { draftingStore } from './drafting-store.ts';

export type { Draft } from '../store.ts';

/** Opens a notice that nobody outside sees yet and keeps what was written so far. */
export async function openNotice(
  ground: NoticeGround,
  poster: Poster,
  input: NoticeFacts,
  content: unknown,
  also?: AlsoInTransaction,
): Promise<Notice> {
  return ground.db.transaction(async (tx) => {
    const noticeId = await openDraftNotice(ground, tx, poster, input, false);
    await noticeStore.saveDraft(tx, draftBy(ground, poster, noticeId, content), 0);
    const notice = await noticeStore.find(tx, noticeId);
    if (!notice) throw new Error('a notice vanished in its own transaction');
    await also?.(tx, notice);
    return notice;
  });
}

/**
 * Keeps what is being written for a notice, word for word. `expectedVersion` is the version that the writer had before him;
 * 0 where there was no draft. `facts` rewrites the notice's own facts while its first report is not out.
 * @throws Conflict where somebody else saved meanwhile: nobody's text is overwritten.
 */
export async function saveDraft(
  ground: NoticeGround,
  poster: Poster,
  noticeId: string,
  content: unknown,
  expectedVersion: number,
  options: { facts?: NoticeFacts | undefined; also?: AlsoInTransaction | undefined } = {},
): Promise<number> {
  return ground.db.transaction(async (tx) => {
    if (options.facts) await rewriteDraftNotice(ground, tx, noticeId, options.facts, false);
    const version = await noticeStore.saveDraft(tx, draftBy(ground, poster, noticeId, content), expectedVersion);
    if (version === undefined) {
      throw new Conflict({
        ja: 'ほかの担当者が先にこの下書きを保存しました。内容を確認してからもう一度保存してください。',
        en: 'Somebody else saved this draft first. Look at their text, then save again.',
      });
    }
    const notice = await noticeStore.find(tx, noticeId);
    if (notice) await options.also?.(tx, notice);
    return version;
  });
}

function draftBy(ground: NoticeGround, { id, name }: Poster, noticeId: string, content: unknown) {
  return { noticeId, content, savedAt: ground.clock.now(), savedBy: name, savedById: id };
}

export function findDraft(ground: Pick<NoticeGround, 'db'>, noticeId: string): Promise<Draft | undefined> {
  return noticeStore.draft(ground.db.kysely, noticeId);
}

/** Throws a draft away. What was written stands in the audit trail. @throws NotFound */
export async function discardDraft(ground: NoticeGround, poster: Poster, noticeId: string): Promise<void> {
  await ground.db.transaction(async (tx) => {
    const draft = await noticeStore.draft(tx, noticeId);
    if (!draft) throw new NotFound({ ja: 'この下書きはもうありません。', en: 'This draft is not there any more.' });
    await noticeStore.removeDraft(tx, noticeId);
    await draftingStore.forget(tx, noticeId);
    await record(tx, ground.clock.now(), poster, 'draft:discard', 'notice', noticeId, draft.content);
  });
}
