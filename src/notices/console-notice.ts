import { randomBytes } from 'node:crypto';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { Conflict } from '../errors.ts';
import { requireStaff } from '../http/audience.ts';
import { languageOf, localPath } from '../http/language.ts';
import { answerTo, once } from '../staff/idempotency.ts';
import { localInput } from '../time.ts';
import {
  actionOf,
  formGround,
  parseReading,
  posterAt,
  rehearse,
  showForm,
  troubleOf,
  withMoreRows,
} from './console-form.ts';
import { type Draft, findDraft, openNotice, saveDraft } from './draft.ts';
import { type Fields, type FormGround, fieldsOf, readNotice, writtenIn } from './form.ts';
import { fieldsFromBody } from './form-fill.ts';
import { foundNotice } from './found.ts';
import type { AlsoInTransaction, NoticeGround } from './ground.ts';
import { type NoticeInput, parseNotice } from './input.ts';
import type { Notice } from './notice.ts';
import type { NoticeFacts } from './open.ts';
import { nextPhases } from './phases.ts';
import type { Poster } from './poster.ts';
import { publishNotice } from './publish.ts';
import { PHASE_WORDS } from './words.ts';

const audience = { who: 'staff', may: 'notice:draft' } as const;

/** A new notice in the console: written, kept, looked at, published. */
export function consoleNoticeRoutes(app: FastifyInstance, ground: NoticeGround): void {
  app.get('/console/notices/new', { config: { audience } }, (request, reply) => {
    const { kind } = request.query as { kind?: unknown };
    return show(ground, request, reply, emptyFields(ground, kind === 'work' ? 'work' : 'fault'));
  });

  app.post('/console/notices', { config: { audience } }, (request, reply) => submitted(ground, request, reply));

  app.get('/console/notices/:id/edit', { config: { audience } }, async (request, reply) => {
    const { id } = request.params as { id: string };
    const notice = await foundNotice(ground, id);
    if (notice.reports.length > 0) return reply.redirect(to(request, `/console/notices/${id}/report`), 303);
    const draft = await findDraft(ground, id);
    const fields = { ...emptyFields(ground, notice.kind), ...draftFields(draft, ground.operator.timeZone) };
    const current = { ...fields, kind: notice.kind, version: String(draft?.version ?? 0) };
    return show(ground, request, reply, current, { id, draft });
  });

  app.post('/console/notices/:id/edit', { config: { audience } }, async (request, reply) => {
    const { id } = request.params as { id: string };
    return submitted(ground, request, reply, (await foundNotice(ground, id)).id);
  });
}

function emptyFields(ground: NoticeGround, kind: 'fault' | 'work'): Fields {
  return {
    kind,
    phase: kind === 'work' ? 'plan' : 'first',
    once: randomBytes(12).toString('hex'),
    mail: 'on',
    ...(kind === 'fault' ? { recognisedAt: localInput(ground.clock.now(), ground.operator.timeZone) } : {}),
  };
}

/** The form's own words, or those of a program that left a draft. */
export function draftFields(draft: Draft | undefined, zone: string): Fields {
  const content = (draft?.content ?? {}) as { form?: Fields; api?: unknown };
  if (content.form) return content.form;
  return content.api === undefined ? {} : fieldsFromBody(content.api, zone);
}

