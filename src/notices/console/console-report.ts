import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { LONG_FORM_BYTES } from '../../http/kept-form.ts';
import { languageOf, localPath } from '../../http/language.ts';
import { askApproval } from '../drafts/approval.ts';
import { findDraft } from '../drafts/draft.ts';
import { findSchedule, scheduleDraft } from '../drafts/schedule.ts';
import { readReport } from '../form/form.ts';
import { fieldsFromPlan, fieldsFromReport } from '../form/form-fill.ts';
import type { Fields } from '../form/form-reader.ts';
import { foundNotice } from '../found.ts';
import type { NoticeGround } from '../ground.ts';
import { mailedByDefault, parseReport } from '../input.ts';
import { isExplained, type Notice } from '../notice.ts';
import { nextPhases, PHASES, type Phase } from '../phases.ts';
import { publishReport } from '../publish.ts';
import { noticeStore } from '../store.ts';
import { impactLook, reportLook } from '../wording/report-look.ts';
import { PHASE_WORDS } from '../wording/words.ts';
import { phaseLinks } from './console-board.ts';
import { differences, draftFields, saveForm, versionIn } from './console-draft.ts';
import { posterAt, sentForm, showForm, troubleOf, withMoreRows } from './console-form.ts';
import { leftOpen } from './fill-form.ts';
import { laterIn } from './later.ts';
import { formGround, parseReading } from './read-form.ts';
import { rehearse } from './rehearse.ts';
import { suggested } from './suggest.ts';
import { askForCount } from './typed-count.ts';
import { documentOf } from './whole-preview.ts';

const audience = { who: 'staff', may: 'notice:draft' } as const;
/** A long text: whoever sent it though his session had ended sees it again. */
const written = { bodyLimit: LONG_FORM_BYTES, config: { audience: { ...audience, keeps: true } } } as const;

/** The next report of a notice. */
export function consoleReportRoutes(app: FastifyInstance, ground: NoticeGround): void {
  app.get('/console/notices/:id/report', { config: { audience } }, async (request, reply) => {
    const notice = await foundNotice(ground, (request.params as { id: string }).id);
    if (notice.reports.length === 0) return reply.redirect(to(request, `/console/notices/${notice.id}/edit`), 303);
    const draft = await findDraft(ground, notice.id);
    const asked = asPhase((request.query as { phase?: unknown }).phase);
    const fields = { ...nextFields(ground, notice, asked), ...draftFields(draft, ground.operator.timeZone) };
    if (asked) fields.phase = asked;
    fields.version = String(draft?.version ?? 0);
    return show(ground, request, reply, notice, fields);
  });

  app.post('/console/notices/:id/reports', written, async (request, reply) =>
    submitted(ground, request, reply, await foundNotice(ground, (request.params as { id: string }).id)),
  );
}

function asPhase(phase: unknown): Phase | undefined {
  return PHASES.find((known) => known === phase);
}

/** What stands from the report before: staff see it and change what changed. Expectations do not carry over. */
function nextFields(ground: NoticeGround, notice: Notice, asked: Phase | undefined): Fields {
  const last = notice.reports.at(-1);
  const phase = asked ?? phaseLinks(notice)[0]?.phase ?? 'update';
  const before = last ? fieldsFromReport(notice, last, ground.operator.timeZone) : {};
  const standing = Object.entries(before).filter(([name]) =>
    /^(cause|workaround|avoid|users|unaffected|emergencyCalls|causes|measures)\./.test(name),
  );
  return {
    ...Object.fromEntries(standing),
    ...(phase === 'extend' && notice.planned ? fieldsFromPlan(notice.planned, ground.operator.timeZone) : {}),
    phase,
    expected: String(last?.number ?? 0),
    ...(mailedByDefault(phase) ? { mail: 'on' } : {}),
  };
}

