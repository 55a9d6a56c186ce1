import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { NotFound } from '../../errors.ts';
import { requireKey } from '../../http/audience.ts';
import { languageOf, localPath } from '../../http/language.ts';
import { isoTime } from '../../time.ts';
import { posterAt } from '../console/console-form.ts';
import { foundNotice } from '../found.ts';
import type { NoticeGround } from '../ground.ts';
import { moment } from '../input.ts';
import { findDraft } from './draft.ts';
import { findSchedule, type Schedule, scheduleDraft, takeBack } from './schedule.ts';

const params = z.object({ id: z.string().max(40) });
const answer = z.object({
  publishAt: z.string(),
  draftVersion: z.number().int(),
  setBy: z.string(),
  setAt: z.string(),
  failure: z.object({ ja: z.string(), en: z.string() }).nullable(),
});

/** A draft's time of publication: for programs, and the console's button that takes it back. */
export function scheduleRoutes(app: FastifyInstance, ground: NoticeGround): void {
  const zone = ground.operator.timeZone;
  const shown = ({ publishAt, draftVersion, setBy, setAt, failure }: Schedule) => ({
    ...{ publishAt: isoTime(publishAt, zone), draftVersion, setBy, setAt: isoTime(setAt, zone), failure },
  });
  const tags = ['notices'];
  const url = '/api/v1/notices/:id/schedule';
  const writes = { audience: { who: 'key', scope: 'notices:write' } } as const;

  app.put(
    url,
    {
      config: writes,
      schema: {
        ...{ tags, summary: 'Publish the draft of a notice, as it stands, at a later time', params },
        ...{ body: z.strictObject({ publishAt: moment }), response: { 200: answer } },
      },
    },
    async (request, reply) => {
      const { id } = await foundNotice(ground, idOf(request));
      const draft = await findDraft(ground, id);
      if (!draft) {
        throw new NotFound({ ja: 'このお知らせに下書きがありません。', en: 'This notice has no draft.' });
      }
      const { publishAt } = request.body as { publishAt: number };
      const set = await scheduleDraft(ground, keyAt(request), id, { publishAt, version: draft.version });
      return reply.header('cache-control', 'no-store').send(shown(set));
    },
  );

  app.get(
    url,
    {
      config: { audience: { who: 'key', scope: 'notices:read' } },
      schema: { tags, summary: 'When the draft of a notice is published', params, response: { 200: answer } },
    },
    async (request, reply) => {
      const set = await findSchedule(ground, idOf(request));
      if (!set) throw new NotFound({ ja: '公開の予定はありません。', en: 'Nothing is planned here.' });
      return reply.header('cache-control', 'no-store').send(shown(set));
    },
  );

  app.delete(
    url,
    {
      config: writes,
      schema: { tags, summary: 'Take the time of publication back', params, response: { 204: z.null() } },
    },
    async (request, reply) => {
      await takeBack(ground, keyAt(request), idOf(request));
      return reply.code(204).send();
    },
  );

  app.post(
    '/console/notices/:id/take-back',
    { config: { audience: { who: 'staff', may: 'notice:draft' } } },
    async (request, reply) => {
      const id = idOf(request);
      await takeBack(ground, posterAt(request), id);
      return reply.redirect(localPath(`/console/notices/${id}?taken-back=1`, languageOf(request)), 303);
    },
  );
}

function idOf(request: FastifyRequest): string {
  return (request.params as { id: string }).id;
}

function keyAt(request: FastifyRequest) {
  const { id, name } = requireKey(request);
  return { kind: 'key' as const, id, name, mayPublish: true, mayBackfill: false };
}
