import { NotFound } from '../errors.ts';
import type { NoticeGround } from './ground.ts';
import type { Notice } from './notice.ts';
import { noticeStore } from './store.ts';

/** @throws NotFound */
export async function foundNotice(ground: Pick<NoticeGround, 'db'>, id: string): Promise<Notice> {
  const notice = await noticeStore.find(ground.db.kysely, id);
  if (!notice) throw new NotFound({ ja: 'このお知らせは見つかりませんでした。', en: 'There is no such notice.' });
  return notice;
}
