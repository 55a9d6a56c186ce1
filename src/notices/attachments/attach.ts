import { createHash, randomBytes } from 'node:crypto';
import { z } from 'zod';
import type { Tx } from '../../db/open.ts';
import { Conflict, Forbidden, Invalid, NotFound } from '../../errors.ts';
import { parse, prose } from '../../http/forms.ts';
import { record } from '../../staff/audit.ts';
import type { NoticeGround } from '../ground.ts';
import type { Poster } from '../poster.ts';
import { noticeStore } from '../store.ts';
import { ATTACHMENT_KINDS, ATTACHMENT_LIMITS, type Attachment } from './attachment.ts';
import { attachmentStore } from './attachment-store.ts';
import { readFile } from './read-file.ts';

type AttachmentGround = Pick<NoticeGround, 'db' | 'clock' | 'announce'>;

/** What is said about a file. `replaces` names the attachment whose place it takes. */
export const attachmentInput = z.strictObject({
  kind: z.enum(ATTACHMENT_KINDS),
  alternative: z.strictObject({
    ja: prose(ATTACHMENT_LIMITS.alternative),
    en: prose(ATTACHMENT_LIMITS.alternative).optional(),
  }),
  internal: z.boolean().default(false),
  replaces: z.string().max(40).optional(),
});

/**
 * Puts a file on a notice. By a publisher it is public at once where the notice is, else with its first report; an author's waits for
 * a publisher. The bytes are judged by what they are, never by the file's name.
 * @returns it, and what of a drawing was left out.
 * @throws Invalid naming each wrong field; NotFound; Conflict where the notice has enough files.
 */
export async function attach(
  ground: AttachmentGround,
  poster: Poster,
  noticeId: string,
  input: unknown,
  sent: Buffer,
): Promise<{ attachment: Attachment; removed: string[] }> {
  const { said, file } = bothOf(input, sent);
  const now = ground.clock.now();
  const attachment = await ground.db.transaction(async (tx) => {
    const notice = await lockedNotice(tx, noticeId);
    const present = (await attachmentStore.ofNotices(tx, [noticeId])).get(noticeId) ?? [];
    const replaced = said.replaces === undefined ? undefined : replacedBy(said.replaces, present);
    refuseTooMany(present);
    const id = randomBytes(8).toString('hex');
    const seriesId = replaced?.seriesId ?? id;
    const row = {
      id,
      notice_id: noticeId,
      kind: said.kind,
      extension: file.extension,
      alternative_ja: said.alternative.ja,
      alternative_en: said.alternative.en ?? null,
      size: file.bytes.length,
      sha256: createHash('sha256').update(file.bytes).digest('hex'),
      width: file.size?.width ?? null,
      height: file.size?.height ?? null,
      series_id: seriesId,
      version: 1 + Math.max(0, ...present.filter((one) => one.seriesId === seriesId).map((one) => one.version)),
      internal: said.internal ? (1 as const) : (0 as const),
      added_at: now,
      added_by: poster.name,
      published_at: poster.mayPublish ? now : null,
      removed_at: null,
    };
    await attachmentStore.add(tx, row, file.bytes);
    const { kind, extension, size, sha256 } = row;
    await record(tx, now, poster, 'attachment:add', 'notice', noticeId, undefined, {
      id,
      kind,
      extension,
      size,
      sha256,
    });
    if (notice.firstPublishedAt !== null && poster.mayPublish && !said.internal) await noticeStore.nextEdition(tx, now);
    return attachmentStore.find(tx, noticeId, id);
  });
  if (!attachment) throw new Error('an attachment vanished in its own transaction');
  ground.announce();
  return { attachment, removed: file.removed };
}

