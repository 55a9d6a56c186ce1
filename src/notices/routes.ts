import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { deliveriesOf } from '../alerts/deliveries.ts';
import type { Tx } from '../db/open.ts';
import { Invalid, NotFound } from '../errors.ts';
import { requireKey } from '../http/audience.ts';
import { once } from '../staff/idempotency.ts';
import { alarmRoutes } from './alarms/alarm-routes.ts';
import { correctReport } from './correct.ts';
import { openNotice, saveDraft } from './drafts/draft.ts';
import type { AlsoInTransaction, NoticeGround } from './ground.ts';
import {
  type CorrectionInput,
  correctionInput,
  moment,
  type NoticeInput,
  noticeInput,
  type ReportInput,
  reportInput,
} from './input.ts';
import type { Notice } from './notice.ts';
import { recordPosting } from './post.ts';
import type { Poster } from './poster.ts';
import { publishNotice, publishReport } from './publish.ts';
import { noticeStore } from './store.ts';
import { type NoticeJson, noticeJson, noticeJsonSchema } from './wording/json.ts';

const tags = ['notices'];
const noticeId = z.object({ id: z.string().max(40) });

/** The JSON API of notices, for programs with a key. */
export function noticeRoutes(app: FastifyInstance, ground: NoticeGround): void {
  alarmRoutes(app, ground);
  const answer = (notice: Notice) =>
    noticeJson(notice, { publicUrl: ground.publicUrl, zone: ground.operator.timeZone, now: ground.clock.now() });

  app.post(
    '/api/v1/notices',
    {
      config: { audience: { who: 'key', scope: 'notices:write' } },
      schema: {
        tags,
        summary: 'Open a notice and publish its first report, or keep it as a draft',
        body: noticeInput,
        response: { 201: noticeJsonSchema },
      },
    },
    (request, reply) =>
      create(ground, request, reply, answer, (also) => {
        const input = request.body as NoticeInput;
        return input.publish
          ? publishNotice(ground, posterOf(request), input, { also })
          : openNotice(ground, posterOf(request), input, { api: request.body }, also);
      }),
  );

  app.post(
    '/api/v1/notices/:id/reports',
    {
      config: { audience: { who: 'key', scope: 'notices:write' } },
      schema: {
        tags,
        summary: 'Publish the next report of a notice, or keep it as a draft',
        params: noticeId,
        body: reportInput,
        response: { 201: noticeJsonSchema },
      },
    },
    (request, reply) =>
      create(ground, request, reply, answer, async (also) => {
        const { id } = request.params as { id: string };
        const input = request.body as ReportInput;
        if (input.publish) return publishReport(ground, posterOf(request), id, input, { also });
        await found(ground, id);
        const draft = await noticeStore.draft(ground.db.kysely, id);
        await saveDraft(ground, posterOf(request), id, { api: request.body }, draft?.version ?? 0, { also });
        return found(ground, id);
      }),
  );

  app.post(
    '/api/v1/notices/:id/reports/:number/corrections',
    {
      config: { audience: { who: 'key', scope: 'notices:write' } },
      schema: {
        tags,
        summary: 'Correct a published report: a new revision with a reason',
        params: noticeId.extend({ number: z.coerce.number().int().min(1) }),
        body: correctionInput,
        response: { 201: noticeJsonSchema },
      },
    },
    (request, reply) =>
      create(ground, request, reply, answer, (also) => {
        const { id, number } = request.params as { id: string; number: number };
        return correctReport(ground, posterOf(request), id, number, request.body as CorrectionInput, also);
      }),
  );

  app.post(
    '/api/v1/notices/:id/postings',
    {
      config: { audience: { who: 'key', scope: 'notices:write' } },
      schema: {
        tags,
        summary: 'Record when a report appeared on a surface of somebody else, such as the press',
        params: noticeId,
        body: z.strictObject({
          reportNumber: z.number().int().min(1),
          surface: z.string().regex(/^[a-z][a-z0-9_]{0,39}$/),
          postedAt: moment.optional(),
          dayOnly: z.boolean().optional(),
          approximate: z.boolean().optional(),
          note: z.string().max(500).optional(),
        }),
        response: { 204: z.null() },
      },
    },
    async (request, reply) => {
      const { id } = request.params as { id: string };
      await recordPosting(ground, posterOf(request), id, request.body as Parameters<typeof recordPosting>[3]);
      return reply.code(204).send();
    },
  );

  app.get(
    '/api/v1/notices',
    {
      config: { audience: { who: 'key', scope: 'notices:read' } },
      schema: {
        tags,
        summary: 'Notices, newest first',
        querystring: z.object({ limit: z.coerce.number().int().min(1).max(200).default(50) }),
        response: { 200: z.object({ notices: z.array(noticeJsonSchema) }) },
      },
    },
    async (request, reply) => {
      const { limit } = request.query as { limit: number };
      const notices = await noticeStore.page(ground.db.kysely, { limit });
      return reply.header('cache-control', 'no-store').send({ notices: notices.map(answer) });
    },
  );

  app.get(
    '/api/v1/notices/:id',
    {
      config: { audience: { who: 'key', scope: 'notices:read' } },
      schema: { tags, summary: 'One notice', params: noticeId, response: { 200: noticeJsonSchema } },
    },
    async (request, reply) => {
      const notice = await found(ground, (request.params as { id: string }).id);
      return reply.header('cache-control', 'no-store').send(answer(notice));
    },
  );

  app.get(
    '/api/v1/notices/:id/deliveries',
    {
      config: { audience: { who: 'key', scope: 'notices:read' } },
      schema: {
        tags,
        summary: 'How the mails on a notice fare, by slot',
        params: noticeId,
        response: { 200: deliveriesSchema },
      },
    },
    async (request, reply) => {
      const notice = await found(ground, (request.params as { id: string }).id);
      const slots = await deliveriesOf(ground.db.kysely, notice.id);
      return reply.header('cache-control', 'no-store').send({ slots });
    },
  );
}

