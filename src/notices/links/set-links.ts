import { z } from 'zod';
import { type FieldProblem, Forbidden, Invalid, NotFound } from '../../errors.ts';
import { line, sentenceFor } from '../../http/forms.ts';
import { record } from '../../staff/audit.ts';
import type { NoticeGround } from '../ground.ts';
import type { Poster } from '../poster.ts';
import { noticeStore } from '../store.ts';
import { RELATIONS } from './link.ts';

const webPage = z
  .string()
  .max(2000)
  .refine(
    (text) => /^https?:$/.test(URL.parse(text)?.protocol ?? ''),
    sentenceFor('https:// で始まるページのURLを入力してください。', 'Give the URL of a page, beginning with https://.'),
  );

const link = z
  .strictObject({
    relation: z.enum(RELATIONS),
    notice: z.string().max(40).optional(),
    url: webPage.optional(),
    name: z.strictObject({ ja: line(80), en: line(80).optional() }).optional(),
  })
  .refine((one) => one.notice !== undefined || one.url !== undefined, {
    ...sentenceFor('お知らせの番号かURLを入力してください。', 'Give the number of a notice, or a URL.'),
    path: ['notice'],
  });

export const linksInput = z.strictObject({ links: z.array(link).max(20) });
export type LinksInput = z.output<typeof linksInput>;

/**
 * Says how a notice hangs together with others, all anew: it stands on the pages of both. Nobody is mailed.
 * @throws NotFound; Forbidden; Invalid naming the links that lead nowhere.
 */
export async function setLinks(
  ground: Pick<NoticeGround, 'db' | 'clock' | 'announce'>,
  poster: Poster,
  noticeId: string,
  { links }: LinksInput,
): Promise<void> {
  if (!poster.mayPublish) throw new Forbidden();
  await ground.db.transaction(async (tx) => {
    const now = ground.clock.now();
    const before = await noticeStore.find(tx, noticeId);
    if (!before || !(await noticeStore.lock(tx, noticeId, before.updatedAt))) throw new NotFound();
    const named = links.flatMap((one) => one.notice ?? []);
    const others = named.length === 0 ? [] : await noticeStore.byIds(tx, named);
    const known = new Set(others.filter((one) => one.firstPublishedAt !== null).map((one) => one.id));
    const problems = links.flatMap((one, index): FieldProblem[] => {
      const field = `links.${index}.notice`;
      if (one.notice === noticeId) return [{ field, ja: 'このお知らせ自身です。', en: 'This is the notice itself.' }];
      if (one.notice === undefined || known.has(one.notice)) return [];
      return [
        { field, ja: '公開済みのお知らせに、この番号はありません。', en: 'No published notice has this number.' },
      ];
    });
    if (problems.length > 0) throw new Invalid(problems);
    await noticeStore.update(tx, noticeId, { links: links.length > 0 ? JSON.stringify(links) : null });
    await record(tx, now, poster, 'notice:link', 'notice', noticeId, { links: before.links ?? [] }, { links });
    if (before.firstPublishedAt !== null) await noticeStore.nextEdition(tx, now);
  });
  ground.announce();
}
