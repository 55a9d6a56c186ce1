import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { type FieldProblem, Invalid, type Message } from '../../errors.ts';
import { requireKey, requireStaff } from '../../http/audience.ts';
import { parse } from '../../http/forms.ts';
import { languageOf, localPath } from '../../http/language.ts';
import { page } from '../../http/views.ts';
import { fieldsOf } from '../../notices/form/form.ts';
import type { Fields } from '../../notices/form/form-reader.ts';
import { MEASURE_STATUS_WORDS } from '../../notices/wording/words.ts';
import { mayDo } from '../../staff/permissions.ts';
import { isoTime, localInput } from '../../time.ts';
import { loadAccident } from '../accidents.ts';
import { type FormShape, parseForm, readForm } from '../forms.ts';
import type { RegulatorGround } from '../ground.ts';
import { complaintGroups, complaintNames } from './classes.ts';
import { CHANNEL_WORDS, DIRECTION_WORDS, type InquiryTotals, inquiryTotals } from './inquiry.ts';
import { inquiryStore } from './inquiry-store.ts';
import { measuresOf } from './measures.ts';
import { answerComplaints, inquiryInput, measureKey, recordInquiries } from './record.ts';

const SHAPE: FormShape = { time: /^asOf$/, number: /^count$|^voices\./, tick: /^$/, needs: {} };
const audience = { who: 'staff', may: 'notice:draft' } as const;
const tags = ['regulator'];
const params = z.object({ id: z.string().max(40) });
const answer = z.object({
  asOf: z.string().nullable(),
  received: z.number().int(),
  made: z.number().int(),
  voices: z.record(z.string(), z.number().int()),
});

/** How many asked, when, where and about what; and which measure answers which complaint. */
export function inquiryRoutes(app: FastifyInstance, ground: RegulatorGround): void {
  const path = '/console/notices/:id/inquiries';
  app.get(path, { config: { audience } }, (request, reply) => show(ground, request, reply));
  const written = { config: { audience: { ...audience, keeps: true } } };
  app.post(path, written, (request, reply) => submitted(ground, request, reply));
  app.post(`${path}/answers`, { config: { audience: { who: 'staff', may: 'regulator:write' } } }, (request, reply) =>
    answered(ground, request, reply),
  );
  app.get(
    '/api/v1/notices/:id/inquiries',
    {
      config: { audience: { who: 'key', scope: 'regulator:read' } },
      schema: { tags, summary: 'Inquiries about a fault as they stand', params, response: { 200: answer } },
    },
    async (request, reply) => {
      const { notice } = await accidentAt(ground, request);
      const totals = inquiryTotals(await inquiryStore.of(ground.db.kysely, notice.id));
      return reply.header('cache-control', 'no-store').send(json(totals, ground.operator.timeZone));
    },
  );
  app.post(
    '/api/v1/notices/:id/inquiries',
    {
      config: { audience: { who: 'key', scope: 'regulator:write' } },
      schema: {
        tags,
        summary: 'Record a count of inquiries as it stood',
        params,
        body: inquiryInput,
        response: { 201: answer },
      },
    },
    async (request, reply) => {
      const { notice } = await accidentAt(ground, request);
      const { id, name } = requireKey(request);
      await recordInquiries(
        ground,
        { kind: 'key', id, name },
        notice.id,
        request.body as z.output<typeof inquiryInput>,
      );
      const totals = inquiryTotals(await inquiryStore.of(ground.db.kysely, notice.id));
      return reply.code(201).header('cache-control', 'no-store').send(json(totals, ground.operator.timeZone));
    },
  );
}

function json({ asOf, received, made, voices }: InquiryTotals, zone: string) {
  return { asOf: asOf === null ? null : isoTime(asOf, zone), received, made, voices: Object.fromEntries(voices) };
}

function accidentAt({ db, clock, operator }: RegulatorGround, request: FastifyRequest) {
  return loadAccident(db.kysely, (request.params as { id: string }).id, operator.timeZone, clock.now());
}

