import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { Conflict, NotFound } from '../../errors.ts';
import { LONG_FORM_BYTES } from '../../http/kept-form.ts';
import { languageOf, localPath } from '../../http/language.ts';
import { correctReport } from '../correct.ts';
import { readCorrection } from '../form/form.ts';
import { fieldsFromReport } from '../form/form-fill.ts';
import type { Fields } from '../form/form-reader.ts';
import { foundNotice } from '../found.ts';
import type { AlsoInTransaction, NoticeGround } from '../ground.ts';
import { parseCorrection } from '../input.ts';
import type { Notice } from '../notice.ts';
import type { Poster } from '../poster.ts';
import type { Report } from '../report.ts';
import { noticeStore } from '../store.ts';
import { reportLook } from '../wording/report-look.ts';
import { posterAt, sentForm, showForm, troubleOf, withMoreRows } from './console-form.ts';
import { formGround, parseReading } from './read-form.ts';
import { rehearse } from './rehearse.ts';
import { askForCount } from './typed-count.ts';
import { documentOf } from './whole-preview.ts';

const audience = { who: 'staff', may: 'notice:draft' } as const;
/** A long text: whoever sent it though his session had ended sees it again. */
const written = { bodyLimit: LONG_FORM_BYTES, config: { audience: { ...audience, keeps: true } } } as const;

/** Corrections of reports that are out. */
export function consoleCorrectRoutes(app: FastifyInstance, ground: NoticeGround): void {
  app.get('/console/notices/:id/reports/:number/correct', { config: { audience } }, async (request, reply) => {
    const { notice, report } = await foundReport(ground, request);
    const fields = { ...fieldsFromReport(notice, report, ground.operator.timeZone), revision: String(report.revision) };
    return showCorrection(ground, request, reply, notice, report, fields);
  });

  app.post('/console/notices/:id/reports/:number/correct', written, async (request, reply) => {
    const { notice, report } = await foundReport(ground, request);
    return corrected(ground, request, reply, notice, report);
  });
}

async function foundReport(ground: NoticeGround, request: FastifyRequest) {
  const { id, number } = request.params as { id: string; number: string };
  const notice = await foundNotice(ground, id);
  const report = notice.reports.find((one) => String(one.number) === number);
  if (!report) throw new NotFound({ ja: 'この報は見つかりませんでした。', en: 'There is no such report.' });
  return { notice, report };
}

async function corrected(
  ground: NoticeGround,
  request: FastifyRequest,
  reply: FastifyReply,
  notice: Notice,
  report: Report,
) {
  const { fields, action } = sentForm(request);
  const more = withMoreRows(fields, action, 'report');
  if (more) return showCorrection(ground, request, reply, notice, report, more);
  const reading = readCorrection(fields, await formGround(ground));
  const poster = posterAt(request);
  try {
    const input = parseReading(reading, parseCorrection);
    const next = (Number.parseInt(fields.revision ?? '', 10) || 0) + 1;
    const act = (actor: Poster, also: AlsoInTransaction, stage: NoticeGround) =>
      correctReport(stage, actor, notice.id, report.number, input, also);
    const rehearsal = () => rehearse(ground, poster, act, report.number);
    if (action === 'publish') {
      if (poster.mayPublish) await askForCount(ground, notice.kind, fields, rehearsal);
      await correctReport(ground, poster, notice.id, report.number, input, (_tx, after) =>
        sameRevision(after, report.number, next),
      );
      return reply.redirect(to(request, `/console/notices/${notice.id}?published=1`), 303);
    }
    const preview = await rehearsal();
    const alone = await documentOf(ground, reply, preview, action);
    return alone ?? (await showCorrection(ground, request, reply, notice, report, fields, { preview }));
  } catch (error) {
    const trouble = troubleOf(error, reading.place);
    const { notice: now, report: newest } = await foundReport(ground, request);
    const current = trouble.status === 409 ? { ...fields, revision: String(newest.revision) } : fields;
    return showCorrection(ground, request, reply, now, newest, current, { trouble });
  }
}

function sameRevision(after: Notice, number: number, expected: number): Promise<void> {
  const made = after.reports.find((report) => report.number === number);
  if (made?.revision === expected) return Promise.resolve();
  throw new Conflict({
    ja: 'この画面を開いたあとに、この報はほかの担当者が訂正しました。内容を確認してからもう一度公開してください。',
    en: 'Somebody else corrected this report after you opened this form. Read it, then publish again.',
  });
}

async function showCorrection(
  ground: NoticeGround,
  request: FastifyRequest,
  reply: FastifyReply,
  notice: Notice,
  report: Report,
  fields: Fields,
  outcome: Parameters<typeof showForm>[4] = {},
) {
  const more = {
    notice,
    kind: notice.kind,
    action: `/console/notices/${notice.id}/reports/${report.number}/correct`,
    previous: reportLook(notice, report, await noticeStore.names(ground.db.kysely), ground.operator.timeZone),
  };
  return showForm(ground, request, reply, { template: 'console/correct-form', fields, more }, outcome);
}

function to(request: FastifyRequest, path: string): string {
  return localPath(path, languageOf(request));
}
