import multipart from '@fastify/multipart';
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { Conflict, type FieldProblem, Forbidden, Invalid, type Message, NotFound } from '../../errors.ts';
import { requireKey, requireStaff } from '../../http/audience.ts';
import { safetyHeaders } from '../../http/headers.ts';
import { languageOf, localPath } from '../../http/language.ts';
import { page } from '../../http/views.ts';
import { mayDo } from '../../staff/permissions.ts';
import { isoTime } from '../../time.ts';
import { posterAt } from '../console/console-form.ts';
import { fieldsOf } from '../form/form.ts';
import type { Fields } from '../form/form-reader.ts';
import { foundNotice } from '../found.ts';
import type { NoticeGround } from '../ground.ts';
import { attach, publishAttachment, removeAttachment } from './attach.ts';
import { ATTACHMENT_KINDS, ATTACHMENT_LIMITS, type Attachment, attachmentPath, MEDIA_TYPES } from './attachment.ts';
import { attachmentStore } from './attachment-store.ts';
import { tooLarge } from './read-file.ts';
import { ATTACHMENT_KIND_WORDS } from './words.ts';

const staff = { who: 'staff', may: 'notice:draft' } as const;

/** What was sent with a multipart form: text fields in the body as other forms have them, the file beside it. */
interface Sent extends FastifyRequest {
  sentFile?: Buffer;
}

/** Diagrams and papers on a notice: for staff a page of the console, for programs the same by the API. */
export async function attachmentRoutes(app: FastifyInstance, ground: NoticeGround): Promise<void> {
  const base = '/console/notices/:id/attachments';
  app.get(base, { config: { audience: staff } }, (request, reply) => show(ground, request, reply));
  app.get(`${base}/:file`, { config: { audience: staff } }, (request, reply) => file(ground, request, reply));
  app.post(`${base}/:file/publish`, { config: { audience: staff } }, (request, reply) =>
    acted(ground, request, reply, (poster, id, one) => publishAttachment(ground, poster, id, one)),
  );
  app.post(`${base}/:file/remove`, { config: { audience: staff } }, (request, reply) =>
    acted(ground, request, reply, (poster, id, one) => removeAttachment(ground, poster, id, one)),
  );

  app.get(
    '/api/v1/notices/:id/attachments',
    { config: { audience: { who: 'key', scope: 'notices:read' } } },
    async (request) => {
      const { id } = await foundNotice(ground, idOf(request));
      const all = (await attachmentStore.ofNotices(ground.db.kysely, [id])).get(id) ?? [];
      return { attachments: all.filter((one) => one.removedAt === null).map((one) => attachmentJson(ground, one)) };
    },
  );

  await app.register(async (scope) => {
    await takeFiles(scope);
    scope.post(base, { config: { audience: staff } }, (request, reply) => sent(ground, request, reply));
    scope.post(
      '/api/v1/notices/:id/attachments',
      { config: { audience: { who: 'key', scope: 'notices:write' } } },
      async (request: Sent, reply) => {
        const { id: keyId, name } = requireKey(request);
        const poster = { kind: 'key', id: keyId, name, mayPublish: true, mayBackfill: false } as const;
        const said = saidOf(request.body as Fields | undefined);
        const { attachment, removed } = await attach(ground, poster, idOf(request), said, fileOf(request));
        return reply.code(201).send({ ...attachmentJson(ground, attachment), removed });
      },
    );
  });
}

/** One file in memory at most: what is larger is refused while it arrives. */
async function takeFiles(scope: FastifyInstance): Promise<void> {
  await scope.register(multipart, {
    attachFieldsToBody: 'keyValues',
    limits: { files: 1, fields: 20, fieldSize: 20_000, fileSize: ATTACHMENT_LIMITS.bytes, parts: 24, headerPairs: 50 },
    async onFile(this: FastifyRequest, part) {
      const bytes = await part.toBuffer();
      if (part.fieldname === 'file') (this as Sent).sentFile = bytes;
    },
  });
  scope.setErrorHandler((error: FastifyError) => {
    throw error.code === 'FST_REQ_FILE_TOO_LARGE' ? tooLarge() : error;
  });
}

async function sent(ground: NoticeGround, request: Sent, reply: FastifyReply): Promise<FastifyReply> {
  const fields = fieldsOf(request.body);
  try {
    const { removed } = await attach(ground, posterAt(request), idOf(request), saidOf(fields), fileOf(request));
    const told = removed.length > 0 ? `?removed=${encodeURIComponent(removed.slice(0, 10).join(' '))}` : '?added=1';
    return reply.redirect(localPath(`/console/notices/${idOf(request)}/attachments${told}`, languageOf(request)), 303);
  } catch (error) {
    return show(ground, request, reply, { fields, ...troubleOf(error) });
  }
}

