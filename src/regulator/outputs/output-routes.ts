import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { NotFound } from '../../errors.ts';
import { requireStaff } from '../../http/audience.ts';
import { parse, prose } from '../../http/forms.ts';
import { languageOf, localPath } from '../../http/language.ts';
import { page } from '../../http/views.ts';
import { fieldsOf } from '../../notices/form/form.ts';
import { runsOf } from '../../paper/blocks.ts';
import { mayDo } from '../../staff/permissions.ts';
import type { Language } from '../../time.ts';
import type { Accident } from '../accidents.ts';
import type { RegulatorGround } from '../ground.ts';
import { piecesOf, sinceThen } from './changed.ts';
import { paperOf, papersOf } from './papers.ts';
import type { Sheet } from './sheet.ts';
import { type Submission, submissionsOf, submit } from './submit.ts';

const audience = { who: 'staff', may: 'regulator:read' } as const;
const form = z.object({
  kind: z.enum(['prompt', 'detailed']),
  note: z.preprocess((text) => (text === '' ? null : text), prose(1000).nullable().default(null)),
});

/** The papers on one accident: to read, to print, to work on, and to freeze when they are handed in. */
export function outputRoutes(app: FastifyInstance, ground: RegulatorGround): void {
  const base = '/console/notices/:id/accident';
  app.get(`${base}/sheet`, { config: { audience } }, (request, reply) => showSheet(ground, request, reply));
  app.get(`${base}/sheet.pdf`, { config: { audience } }, async (request, reply) => {
    const { paperPdf } = await import('../../paper/pdf.ts');
    const paper = await paperAt(ground, request);
    return file(reply, 'application/pdf', `${paper.name}.pdf`).send(paperPdf(paper.paper));
  });
  app.get(`${base}/sheet.docx`, { config: { audience } }, async (request, reply) => {
    const { paperDocx } = await import('./docx.ts');
    const paper = await paperAt(ground, request);
    return file(reply, DOCX, `${paper.name}.docx`).send(await paperDocx(paper.paper));
  });
  app.get(`${base}/prompt`, { config: { audience } }, (request, reply) => showPrompt(ground, request, reply));
  app.post(
    `${base}/submissions`,
    { config: { audience: { who: 'staff', may: 'regulator:write' } } },
    async (request, reply) => {
      const { kind, note } = parse(form, fieldsOf(request.body));
      const { accident, papers } = await papersOf(ground, idOf(request));
      const { id, name } = requireStaff(request);
      const content = kind === 'prompt' ? papers.prompt : papers.sheet;
      const subject = accident.notice.id;
      const number = await submit(ground, { kind: 'staff', id, name }, { subject, kind, content, note });
      const where = kind === 'prompt' ? 'prompt' : 'sheet';
      const path = `/console/notices/${subject}/accident/${where}?number=${number}`;
      return reply.redirect(localPath(path, languageOf(request)), 303);
    },
  );
}

const DOCX = 'application/vnd.openxmlformats-officedocument.wordprocessingml.document';
const idOf = (request: FastifyRequest) => (request.params as { id: string }).id;

/** As a download: its name holds only what every file system takes. */
export function file(reply: FastifyReply, type: string, name: string): FastifyReply {
  return reply
    .header('cache-control', 'no-store')
    .header('content-disposition', `attachment; filename="${name.replace(/[^\w.-]/g, '_')}"`)
    .type(type);
}

/** The version that was asked for; undefined for the present state. @throws NotFound */
function askedFor(request: FastifyRequest, submissions: Submission[]): Submission | undefined {
  const { number } = request.query as { number?: unknown };
  if (number === undefined) return undefined;
  const found = submissions.find((one) => String(one.number) === number);
  if (!found) throw new NotFound({ ja: 'この版の報告はありません。', en: 'There is no such version of the report.' });
  return found;
}

interface Shown {
  accident: Accident;
  submissions: Submission[];
  asked: Submission | undefined;
  before: Submission | undefined;
  /** With what is new since the version before marked. */
  sheet: Sheet;
}

async function sheetAt(ground: RegulatorGround, request: FastifyRequest, language: Language): Promise<Shown> {
  const { accident, papers } = await papersOf(ground, idOf(request));
  const submissions = await submissionsOf(ground.db.kysely, accident.notice.id, 'detailed');
  const asked = askedFor(request, submissions);
  const sheets = (asked ? asked.content : papers.sheet) as Record<Language, Sheet>;
  const before = asked ? submissions.find((one) => one.number === asked.number - 1) : submissions.at(-1);
  const old = before?.content as Record<Language, Sheet> | undefined;
  const sheet = old ? sinceThen(old[language], sheets[language], language) : sheets[language];
  return { accident, submissions, asked, before, sheet };
}

async function paperAt(ground: RegulatorGround, request: FastifyRequest) {
  const language = languageOf(request);
  const { accident, asked, sheet } = await sheetAt(ground, request, language);
  const { id } = accident.notice;
  const about = { id, number: asked?.number ?? null, at: asked?.at ?? ground.clock.now(), language };
  return { paper: paperOf(sheet, about, ground), name: `accident-${id}${asked ? `-${asked.number}` : ''}` };
}

async function showSheet(ground: RegulatorGround, request: FastifyRequest, reply: FastifyReply) {
  const language = languageOf(request);
  const { accident, submissions, asked, before, sheet } = await sheetAt(ground, request, language);
  const about = {
    id: accident.notice.id,
    number: asked?.number ?? null,
    at: asked?.at ?? ground.clock.now(),
    language,
  };
  return page(request, reply, 'regulator/sheet', {
    id: accident.notice.id,
    paper: paperOf(sheet, about, ground),
    runs: runsOf,
    submissions,
    asked,
    before,
    mayWrite: mayDo(requireStaff(request).role, 'regulator:write'),
  });
}

async function showPrompt(ground: RegulatorGround, request: FastifyRequest, reply: FastifyReply) {
  const { accident, papers } = await papersOf(ground, idOf(request));
  const submissions = await submissionsOf(ground.db.kysely, accident.notice.id, 'prompt');
  const asked = askedFor(request, submissions);
  const texts = (asked ? asked.content : papers.prompt) as Record<Language, string>;
  const language = languageOf(request);
  const before = asked ? submissions.find((one) => one.number === asked.number - 1) : submissions.at(-1);
  const old = before?.content as Record<Language, string> | undefined;
  return page(request, reply, 'regulator/prompt', {
    notice: accident.notice,
    prompt: texts[language],
    before,
    pieces: old ? piecesOf(old[language], texts[language], language) : [],
    submissions,
    asked,
    mayWrite: mayDo(requireStaff(request).role, 'regulator:write'),
  });
}
