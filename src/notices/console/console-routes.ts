import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { deliveriesOf } from '../../alerts/deliveries.ts';
import { Conflict, type FieldProblem, Invalid, type Message, NotFound } from '../../errors.ts';
import { requireStaff } from '../../http/audience.ts';
import { languageOf, localPath } from '../../http/language.ts';
import { page } from '../../http/views.ts';
import { mayDo } from '../../staff/permissions.ts';
import { parseLocalInput } from '../../time.ts';
import { loadAlarms } from '../alarms/take-alarms.ts';
import { deliveryRoutes } from '../deliveries/delivery-routes.ts';
import { findApproval } from '../drafts/approval.ts';
import { approvalRoutes } from '../drafts/approval-routes.ts';
import { findDraft } from '../drafts/draft.ts';
import { findSchedule } from '../drafts/schedule.ts';
import { scheduleRoutes } from '../drafts/schedule-routes.ts';
import { fieldsOf } from '../form/form.ts';
import { labelOf } from '../form/form-labels.ts';
import type { Fields } from '../form/form-reader.ts';
import { foundNotice } from '../found.ts';
import type { ConsoleGround, NoticeGround } from '../ground.ts';
import type { Phase } from '../phases.ts';
import { recordPosting } from '../post.ts';
import { noticeStore } from '../store.ts';
import { notYetOn, postingLooks, surfacesOf } from '../surfaces.ts';
import { impactLook, reportLook } from '../wording/report-look.ts';
import { PHASE_WORDS } from '../wording/words.ts';
import { boardNow, clockFacts } from './board-now.ts';
import { boardEntry } from './console-board.ts';
import { consoleCorrectRoutes } from './console-correct.ts';
import { posterAt } from './console-form.ts';
import { consoleNoticeRoutes } from './console-notice.ts';
import { consoleReportRoutes } from './console-report.ts';
import { consoleSavingRoutes } from './console-saving.ts';
import { countdown } from './limit-look.ts';
import { quickRoutes } from './quick-routes.ts';
import { templateRoutes } from './template-routes.ts';

const audience = { who: 'staff', may: 'notice:draft' } as const;

/** The staff console of notices: what to do now, one notice. */
export function consoleRoutes(app: FastifyInstance, ground: ConsoleGround): void {
  app.get('/console', { config: { audience } }, async (request, reply) => {
    const now = await boardNow(ground);
    const seriousness = await ground.seriousness(now.notices);
    const view = { ...now, seriousness, mayAudit: mayDo(requireStaff(request).role, 'audit:read') };
    return page(request, reply, 'console/board', view);
  });

  // Where a form was sent to, read again: by the language switch, by a reload of the address.
  app.get('/console/notices', { config: { audience } }, (request, reply) =>
    reply.redirect(to(request, '/console'), 303),
  );
  app.get('/console/notices/:id/reports', { config: { audience } }, (request, reply) =>
    reply.redirect(to(request, `/console/notices/${(request.params as { id: string }).id}/report`), 303),
  );

  templateRoutes(app, ground);
  quickRoutes(app, ground);
  consoleNoticeRoutes(app, ground);
  consoleReportRoutes(app, ground);
  consoleSavingRoutes(app, ground);
  consoleCorrectRoutes(app, ground);
  scheduleRoutes(app, ground);
  approvalRoutes(app, ground);
  deliveryRoutes(app, ground);

  app.get('/console/notices/:id', { config: { audience } }, (request, reply) => showNotice(ground, request, reply));

  app.get('/console/notices/:id/postings', { config: { audience } }, (request, reply) =>
    reply.redirect(to(request, `/console/notices/${(request.params as { id: string }).id}`), 303),
  );
  app.post('/console/notices/:id/postings', { config: { audience } }, (request, reply) =>
    posted(ground, request, reply),
  );
}

/** What was just done, as the address says after it. */
const DONE = ['published', 'scheduled', 'taken-back'] as const;

interface PostingForm {
  fields: Fields;
  problems: FieldProblem[];
  message?: Message;
  status: number;
}

