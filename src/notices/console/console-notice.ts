import { randomBytes } from 'node:crypto';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { LONG_FORM_BYTES } from '../../http/kept-form.ts';
import { languageOf, localPath } from '../../http/language.ts';
import { readSettings } from '../../staff/settings.ts';
import { DAY, localInput, parseLocalInput } from '../../time.ts';
import { askApproval } from '../drafts/approval.ts';
import { type Draft, findDraft } from '../drafts/draft.ts';
import { findSchedule, scheduleDraft } from '../drafts/schedule.ts';
import { readNotice } from '../form/form.ts';
import type { Fields } from '../form/form-reader.ts';
import { foundNotice } from '../found.ts';
import type { NoticeGround } from '../ground.ts';
import { type NoticeInput, parseNotice } from '../input.ts';
import { noticeState } from '../notice.ts';
import { nextPhases } from '../phases.ts';
import { publishNotice } from '../publish.ts';
import { noticeStore } from '../store.ts';
import { PHASE_WORDS } from '../wording/words.ts';
import { differences, draftFields, keep, openedBefore, openOnce, versionIn } from './console-draft.ts';
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

/** A new notice in the console: written, kept, looked at, published. */
export function consoleNoticeRoutes(app: FastifyInstance, ground: NoticeGround): void {
  app.get('/console/notices/new', { config: { audience } }, (request, reply) => {
    const { kind } = request.query as { kind?: unknown };
    return show(ground, request, reply, emptyFields(ground, kind === 'work' ? 'work' : 'fault'));
  });

  app.post('/console/notices', written, (request, reply) => submitted(ground, request, reply));

  app.get('/console/notices/:id/edit', { config: { audience } }, async (request, reply) => {
    const { id } = request.params as { id: string };
    const notice = await foundNotice(ground, id);
    if (notice.reports.length > 0) return reply.redirect(to(request, `/console/notices/${id}/report`), 303);
    const draft = await findDraft(ground, id);
    const fields = { ...emptyFields(ground, notice.kind), ...draftFields(draft, ground.operator.timeZone) };
    const current = { ...fields, kind: notice.kind, version: String(draft?.version ?? 0) };
    return show(ground, request, reply, current, { id, draft });
  });

  app.post('/console/notices/:id/edit', written, async (request, reply) => {
    const { id } = request.params as { id: string };
    return submitted(ground, request, reply, { edited: (await foundNotice(ground, id)).id });
  });
}

export function emptyFields(ground: NoticeGround, kind: 'fault' | 'work'): Fields {
  return {
    kind,
    phase: kind === 'work' ? 'plan' : 'first',
    once: randomBytes(12).toString('hex'),
    mail: 'on',
    ...(kind === 'fault' ? { recognisedAt: localInput(ground.clock.now(), ground.operator.timeZone) } : {}),
  };
}

/** @param about the draft that is edited, and what was sent where it is not word for word what the form says. */
export async function submitted(
  ground: NoticeGround,
  request: FastifyRequest,
  reply: FastifyReply,
  about: { edited?: string; sent?: ReturnType<typeof sentForm> } = {},
) {
  const { edited } = about;
  const { fields, action } = about.sent ?? sentForm(request);
  const id = edited ?? (await openedBefore(ground, request, fields));
  const more = withMoreRows(fields, action, 'notice');
  if (more) return show(ground, request, reply, more, { id });
  if (action === 'publish' && edited === undefined && id !== undefined && (await isOut(ground, id))) {
    return reply.redirect(to(request, `/console/notices/${id}?published=1`), 303);
  }
  const context = await formGround(ground);
  const filled = await suggested(ground, fields, action, context);
  if (filled) return show(ground, request, reply, filled, { id });
  const reading = readNotice(fields, context);
  const poster = posterAt(request);
  try {
    if (action === 'draft') {
      const kept = await keep(ground, request, fields, context, id);
      return reply.redirect(to(request, `/console/notices/${kept.id}/edit?saved=1`), 303);
    }
    const later = laterIn(ground, fields, action);
    const input = parseReading(reading, parseNotice, [...leftOpen(fields), ...later.problems]);
    const rehearsal = () =>
      rehearse(later.ground, poster, (actor, also, stage) => publishNotice(stage, actor, input, { draftId: id, also }));
    if (poster.mayPublish && later.goes) await askForCount(ground, input.kind, fields, rehearsal);
    if (action === 'schedule') {
      const kept = await keep(ground, request, fields, context, id);
      await scheduleDraft(ground, poster, kept.id, { publishAt: later.publishAt, version: kept.version });
      return reply.redirect(to(request, `/console/notices/${kept.id}?scheduled=1`), 303);
    }
    if (action === 'ask') {
      const kept = await keep(ground, request, fields, context, id);
      await askApproval(ground, poster, kept.id, kept.version);
      return reply.redirect(to(request, `/console/notices/${kept.id}/approval?done=asked`), 303);
    }
    if (action === 'publish') {
      const published = await publish(ground, request, input, fields, id);
      return reply.redirect(to(request, `/console/notices/${published}?published=1`), 303);
    }
    const preview = await rehearsal();
    const alone = await documentOf(ground, reply, preview, action);
    return alone ?? (await show(ground, request, reply, fields, { id, outcome: { preview } }));
  } catch (error) {
    const trouble = troubleOf(error, reading.place);
    const draft = trouble.status === 409 && id !== undefined ? await findDraft(ground, id) : undefined;
    // Whoever was told of the other's draft may go on from there.
    const current = draft ? { ...fields, version: String(draft.version) } : fields;
    return show(ground, request, reply, current, { id, draft, outcome: { trouble } });
  }
}

