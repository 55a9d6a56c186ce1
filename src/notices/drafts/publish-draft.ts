import { Conflict } from '../../errors.ts';
import { leftOpen } from '../console/fill-form.ts';
import { formGround, parseReading } from '../console/read-form.ts';
import { readNotice, readReport } from '../form/form.ts';
import { asSent } from '../form/form-fill.ts';
import type { Fields } from '../form/form-reader.ts';
import { foundNotice } from '../found.ts';
import type { NoticeGround } from '../ground.ts';
import { type NoticeInput, parseNotice, parseReport, type ReportInput } from '../input.ts';
import type { Notice } from '../notice.ts';
import type { Poster } from '../poster.ts';
import { type PublishOptions, publishNotice, publishReport } from '../publish.ts';
import { type Draft, findDraft } from './draft.ts';
import type { Kept } from './settle.ts';

/** What a draft says, as the acts take it. */
export type DraftInput = { kind: 'notice'; input: NoticeInput } | { kind: 'report'; input: ReportInput };

/** Reads what a person or a program left, as it would be read if it were sent now. @throws Invalid */
export async function readDraft(ground: NoticeGround, notice: Notice, draft: Draft): Promise<DraftInput> {
  const { form, api } = draft.content as { form?: Fields; api?: object };
  const isFirst = notice.reports.length === 0;
  if (!form) {
    const body = asSent({ ...api, publish: true }, ground.operator.timeZone);
    return isFirst ? { kind: 'notice', input: parseNotice(body) } : { kind: 'report', input: parseReport(body) };
  }
  const context = await formGround(ground);
  const open = leftOpen(form);
  return isFirst
    ? { kind: 'notice', input: parseReading(readNotice({ ...form, kind: notice.kind }, context), parseNotice, open) }
    : { kind: 'report', input: parseReading(readReport(form, context), parseReport, open) };
}

/**
 * Publishes what is kept, by the very acts that a form and a program call.
 * @throws Invalid, Forbidden; Conflict where it is another text by now, or another report came in between.
 */
export async function publishDraft(
  ground: NoticeGround,
  poster: Poster,
  noticeId: string,
  { kept, also }: PublishOptions & { kept: Kept },
): Promise<Notice> {
  const notice = await foundNotice(ground, noticeId);
  const draft = await findDraft(ground, noticeId);
  if (draft?.version !== kept.version) throw otherText();
  const read = await readDraft(ground, notice, draft);
  if (read.kind === 'notice') return publishNotice(ground, poster, read.input, { draftId: noticeId, kept, also });
  const expectedReports = notice.reports.at(-1)?.number ?? 0;
  return publishReport(ground, poster, noticeId, read.input, { kept, also, expectedReports });
}

export function otherText(): Conflict {
  return new Conflict({
    ja: '時刻を決めたあとで下書きが変更または破棄されたため、公開していません。内容を確認し、もう一度公開の日時を決めてください。',
    en: 'The draft was changed or thrown away after its time was set. Read it and set the time anew.',
  });
}
