import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { Forbidden, Invalid } from '../../errors.ts';
import { requireKey, requireStaff } from '../../http/audience.ts';
import { parse } from '../../http/forms.ts';
import { languageOf, localPath } from '../../http/language.ts';
import { page } from '../../http/views.ts';
import { mayDo } from '../../staff/permissions.ts';
import { isoTime } from '../../time.ts';
import { posterAt } from '../console/console-form.ts';
import { fieldsOf } from '../form/form.ts';
import { labelOf } from '../form/form-labels.ts';
import { foundNotice } from '../found.ts';
import type { NoticeGround } from '../ground.ts';
import { MEASURE_STATUSES } from '../report.ts';
import { knownDate, MEASURE_FIELD_WORDS, MEASURE_STATUS_WORDS } from '../wording/words.ts';
import { type FollowUpInput, followUp, followUpInput } from './follow-up.ts';
import { measureStore } from './measure-store.ts';
import { isOverdue, standingMeasures } from './progress.ts';

const params = z.object({ id: z.string().max(40), measure: z.string().max(20) });
const staff = { who: 'staff', may: 'notice:draft' } as const;

/** What became of the measures of a notice: by a program, and on a page of the console. */
export function measureRoutes(app: FastifyInstance, ground: NoticeGround): void {
  app.post(
    '/api/v1/notices/:id/measures/:measure/progress',
    {
      config: { audience: { who: 'key', scope: 'notices:write' } },
      schema: {
        tags: ['notices'],
        summary: 'Tell what became of a measure after its report',
        params,
        body: followUpInput,
        response: { 204: z.null() },
      },
    },
    async (request, reply) => {
      const { id, measure } = request.params as z.output<typeof params>;
      const { id: keyId, name } = requireKey(request);
      const poster = { kind: 'key' as const, id: keyId, name, mayPublish: true, mayBackfill: false };
      await followUp(ground, poster, { noticeId: id, measure }, request.body as FollowUpInput);
      return reply.code(204).send();
    },
  );

  app.get('/console/notices/:id/measures', { config: { audience: staff } }, (request, reply) =>
    show(ground, request, reply),
  );

  app.post('/console/notices/:id/measures', { config: { audience: staff } }, async (request, reply) => {
    const { id } = request.params as { id: string };
    const fields = fieldsOf(request.body);
    const said = (name: string) => fields[name]?.trim() || undefined;
    const ja = said('text.ja');
    const words = {
      date: said('date')?.normalize('NFKC').replaceAll('/', '-'),
      text: ja && { ja, en: said('text.en') },
    };
    try {
      const input = parse(followUpInput, { status: fields.status, ...words });
      await followUp(ground, posterAt(request), { noticeId: id, measure: fields.measure ?? '' }, input);
    } catch (error) {
      if (!(error instanceof Invalid) && !(error instanceof Forbidden)) throw error;
      const trouble = error instanceof Invalid ? { problems: error.problems } : { problems: [], message: error.text };
      return show(ground, request, reply, { fields, status: error instanceof Invalid ? 422 : 403, ...trouble });
    }
    return reply.redirect(localPath(`/console/notices/${id}/measures?told=1`, languageOf(request)), 303);
  });
}

async function show(
  ground: NoticeGround,
  request: FastifyRequest,
  reply: FastifyReply,
  trouble: { status?: number; fields?: object; problems?: object[]; message?: object } = {},
): Promise<FastifyReply> {
  const notice = await foundNotice(ground, (request.params as { id: string }).id);
  const progress = (await measureStore.ofNotices(ground.db.kysely, [notice.id])).get(notice.id) ?? [];
  const today = isoTime(ground.clock.now(), ground.operator.timeZone).slice(0, 10);
  const view = {
    notice,
    measures: standingMeasures(notice, progress).map((measure) => ({
      id: measure.id,
      text: measure.text,
      field: MEASURE_FIELD_WORDS[measure.field],
      status: MEASURE_STATUS_WORDS[measure.status],
      date: measure.date === undefined ? null : knownDate(measure.date),
      overdue: isOverdue(measure, today),
      progress: measure.progress.map((entry) => ({ ...entry, status: MEASURE_STATUS_WORDS[entry.status] })),
    })),
    statuses: MEASURE_STATUSES.map((value) => ({ value, word: MEASURE_STATUS_WORDS[value] })),
    mayPublish: mayDo(requireStaff(request).role, 'notice:publish'),
    told: 'told' in (request.query as object),
    fields: trouble.fields ?? { status: 'done' },
    problems: trouble.problems ?? [],
    message: trouble.message,
    labelOf,
  };
  return page(request, reply, 'console/measures', view, trouble.status ?? 200);
}