async function showNotice(ground: ConsoleGround, request: FastifyRequest, reply: FastifyReply, form?: PostingForm) {
  const { id } = request.params as { id: string };
  const notice = await foundNotice(ground, id);
  const db = ground.db.kysely;
  const names = await noticeStore.names(db);
  const revisions = await noticeStore.revisions(db, id);
  const draft = await findDraft(ground, id);
  const alarms = (await loadAlarms(db, [id])).get(id) ?? [];
  const facts = await clockFacts(ground, draft, alarms);
  const postings = (await noticeStore.postings(db, [id])).get(id) ?? [];
  const surfaces = surfacesOf(facts.settings.surfaces);
  const view = {
    entry: boardEntry(notice, facts),
    alarms,
    notice,
    impacts: notice.impacts.map((impact) => impactLook(impact, names)),
    reports: notice.reports
      .map((report) => ({
        ...reportLook(notice, report, names, ground.operator.timeZone),
        before: revisions
          .filter((one) => one.number === report.number && one.revision < report.revision)
          .map((one) => reportLook(notice, one, names, ground.operator.timeZone))
          .reverse(),
      }))
      .reverse(),
    draft,
    schedule: await findSchedule(ground, id),
    approval: await findApproval(ground, id),
    now: facts.now,
    ...countdown(facts.settings),
    done: DONE.find((one) => one in (request.query as object)),
    serious: (await ground.seriousness([notice])).get(id),
    deliveries: (await deliveriesOf(db, id)).map((slot) => ({ ...slot, word: PHASE_WORDS[slot.phase as Phase] })),
    postings: postingLooks(notice, postings, surfaces),
    surfaces,
    missing: notYetOn(notice, postings, surfaces),
    mayPublish: mayDo(requireStaff(request).role, 'notice:publish'),
    mayAudit: mayDo(requireStaff(request).role, 'audit:read'),
    fields: form?.fields ?? {},
    problems: form?.problems ?? [],
    message: form?.message,
    labelOf,
  };
  return page(request, reply, 'console/notice', view, form?.status ?? 200);
}

async function posted(ground: ConsoleGround, request: FastifyRequest, reply: FastifyReply) {
  const { id } = request.params as { id: string };
  const fields = fieldsOf(request.body);
  try {
    await recordPosting(ground, posterAt(request), id, readPosting(fields, ground));
  } catch (error) {
    if (error instanceof Invalid) {
      return showNotice(ground, request, reply, { fields, problems: error.problems, status: 422 });
    }
    if (error instanceof Conflict || error instanceof NotFound) {
      const status = error instanceof Conflict ? 409 : 404;
      return showNotice(ground, request, reply, { fields, problems: [], message: error.text, status });
    }
    throw error;
  }
  return reply.redirect(to(request, `/console/notices/${id}#postings`), 303);
}

/** @throws Invalid */
function readPosting(fields: Fields, ground: NoticeGround) {
  const problems: FieldProblem[] = [];
  const surface = fields.surface?.trim() ?? '';
  if (!/^[a-z][a-z0-9_]{0,39}$/.test(surface)) {
    problems.push({
      field: 'surface',
      ja: '掲載先は press のように、英小文字で始まる半角英数字と「_」40文字以内で入力してください。',
      en: 'Name the surface in up to 40 lower-case letters, digits and _, such as press.',
    });
  }
  const postedAt = parseLocalInput(fields.postedAt ?? '', ground.operator.timeZone);
  const known = fields.known ?? 'minute';
  if (postedAt === undefined && known !== 'nothing') {
    problems.push({ field: 'postedAt', ja: '掲載した日時を入力してください。', en: 'Enter when it was posted.' });
  } else if (postedAt !== undefined && postedAt > ground.clock.now()) {
    problems.push({ field: 'postedAt', ja: '掲載の日時が未来です。', en: 'This time is in the future.' });
  }
  if (problems.length > 0) throw new Invalid(problems);
  const note = fields.note?.trim().slice(0, 500) || undefined;
  return {
    reportNumber: Number(fields.reportNumber),
    surface,
    postedAt: known === 'nothing' ? undefined : postedAt,
    dayOnly: known === 'day',
    approximate: fields.approximate === 'on',
    note,
  };
}

function to(request: FastifyRequest, path: string): string {
  return localPath(path, languageOf(request));
}