async function publish(
  ground: NoticeGround,
  request: FastifyRequest,
  input: NoticeInput,
  fields: Fields,
  id: string | undefined,
): Promise<string> {
  const poster = posterAt(request);
  const kept = { version: versionIn(fields) };
  if (id !== undefined) return (await publishNotice(ground, poster, input, { draftId: id, kept })).id;
  return openOnce(ground, request, fields, (also) => publishNotice(ground, poster, input, { also }));
}

async function isOut(ground: NoticeGround, id: string): Promise<boolean> {
  return (await foundNotice(ground, id)).reports.length > 0;
}

async function show(
  ground: NoticeGround,
  request: FastifyRequest,
  reply: FastifyReply,
  fields: Fields,
  about: { id?: string | undefined; draft?: Draft | undefined; outcome?: Parameters<typeof showForm>[4] } = {},
) {
  const { id, draft, outcome } = about;
  const kind = fields.kind === 'work' ? 'work' : 'fault';
  const conflict = outcome?.trouble?.status === 409;
  const more = {
    kind,
    id,
    draft,
    schedule: id === undefined ? null : await findSchedule(ground, id),
    differences: conflict ? differences(fields, draft, ground.operator.timeZone) : [],
    saved: 'saved' in (request.query as object),
    action: id === undefined ? '/console/notices' : `/console/notices/${id}/edit`,
    roots: kind === 'fault' && id === undefined ? await rootChoices(ground) : [],
    late: kind === 'work' ? await lateBy(ground, fields) : null,
    phases: nextPhases(kind, 'none').map((phase) => ({ value: phase, word: PHASE_WORDS[phase] })),
  };
  return showForm(ground, request, reply, { template: 'console/notice-form', fields, more }, outcome);
}

/** Work that is announced later than settings want: the lead that it has and should have, in days. null where it is in time. */
async function lateBy(ground: NoticeGround, fields: Fields): Promise<{ lead: number; wanted: number } | null> {
  const from = parseLocalInput(fields['planned.from'] ?? '', ground.operator.timeZone);
  if (from === undefined) return null;
  const { workLeadDays: wanted } = await readSettings(ground.db.kysely);
  const lead = Math.floor((from - ground.clock.now()) / DAY);
  return lead < wanted ? { lead: Math.max(0, lead), wanted } : null;
}

/** Faults that are not explained yet: a new one may be another face of one of them, and then shares its three mails. */
async function rootChoices(ground: NoticeGround) {
  const now = ground.clock.now();
  return (await noticeStore.published(ground.db.kysely))
    .filter((notice) => notice.kind === 'fault' && noticeState(notice, now) !== 'closed')
    .slice(0, 30)
    .map(({ id, title }) => ({ value: id, word: title }));
}

function to(request: FastifyRequest, path: string): string {
  return localPath(path, languageOf(request));
}
