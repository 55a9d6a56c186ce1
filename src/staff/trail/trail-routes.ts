import { Readable } from 'node:stream';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { Database } from '../../db/open.ts';
import type { FieldProblem } from '../../errors.ts';
import { sentenceFor } from '../../http/forms.ts';
import { languageOf, localPath } from '../../http/language.ts';
import { type Operator, page } from '../../http/views.ts';
import { type Instant, isoTime, parseLocalInput, showTime } from '../../time.ts';
import { ACT_WORDS, actWord } from './act-words.ts';
import { trailCsv } from './csv.ts';
import { differencesOf } from './differences.ts';
import { readPlace, searchTrail, type TrailEntry, wordsOf } from './search.ts';
import type { TrailFilter } from './trail-store.ts';

interface TrailGround {
  db: Database;
  operator: Operator;
}

const audience = { who: 'staff', may: 'audit:read' } as const;
const SHOWN = 50;

/** What staff typed, as it stands in the address of the page. */
const FIELDS = ['who', 'act', 'subject', 'from', 'to', 'words', 'before'] as const;
type Fields = Partial<Record<(typeof FIELDS)[number], string>>;

/** The trail of what was done: searched by people and programs, and taken along as a file. */
export function trailRoutes(app: FastifyInstance, ground: TrailGround): void {
  app.get('/console/audit', { config: { audience } }, (request, reply) => show(ground, request, reply));

  app.get('/console/audit.csv', { config: { audience } }, async (request, reply) => {
    const { filter, problems } = readFilter(fieldsIn(request), ground.operator.timeZone);
    if (problems.length > 0) return show(ground, request, reply);
    reply.header('content-type', 'text/csv; charset=utf-8').header('cache-control', 'no-store');
    reply.header('content-disposition', 'attachment; filename="audit.csv"');
    return reply.send(Readable.from(trailCsv(ground.db.kysely, filter, ground.operator.timeZone)));
  });

  app.get(
    '/api/v1/audit',
    {
      config: { audience: { who: 'key', scope: 'audit:read' } },
      schema: {
        tags: ['audit'],
        summary: 'What was done, newest first; `next` of an answer is `before` of the next question',
        querystring: question,
        response: { 200: answer },
      },
    },
    async (request, reply) => {
      const { words = '', before, limit, ...asked } = request.query as z.output<typeof question>;
      const filter = { ...asked, words: wordsOf(words), before: before === undefined ? undefined : readPlace(before) };
      const { entries, next, lookedTo } = await searchTrail(ground.db.kysely, filter, limit);
      const iso = (at: Instant) => isoTime(at, ground.operator.timeZone);
      return reply.header('cache-control', 'no-store').send({
        entries: entries.map((entry) => ({ ...entry, at: iso(entry.at) })),
        next,
        lookedTo: lookedTo === null ? null : iso(lookedTo),
      });
    },
  );
}

const exact = z.string().min(1).max(200).optional();
const moment = z.iso.datetime({ offset: true }).transform((text): Instant => Date.parse(text));
const question = z.strictObject({
  who: exact,
  act: exact,
  subject: exact,
  from: moment.optional(),
  to: moment.optional(),
  words: z.string().max(200).optional(),
  before: z
    .string()
    .refine(
      (text) => readPlace(text) !== undefined,
      sentenceFor('前の答えの next をそのまま指定してください。', 'Give `next` of an answer as it was.'),
    )
    .optional(),
  limit: z.coerce.number().int().min(1).max(200).default(SHOWN),
});

const answer = z.object({
  entries: z.array(
    z.object({
      id: z.string(),
      at: z.string(),
      who: z.object({ kind: z.string(), name: z.string() }),
      act: z.string(),
      subject: z.object({ kind: z.string(), id: z.string() }),
      before: z.unknown(),
      after: z.unknown(),
    }),
  ),
  next: z.string().nullable(),
  /** Where it looked through many entries and stopped before the page was full: down to this time. */
  lookedTo: z.string().nullable(),
});

async function show(ground: TrailGround, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const fields = fieldsIn(request);
  const { filter, problems } = readFilter(fields, ground.operator.timeZone);
  const found =
    problems.length > 0
      ? { entries: [], next: null, lookedTo: null }
      : await searchTrail(ground.db.kysely, filter, SHOWN);
  const search = (more: Fields) =>
    new URLSearchParams(Object.entries({ ...fields, ...more }).filter(([, value]) => value !== '')).toString();
  const path = localPath('/console/audit', languageOf(request));
  const view = {
    fields,
    problems,
    acts: Object.entries(ACT_WORDS).map(([act, word]) => ({ act, word })),
    entries: found.entries.map((entry) => lookOf(entry, ground.operator.timeZone, request)),
    lookedTo: found.lookedTo,
    newest: fields.before === undefined ? null : `${path}?${search({ before: '' })}`,
    older: found.next === null ? null : `${path}?${search({ before: found.next })}`,
    csv: `${localPath('/console/audit.csv', languageOf(request))}?${search({ before: '' })}`,
  };
  return page(request, reply, 'console/audit', view, problems.length > 0 ? 422 : 200);
}

function lookOf(entry: TrailEntry, zone: string, request: FastifyRequest) {
  const show = (value: number, field: string) =>
    /(^|[a-z])(at|from|to)$/i.test(field) && value > 1e11 ? showTime(value, zone, languageOf(request)) : String(value);
  return { ...entry, word: actWord(entry.act), differences: differencesOf(entry.before, entry.after, show) };
}

function fieldsIn(request: FastifyRequest): Fields {
  const query = request.query as Record<string, unknown>;
  const said = FIELDS.flatMap((name) => {
    const value = query[name];
    return typeof value === 'string' && value.trim() !== '' ? [[name, value.trim().slice(0, 200)] as const] : [];
  });
  return Object.fromEntries(said);
}

function readFilter(fields: Fields, zone: string): { filter: TrailFilter; problems: FieldProblem[] } {
  const problems: FieldProblem[] = [];
  const time = (field: 'from' | 'to') => {
    if (fields[field] === undefined) return undefined;
    const at = parseLocalInput(fields[field], zone);
    if (at === undefined)
      problems.push({
        field,
        ja: '日時は 2014-03-06T07:34 のように入力してください。',
        en: 'Enter a date and time such as 2014-03-06T07:34.',
      });
    return at;
  };
  const { who, act, subject, words = '', before } = fields;
  const place = before === undefined ? undefined : readPlace(before);
  const filter = { who, act, subject, from: time('from'), to: time('to'), words: wordsOf(words), before: place };
  return { filter, problems };
}
