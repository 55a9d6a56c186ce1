import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { loadNames } from '../../catalogue/read.ts';
import { Conflict, type FieldProblem, Invalid, type Message } from '../../errors.ts';
import { requireKey, requireStaff } from '../../http/audience.ts';
import { LONG_FORM_BYTES } from '../../http/kept-form.ts';
import { languageOf, localPath } from '../../http/language.ts';
import { page } from '../../http/views.ts';
import { fieldsOf } from '../../notices/form/form.ts';
import type { Fields } from '../../notices/form/form-reader.ts';
import { mayDo } from '../../staff/permissions.ts';
import { readSettings } from '../../staff/settings.ts';
import { type Accident, loadAccident } from '../accidents.ts';
import type { RegulatorGround } from '../ground.ts';
import { deadlinesOf } from '../outputs/deadlines.ts';
import { factsInput } from './facts.ts';
import { factsFields, factsLabel, readFacts, symptomRows } from './form.ts';
import { accidentJson, accidentJsonSchema } from './json.ts';
import { assessmentLook } from './look.ts';
import { formOptions } from './options.ts';
import { saveFacts } from './save.ts';

const read = { who: 'staff', may: 'regulator:read' } as const;
const write = { who: 'staff', may: 'regulator:write' } as const;
const tags = ['regulator'];
const params = z.object({ id: z.string().max(40) });

/** The facts of an accident: a form in the console, and the same for programs. */
export function factsRoutes(app: FastifyInstance, ground: RegulatorGround): void {
  app.get('/console/notices/:id/accident', { config: { audience: read } }, (request, reply) =>
    showFacts(ground, request, reply),
  );
  const written = { bodyLimit: LONG_FORM_BYTES, config: { audience: { ...write, keeps: true } } };
  app.post('/console/notices/:id/accident', written, (request, reply) => submitted(ground, request, reply));
  app.get(
    '/api/v1/notices/:id/accident',
    {
      config: { audience: { who: 'key', scope: 'regulator:read' } },
      schema: { tags, summary: 'What the regulator is told of a fault', params, response: { 200: accidentJsonSchema } },
    },
    async (request, reply) =>
      reply.header('cache-control', 'no-store').send(accidentJson(await accidentAt(ground, request), zoneOf(ground))),
  );
  app.put(
    '/api/v1/notices/:id/accident',
    {
      config: { audience: { who: 'key', scope: 'regulator:write' } },
      schema: {
        tags,
        summary: 'Save what the regulator is told of a fault; `version` refuses what was written over a newer one',
        params,
        body: factsInput.extend({ version: z.int().min(0).optional() }),
        response: { 200: accidentJsonSchema },
      },
    },
    async (request, reply) => {
      const { version, ...facts } = request.body as z.output<typeof factsInput> & { version?: number };
      const { notice } = await accidentAt(ground, request);
      const { id, name } = requireKey(request);
      await saveFacts(ground, { kind: 'key', id, name }, notice.id, { facts, expected: version });
      return reply
        .header('cache-control', 'no-store')
        .send(accidentJson(await accidentAt(ground, request), zoneOf(ground)));
    },
  );
}

const zoneOf = ({ operator }: RegulatorGround) => operator.timeZone;

function accidentAt(ground: RegulatorGround, request: FastifyRequest): Promise<Accident> {
  const { id } = request.params as { id: string };
  return loadAccident(ground.db.kysely, id, zoneOf(ground), ground.clock.now());
}

interface Trouble {
  fields: Fields;
  problems: FieldProblem[];
  message?: Message | undefined;
  status: number;
}

async function showFacts(ground: RegulatorGround, request: FastifyRequest, reply: FastifyReply, trouble?: Trouble) {
  const accident = await accidentAt(ground, request);
  const { notice, saved, assessment } = accident;
  const zone = zoneOf(ground);
  const settings = await readSettings(ground.db.kysely);
  const names = await loadNames(ground.db.kysely);
  const fields = trouble?.fields ?? { ...factsFields(notice, saved.facts, zone), version: String(saved.version) };
  const level = assessment.verdict?.level ?? null;
  const view = {
    notice,
    saved,
    look: assessmentLook(accident, names),
    deadlines: deadlinesOf({ id: notice.id, occurredAt: notice.occurredAt, level }, settings, zone),
    now: ground.clock.now(),
    fields,
    rows: symptomRows(fields),
    options: formOptions(notice, names),
    problems: trouble?.problems ?? [],
    message: trouble?.message,
    labelOf: factsLabel,
    done: 'saved' in (request.query as object),
    mayWrite: mayDo(requireStaff(request).role, 'regulator:write'),
  };
  return page(request, reply, 'regulator/accident', view, trouble?.status ?? 200);
}

async function submitted(ground: RegulatorGround, request: FastifyRequest, reply: FastifyReply) {
  const fields = fieldsOf(request.body);
  const { notice, saved } = await accidentAt(ground, request);
  const { action } = request.body as { action?: unknown };
  if (action === 'add-symptom' || action === 'preview') {
    const rows = symptomRows(fields) + (action === 'preview' ? 0 : 1);
    const more = { ...fields, 'symptoms.rows': String(rows) };
    return showFacts(ground, request, reply, { fields: more, problems: [], status: 200 });
  }
  const { id, name } = requireStaff(request);
  try {
    const facts = readFacts(fields, zoneOf(ground));
    await saveFacts(ground, { kind: 'staff', id, name }, notice.id, { facts, expected: Number(fields.version ?? 0) });
  } catch (error) {
    if (error instanceof Invalid)
      return showFacts(ground, request, reply, { fields, problems: error.problems, status: 422 });
    if (!(error instanceof Conflict)) throw error;
    // Whoever was told of the newer one may save over it.
    const again = { ...fields, version: String(saved.version) };
    return showFacts(ground, request, reply, { fields: again, problems: [], message: error.text, status: 409 });
  }
  return reply.redirect(localPath(`/console/notices/${notice.id}/accident?saved=1`, languageOf(request)), 303);
}