/** Shows an author's file to everybody. @throws Forbidden, NotFound, Conflict */
export async function publishAttachment(
  ground: AttachmentGround,
  poster: Poster,
  noticeId: string,
  id: string,
): Promise<void> {
  mustPublish(poster);
  await change(ground, noticeId, id, async (tx, attachment, now) => {
    if (!(await attachmentStore.publish(tx, attachment.id, now))) throw alreadyDone();
    await record(
      tx,
      now,
      poster,
      'attachment:publish',
      'notice',
      noticeId,
      { id, public: false },
      { id, public: true },
    );
  });
}

/** Takes a file off the page; its bytes stay for the record. @throws Forbidden, NotFound, Conflict */
export async function removeAttachment(
  ground: AttachmentGround,
  poster: Poster,
  noticeId: string,
  id: string,
): Promise<void> {
  await change(ground, noticeId, id, async (tx, attachment, now) => {
    if (attachment.publishedAt !== null) mustPublish(poster);
    if (!(await attachmentStore.remove(tx, attachment.id, now))) throw alreadyDone();
    await record(
      tx,
      now,
      poster,
      'attachment:remove',
      'notice',
      noticeId,
      { id, sha256: attachment.sha256 },
      undefined,
    );
  });
}

async function change(
  ground: AttachmentGround,
  noticeId: string,
  id: string,
  act: (tx: Tx, attachment: Attachment, now: number) => Promise<void>,
): Promise<void> {
  const now = ground.clock.now();
  await ground.db.transaction(async (tx) => {
    await lockedNotice(tx, noticeId);
    const attachment = await attachmentStore.find(tx, noticeId, id);
    if (!attachment) throw new NotFound({ ja: 'この添付は見つかりませんでした。', en: 'There is no such file here.' });
    await act(tx, attachment, now);
    await noticeStore.nextEdition(tx, now);
  });
  ground.announce();
}

/** Every wrong field at once: of what is said and of the file itself. */
function bothOf(input: unknown, sent: Buffer) {
  const problems = [];
  let said: z.output<typeof attachmentInput> | undefined;
  let file: ReturnType<typeof readFile> | undefined;
  try {
    said = parse(attachmentInput, input);
  } catch (error) {
    if (!(error instanceof Invalid)) throw error;
    problems.push(...error.problems);
  }
  try {
    file = readFile(sent);
  } catch (error) {
    if (!(error instanceof Invalid)) throw error;
    problems.push(...error.problems);
  }
  if (!said || !file) throw new Invalid(problems);
  return { said, file };
}

/** The row is the lock, and its new version makes every node print the notice's page again. The time of its news stays. */
async function lockedNotice(tx: Tx, noticeId: string) {
  const notice = await noticeStore.find(tx, noticeId);
  if (notice && (await noticeStore.lock(tx, noticeId, notice.updatedAt))) return notice;
  throw new NotFound({ ja: 'このお知らせは見つかりませんでした。', en: 'There is no such notice.' });
}

function replacedBy(id: string, present: Attachment[]): Attachment {
  const found = present.find((one) => one.id === id);
  if (found) return found;
  throw new Invalid([
    { field: 'replaces', ja: '差し替える添付が見つかりません。', en: 'The file to be replaced is not there.' },
  ]);
}

function refuseTooMany(present: Attachment[]): void {
  if (present.filter((one) => one.removedAt === null).length < ATTACHMENT_LIMITS.perNotice) return;
  throw new Conflict({
    ja: `添付は1件のお知らせに${ATTACHMENT_LIMITS.perNotice}個までです。使わないものを外してください。`,
    en: `A notice holds ${ATTACHMENT_LIMITS.perNotice} files. Take one off first.`,
  });
}

function mustPublish(poster: Poster): void {
  if (poster.mayPublish) return;
  throw new Forbidden({
    ja: '公開ページの添付を変える権限がありません。公開担当者に依頼してください。',
    en: 'You may not change files that everybody sees. Ask a publisher.',
  });
}

function alreadyDone(): Conflict {
  return new Conflict({ ja: 'すでにほかの担当者が行いました。', en: 'Somebody else has already done this.' });
}