const count = z.number().int();
const deliveriesSchema = z.object({
  slots: z.array(
    z.object({
      slot: count,
      phase: z.string(),
      queued: count,
      sending: count,
      sent: count,
      deferred: count,
      superseded: count,
      failed: count,
      skipped: count,
      inDoubt: count,
    }),
  ),
});

/** Does it once for each Idempotency-Key and answers 201 with the notice. */
async function create(
  ground: NoticeGround,
  request: FastifyRequest,
  reply: FastifyReply,
  answerOf: (notice: Notice) => NoticeJson,
  act: (also: AlsoInTransaction) => Promise<Notice>,
): Promise<FastifyReply> {
  const { body } = await once(
    ground.db,
    {
      apiKey: requireKey(request).id,
      idempotencyKey: idempotencyKeyOf(request),
      request: [request.method, request.url, request.body],
      now: ground.clock.now(),
    },
    async (remember) => {
      const also = (tx: Tx, notice: Notice) => remember(tx, { status: 201, body: answerOf(notice) });
      return { status: 201, body: answerOf(await act(also)) };
    },
  );
  return reply.code(201).header('cache-control', 'no-store').send(body);
}

function idempotencyKeyOf(request: FastifyRequest): string | undefined {
  const key = request.headers['idempotency-key'];
  if (key === undefined) return undefined;
  if (typeof key === 'string' && /^[\x21-\x7e]{1,200}$/.test(key)) return key;
  throw new Invalid([
    {
      field: 'Idempotency-Key',
      ja: '1〜200文字の英数字・記号にしてください。',
      en: 'Use 1 to 200 printable ASCII characters.',
    },
  ]);
}

async function found(ground: NoticeGround, id: string): Promise<Notice> {
  const notice = await noticeStore.find(ground.db.kysely, id);
  if (!notice) throw new NotFound({ ja: 'このお知らせは見つかりませんでした。', en: 'There is no such notice.' });
  return notice;
}

function posterOf(request: FastifyRequest): Poster {
  const key = requireKey(request);
  return {
    kind: 'key',
    id: key.id,
    name: key.name,
    mayPublish: true,
    mayBackfill: key.scopes.includes('notices:backfill'),
  };
}
