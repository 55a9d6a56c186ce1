import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { loadNames } from '../../catalogue/read.ts';
import { type FieldProblem, Invalid } from '../../errors.ts';
import { requireStaff } from '../../http/audience.ts';
import { parse, prose } from '../../http/forms.ts';
import { languageOf, localPath } from '../../http/language.ts';
import { page } from '../../http/views.ts';
import { posterAt } from '../../notices/console/console-form.ts';
import { fieldsOf } from '../../notices/form/form.ts';
import type { Fields } from '../../notices/form/form-reader.ts';
import { mayDo } from '../../staff/permissions.ts';
import { loadAccident } from '../accidents.ts';
import { thresholdWords } from '../criteria/words.ts';
import type { RegulatorGround } from '../ground.ts';
import { decideSerious, decisionsOn, thresholdsOf } from './serious.ts';

const decisionForm = z.object({
  decision: z.enum(['promote', 'leave']),
  reason: z.preprocess((text) => (text === '' ? null : text), prose(1000).nullable().default(null)),
});

/** Whether an open fault goes to the top surface: what the criteria say, and a person's decision. */
export function seriousRoutes(app: FastifyInstance, ground: RegulatorGround): void {
  app.get(
    '/console/notices/:id/serious',
    { config: { audience: { who: 'staff', may: 'notice:draft' } } },
    (request, reply) => show(ground, request, reply),
  );
  app.post(
    '/console/notices/:id/serious',
    { config: { audience: { who: 'staff', may: 'notice:publish' } } },
    async (request, reply) => {
      const fields = fieldsOf(request.body);
      const { notice } = await accidentOf(ground, request);
      try {
        await decideSerious(ground, posterAt(request), notice, parse(decisionForm, fields));
      } catch (error) {
        if (!(error instanceof Invalid)) throw error;
        return show(ground, request, reply, { fields, problems: error.problems });
      }
      return reply.redirect(localPath(`/console/notices/${notice.id}`, languageOf(request)), 303);
    },
  );
}

function accidentOf({ db, clock, operator }: RegulatorGround, request: FastifyRequest) {
  const { id } = request.params as { id: string };
  return loadAccident(db.kysely, id, operator.timeZone, clock.now());
}

async function show(
  ground: RegulatorGround,
  request: FastifyRequest,
  reply: FastifyReply,
  form: { fields: Fields; problems: FieldProblem[] } = { fields: {}, problems: [] },
) {
  const db = ground.db.kysely;
  const { notice } = await accidentOf(ground, request);
  const open = (await thresholdsOf(db, [notice], ground.operator.timeZone, ground.clock.now())).get(notice.id) ?? [];
  const names = await loadNames(db);
  const view = {
    notice,
    open: open.map((one) => ({
      ...one,
      name: names.service(one.service),
      says: one.thresholds.map((threshold) => ({ ...threshold, words: thresholdWords(threshold) })),
    })),
    decisions: await decisionsOn(db, notice.id),
    mayPublish: mayDo(requireStaff(request).role, 'notice:publish'),
    ...form,
    labelOf: (field: string) => (field === 'reason' ? { ja: '理由', en: 'Reason' } : { ja: '判断', en: 'Decision' }),
  };
  return page(request, reply, 'regulator/serious', view, form.problems.length > 0 ? 422 : 200);
}
