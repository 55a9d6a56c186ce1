import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { Conflict } from '../../errors.ts';
import { requireStaff } from '../../http/audience.ts';
import { csrfToken } from '../../http/csrf.ts';
import { LONG_FORM_BYTES } from '../../http/kept-form.ts';
import { languageOf, localPath } from '../../http/language.ts';
import { discardDraft, findDraft } from '../drafts/draft.ts';
import { noteWriter } from '../drafts/presence.ts';
import { foundNotice } from '../found.ts';
import type { NoticeGround } from '../ground.ts';
import { keep, openedBefore, saveForm } from './console-draft.ts';
import { posterAt, sentForm } from './console-form.ts';
import { formGround } from './read-form.ts';

const audience = { who: 'staff', may: 'notice:draft' } as const;
const written = { bodyLimit: LONG_FORM_BYTES, config: { audience } } as const;

/** What a form says while somebody types in it (public/draft.js): saves, and who else is there. Answers are JSON. */
export function consoleSavingRoutes(app: FastifyInstance, ground: NoticeGround): void {
  app.post('/console/notices/autosave', written, async (request, reply) => {
    const { fields } = sentForm(request);
    return saved(ground, request, reply, await openedBefore(ground, request, fields));
  });

  app.post('/console/notices/:id/autosave', written, async (request, reply) => {
    const { id } = await foundNotice(ground, idOf(request));
    return saved(ground, request, reply, id);
  });

  app.post('/console/notices/:id/here', written, async (request, reply) => {
    const { id } = await foundNotice(ground, idOf(request));
    return answer(ground, request, reply, id);
  });

  app.post('/console/notices/:id/discard', { config: { audience } }, async (request, reply) => {
    await discardDraft(ground, posterAt(request), idOf(request));
    return reply.redirect(`${localPath('/console', languageOf(request))}#drafts`, 303);
  });

  // A page whose session was renewed in another window goes on with the new one's token. No other site can read this answer.
  app.get('/console/token', { config: { audience: { who: 'staff', may: null } } }, async (request, reply) =>
    reply.header('cache-control', 'no-store').send({ token: csrfToken(request) ?? '' }),
  );
}

async function saved(
  ground: NoticeGround,
  request: FastifyRequest,
  reply: FastifyReply,
  id: string | undefined,
): Promise<FastifyReply> {
  const { fields } = sentForm(request);
  try {
    const next = 'expected' in fields;
    if (id !== undefined && !next && (await foundNotice(ground, id)).reports.length > 0) throw publishedMeanwhile();
    if (id !== undefined && next) await saveForm(ground, posterAt(request), id, fields);
    if (id !== undefined && next) return await answer(ground, request, reply, id);
    const kept = await keep(ground, request, fields, await formGround(ground), id);
    return await answer(ground, request, reply, kept.id);
  } catch (error) {
    if (!(error instanceof Conflict)) throw error;
    return reply
      .code(409)
      .header('cache-control', 'no-store')
      .send({ message: error.text[languageOf(request)] });
  }
}

async function answer(ground: NoticeGround, request: FastifyRequest, reply: FastifyReply, id: string) {
  const draft = await findDraft(ground, id);
  return reply.header('cache-control', 'no-store').send({
    id,
    version: draft?.version ?? 0,
    savedBy: draft?.savedBy ?? null,
    edit: localPath(`/console/notices/${id}/edit`, languageOf(request)),
    others: await noteWriter(ground, id, requireStaff(request)),
  });
}

function publishedMeanwhile(): Conflict {
  return new Conflict({
    ja: 'この初報は、すでにほかの担当者が公開しました。',
    en: 'Somebody else has already published this first report.',
  });
}

function idOf(request: FastifyRequest): string {
  return (request.params as { id: string }).id;
}