async function acted(
  ground: NoticeGround,
  request: FastifyRequest,
  reply: FastifyReply,
  act: (poster: ReturnType<typeof posterAt>, noticeId: string, id: string) => Promise<void>,
): Promise<FastifyReply> {
  try {
    await act(posterAt(request), idOf(request), (request.params as { file: string }).file);
  } catch (error) {
    return show(ground, request, reply, { fields: {}, ...troubleOf(error) });
  }
  return reply.redirect(localPath(`/console/notices/${idOf(request)}/attachments`, languageOf(request)), 303);
}

interface Trouble {
  fields: Fields;
  status: number;
  problems: FieldProblem[];
  message?: Message;
}

function troubleOf(error: unknown): Omit<Trouble, 'fields'> {
  if (error instanceof Invalid) return { status: 422, problems: error.problems };
  if (error instanceof Forbidden) return { status: 403, problems: [], message: error.text };
  if (error instanceof NotFound) return { status: 404, problems: [], message: error.text };
  if (error instanceof Conflict) return { status: 409, problems: [], message: error.text };
  throw error;
}

async function show(ground: NoticeGround, request: FastifyRequest, reply: FastifyReply, trouble?: Trouble) {
  const notice = await foundNotice(ground, idOf(request));
  const all = (await attachmentStore.ofNotices(ground.db.kysely, [notice.id])).get(notice.id) ?? [];
  const query = request.query as { added?: unknown; removed?: unknown };
  const view = {
    notice,
    attachments: all.map((one) => ({
      ...one,
      word: ATTACHMENT_KIND_WORDS[one.kind],
      path: `/console${attachmentPath(one)}`,
      kilobytes: Math.ceil(one.size / 1024),
    })),
    kinds: ATTACHMENT_KINDS.map((value) => ({ value, word: ATTACHMENT_KIND_WORDS[value] })),
    megabytes: ATTACHMENT_LIMITS.bytes / 1024 / 1024,
    mayPublish: mayDo(requireStaff(request).role, 'notice:publish'),
    added: 'added' in query,
    removed: typeof query.removed === 'string' ? query.removed.slice(0, 200) : undefined,
    fields: trouble?.fields ?? {},
    problems: trouble?.problems ?? [],
    message: trouble?.message,
    labelOf,
  };
  return page(request, reply, 'console/attachments', view, trouble?.status ?? 200);
}

const LABELS: Record<string, Message> = {
  file: { ja: 'ファイル', en: 'File' },
  kind: { ja: '種類', en: 'What it is' },
  'alternative.ja': { ja: '図の説明（日本語）', en: 'What it shows, in Japanese' },
  'alternative.en': { ja: '図の説明（英語）', en: 'What it shows, in English' },
  replaces: { ja: '差し替えるもの', en: 'Takes the place of' },
};

function labelOf(field: string): Message {
  return LABELS[field] ?? { ja: field, en: field };
}

/** Staff see what waits, what is internal and what was taken off; the same file does as little here as on the public page. */
async function file(ground: NoticeGround, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const name = (request.params as { file: string }).file;
  const found = await attachmentStore.find(ground.db.kysely, idOf(request), name.replace(/\.[a-z]+$/, ''));
  const bytes = found && (await attachmentStore.bytes(ground.db.kysely, found.id));
  if (!found || !bytes) throw new NotFound();
  return reply
    .headers(safetyHeaders('file', request.server.secure))
    .header('cache-control', 'private, no-store')
    .header('content-disposition', found.extension === 'pdf' ? 'attachment' : 'inline')
    .type(MEDIA_TYPES[found.extension])
    .send(bytes);
}

function idOf(request: FastifyRequest): string {
  return (request.params as { id: string }).id;
}

function fileOf(request: Sent): Buffer {
  return request.sentFile ?? Buffer.alloc(0);
}

/** A form's fields as the act takes them; what is empty was not said. */
function saidOf(fields: Fields = {}): object {
  const { kind, replaces, internal } = fields;
  return {
    kind,
    alternative: {
      ja: fields['alternative.ja'] ?? '',
      ...(fields['alternative.en'] ? { en: fields['alternative.en'] } : {}),
    },
    ...(replaces ? { replaces } : {}),
    internal: internal === 'on' || internal === 'true',
  };
}

function attachmentJson(ground: NoticeGround, one: Attachment): object {
  const iso = (at: number | null) => (at === null ? null : isoTime(at, ground.operator.timeZone));
  return {
    id: one.id,
    kind: one.kind,
    type: MEDIA_TYPES[one.extension],
    url: one.internal ? null : `${ground.publicUrl}${attachmentPath(one)}`,
    alternative: one.alternative,
    size: one.size,
    sha256: one.sha256,
    width: one.width,
    height: one.height,
    version: one.version,
    replaces: one.seriesId === one.id ? null : one.seriesId,
    internal: one.internal,
    addedAt: iso(one.addedAt),
    publishedAt: iso(one.publishedAt),
  };
}