async function submitted(ground: NoticeGround, request: FastifyRequest, reply: FastifyReply, notice: Notice) {
  const { fields, action } = sentForm(request);
  const more = action === 'phase' ? otherPhase(fields) : withMoreRows(fields, action, 'report');
  if (more) return show(ground, request, reply, notice, more);
  const context = await formGround(ground);
  const filled = await suggested(ground, fields, action, context, notice);
  if (filled) return show(ground, request, reply, notice, filled);
  const reading = readReport(fields, context);
  const poster = posterAt(request);
  const expected = Number.parseInt(fields.expected ?? '', 10) || 0;
  try {
    if (action === 'draft') {
      await saveForm(ground, poster, notice.id, fields);
      return reply.redirect(to(request, `/console/notices/${notice.id}/report?saved=1`), 303);
    }
    const later = laterIn(ground, fields, action);
    const input = parseReading(reading, parseReport, [...leftOpen(fields), ...later.problems]);
    const kept = { version: versionIn(fields) };
    const rehearsal = () =>
      rehearse(later.ground, poster, (actor, also, stage) =>
        publishReport(stage, actor, notice.id, input, { also, expectedReports: expected, kept }),
      );
    if (poster.mayPublish && later.goes) await askForCount(ground, notice.kind, fields, rehearsal);
    if (action === 'schedule') {
      const version = await saveForm(ground, poster, notice.id, fields);
      await scheduleDraft(ground, poster, notice.id, { publishAt: later.publishAt, version });
      return reply.redirect(to(request, `/console/notices/${notice.id}?scheduled=1`), 303);
    }
    if (action === 'ask') {
      const version = await saveForm(ground, poster, notice.id, fields);
      await askApproval(ground, poster, notice.id, version);
      return reply.redirect(to(request, `/console/notices/${notice.id}/approval?done=asked`), 303);
    }
    if (action === 'publish') {
      await publishReport(ground, poster, notice.id, input, { expectedReports: expected, kept });
      return reply.redirect(to(request, `/console/notices/${notice.id}?published=1`), 303);
    }
    const preview = await rehearsal();
    const alone = await documentOf(ground, reply, preview, action);
    return alone ?? (await show(ground, request, reply, notice, fields, { preview }));
  } catch (error) {
    // Another report may have come in between: what is shown beside the text is the newest.
    return show(ground, request, reply, await foundNotice(ground, notice.id), fields, {
      trouble: troubleOf(error, reading.place),
    });
  }
}

/** Another kind of report has other fields, and is mailed or not by its own custom. */
function otherPhase(fields: Fields): Fields {
  const phase = asPhase(fields.phase);
  return { ...fields, mail: phase && mailedByDefault(phase) ? 'on' : '' };
}

async function show(
  ground: NoticeGround,
  request: FastifyRequest,
  reply: FastifyReply,
  notice: Notice,
  fields: Fields,
  outcome: Parameters<typeof showForm>[4] = {},
) {
  const names = await noticeStore.names(ground.db.kysely);
  const last = notice.reports.at(-1);
  const draft = await findDraft(ground, notice.id);
  const conflict = outcome.trouble?.status === 409;
  const more = {
    notice,
    kind: notice.kind,
    action: `/console/notices/${notice.id}/reports`,
    saved: 'saved' in (request.query as object),
    draft,
    schedule: await findSchedule(ground, notice.id),
    phases: nextPhases(notice.kind, last?.phase ?? 'none').map((phase) => ({ value: phase, word: PHASE_WORDS[phase] })),
    closed: isExplained(notice),
    told: notice.impacts.map((impact) => impactLook(impact, names)),
    open: notice.impacts.filter((impact) => impact.recoveredAt === null).map((impact) => impactLook(impact, names)),
    previous: last && reportLook(notice, last, names, ground.operator.timeZone),
    differences: conflict ? differences(fields, draft, ground.operator.timeZone) : [],
  };
  // Whoever was told of the other's report or draft may go on from there.
  const current = conflict
    ? { ...fields, expected: String(last?.number ?? 0), version: String(draft?.version ?? 0) }
    : fields;
  return showForm(ground, request, reply, { template: 'console/report-form', fields: current, more }, outcome);
}

function to(request: FastifyRequest, path: string): string {
  return localPath(path, languageOf(request));
}