async function submitted(ground: RegulatorGround, request: FastifyRequest, reply: FastifyReply) {
  const fields = fieldsOf(request.body);
  const { notice } = await accidentAt(ground, request);
  const { id, name } = requireStaff(request);
  // Typed before a session ended, and shown again to be looked at once more.
  if ((request.body as { action?: unknown }).action === 'preview') {
    return show(ground, request, reply, { fields, problems: [] });
  }
  try {
    const read = readForm(fields, SHAPE, ground.operator.timeZone);
    const input = parseForm(read, (body) => parse(inquiryInput, body));
    await recordInquiries(ground, { kind: 'staff', id, name }, notice.id, input);
  } catch (error) {
    if (!(error instanceof Invalid)) throw error;
    return show(ground, request, reply, { fields, problems: error.problems });
  }
  return reply.redirect(localPath(`/console/notices/${notice.id}/inquiries?saved=1`, languageOf(request)), 303);
}

async function answered(ground: RegulatorGround, request: FastifyRequest, reply: FastifyReply) {
  const { notice } = await accidentAt(ground, request);
  const { id, name } = requireStaff(request);
  const known = new Set(measuresOf(notice).map(measureKey));
  const classes = complaintNames();
  const answers = Object.entries(fieldsOf(request.body)).flatMap(([field, value]) => {
    const [, measure = '', complaint = ''] = /^answers\.([0-9a-f]+)\.([a-z_]+)$/.exec(field) ?? [];
    return value === 'on' && known.has(measure) && classes.has(complaint) ? [{ measure, class: complaint }] : [];
  });
  await answerComplaints(ground, { kind: 'staff', id, name }, notice.id, answers);
  return reply.redirect(localPath(`/console/notices/${notice.id}/inquiries?saved=1`, languageOf(request)), 303);
}

async function show(
  ground: RegulatorGround,
  request: FastifyRequest,
  reply: FastifyReply,
  trouble?: { fields: Fields; problems: FieldProblem[] },
) {
  const { notice } = await accidentAt(ground, request);
  const db = ground.db.kysely;
  const inquiries = await inquiryStore.of(db, notice.id);
  const totals = inquiryTotals(inquiries);
  const answers = await inquiryStore.answers(db, notice.id);
  const all = [...totals.voices.values()].reduce((sum, one) => sum + one, 0);
  const listOf = (words: Record<string, Message>) => Object.entries(words).map(([value, word]) => ({ value, word }));
  const fresh = { asOf: localInput(ground.clock.now(), ground.operator.timeZone), channel: 'all', direction: 'in' };
  const view = {
    notice,
    totals,
    inquiries: inquiries
      .map((one) => ({ ...one, channel: CHANNEL_WORDS[one.channel], direction: DIRECTION_WORDS[one.direction] }))
      .reverse(),
    groups: complaintGroups().map((group) => ({
      ...group,
      classes: group.classes.map((one) => {
        const count = totals.voices.get(one.id) ?? 0;
        return { ...one, count, share: all === 0 ? null : (count / all) * 100 };
      }),
    })),
    measures: measuresOf(notice).map((measure) => {
      const key = measureKey(measure);
      return { ...measure, key, word: MEASURE_STATUS_WORDS[measure.status], answers: answers.get(key) ?? [] };
    }),
    channels: listOf(CHANNEL_WORDS),
    directions: listOf(DIRECTION_WORDS),
    fields: trouble?.fields ?? fresh,
    problems: trouble?.problems ?? [],
    labelOf: inquiryLabel,
    done: 'saved' in (request.query as object),
    mayWrite: mayDo(requireStaff(request).role, 'regulator:write'),
  };
  return page(request, reply, 'regulator/inquiries', view, trouble && trouble.problems.length > 0 ? 422 : 200);
}

function inquiryLabel(field: string) {
  const [name = '', id = ''] = field.split('.');
  if (name === 'voices') return complaintNames().get(id) ?? { ja: '', en: '' };
  const labels: Record<string, { ja: string; en: string }> = {
    asOf: { ja: '時点', en: 'As of' },
    count: { ja: '件数', en: 'Count' },
    desk: { ja: '窓口・事業者', en: 'Desk or operator' },
  };
  return labels[name] ?? { ja: '', en: '' };
}