async function submitted(ground: NoticeGround, request: FastifyRequest, reply: FastifyReply, edited?: string) {
  const fields = fieldsOf(request.body);
  const action = actionOf(request);
  const id = edited ?? (await openedBefore(ground, request, fields));
  const more = withMoreRows(fields, action, 3);
  if (more) return show(ground, request, reply, more, { id });
  if (action === 'publish' && edited === undefined && id !== undefined && (await isOut(ground, id))) {
    return reply.redirect(to(request, `/console/notices/${id}?published=1`), 303);
  }
  const context = await formGround(ground);
  const reading = readNotice(fields, context);
  const poster = posterAt(request);
  try {
    if (action === 'draft') {
      const kept = await keep(ground, request, fields, context, id);
      return reply.redirect(to(request, `/console/notices/${kept}/edit?saved=1`), 303);
    }
    const input = parseReading(reading, parseNotice);
    if (action === 'publish') {
      const published = await publish(ground, request, input, fields, id);
      return reply.redirect(to(request, `/console/notices/${published}?published=1`), 303);
    }
    const preview = await rehearse(ground, poster, (actor, also) =>
      publishNotice(ground, actor, input, { draftId: id, also }),
    );
    return show(ground, request, reply, fields, { id, outcome: { preview } });
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
  if (id !== undefined) return (await publishNotice(ground, poster, input, { draftId: id })).id;
  return openOnce(ground, request, fields, (also) => publishNotice(ground, poster, input, { also }));
}

async function isOut(ground: NoticeGround, id: string): Promise<boolean> {
  return (await foundNotice(ground, id)).reports.length > 0;
}

/** The number that a new form carries is as good as an idempotency key: sent twice, it opens one notice. */
function formKey(request: FastifyRequest, fields: Fields): { apiKey: string; key: string | undefined } {
  return { apiKey: `staff:${requireStaff(request).id}`, key: /^[0-9a-f]{24}$/.exec(fields.once ?? '')?.[0] };
}

/** The notice that this form opened when it was sent before: by a second click, or after going back. */
async function openedBefore(
  ground: NoticeGround,
  request: FastifyRequest,
  fields: Fields,
): Promise<string | undefined> {
  const { apiKey, key } = formKey(request, fields);
  if (key === undefined) return undefined;
  return (await answerTo(ground.db, apiKey, key))?.body as string | undefined;
}

async function openOnce(
  ground: NoticeGround,
  request: FastifyRequest,
  fields: Fields,
  act: (also: AlsoInTransaction) => Promise<Notice>,
): Promise<string> {
  const { apiKey, key } = formKey(request, fields);
  const call = { apiKey, idempotencyKey: key, request: key, now: ground.clock.now() };
  const { body } = await once(ground.db, call, async (remember) => {
    const notice = await act((tx, made) => remember(tx, { status: 303, body: made.id }));
    return { status: 303, body: notice.id };
  });
  return body as string;
}

async function keep(
  ground: NoticeGround,
  request: FastifyRequest,
  fields: Fields,
  context: FormGround,
  id: string | undefined,
): Promise<string> {
  const facts = looseFacts(fields, context);
  const form = writtenIn(fields);
  const poster = posterAt(request);
  if (id === undefined) {
    return openOnce(ground, request, fields, (also) => openNotice(ground, poster, facts, { form }, also));
  }
  await saveForm(ground, poster, id, fields, facts);
  return id;
}

/** Keeps a form as the draft of its notice. The same words twice, from a double click, are no conflict. @throws Conflict */
export async function saveForm(
  ground: NoticeGround,
  poster: Poster,
  id: string,
  fields: Fields,
  facts?: NoticeFacts,
): Promise<void> {
  const form = writtenIn(fields);
  try {
    await saveDraft(ground, poster, id, { form }, Number.parseInt(fields.version ?? '', 10) || 0, { facts });
  } catch (error) {
    const kept = error instanceof Conflict ? await findDraft(ground, id) : undefined;
    if (JSON.stringify(kept?.content) !== JSON.stringify({ form })) throw error;
  }
}

/** A draft may be wrong or half written; what can be read of it stands in the list of drafts. */
function looseFacts(fields: Fields, context: FormGround): NoticeFacts {
  const { body } = readNotice(fields, context);
  const at = (name: 'occurredAt' | 'recognisedAt') =>
    typeof body[name] === 'string' ? Date.parse(body[name]) : undefined;
  const window = body.planned as { from?: string; to?: string } | undefined;
  return {
    kind: body.kind as NoticeFacts['kind'],
    title: { ja: fields['title.ja']?.trim().slice(0, 120) || '（件名未入力）' },
    occurredAt: at('occurredAt'),
    approximate: body.approximate === true,
    recognisedAt: at('recognisedAt'),
    planned: window?.from && window.to ? { from: Date.parse(window.from), to: Date.parse(window.to) } : undefined,
  };
}

function show(
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
    theirs: conflict && draft ? draftFields(draft, ground.operator.timeZone)['body.ja'] : undefined,
    saved: 'saved' in (request.query as object),
    action: id === undefined ? '/console/notices' : `/console/notices/${id}/edit`,
    phases: nextPhases(kind, 'none').map((phase) => ({ value: phase, word: PHASE_WORDS[phase] })),
  };
  return showForm(ground, request, reply, { template: 'console/notice-form', fields, more }, outcome);
}

function to(request: FastifyRequest, path: string): string {
  return localPath(path, languageOf(request));
}
