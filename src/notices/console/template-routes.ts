import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { loadCatalogue } from '../../catalogue/read.ts';
import { type FieldProblem, Invalid } from '../../errors.ts';
import { requireStaff } from '../../http/audience.ts';
import { languageOf, localPath } from '../../http/language.ts';
import { page } from '../../http/views.ts';
import { fieldsOf } from '../form/form.ts';
import type { Fields } from '../form/form-reader.ts';
import type { NoticeGround } from '../ground.ts';
import { SYMPTOMS } from '../impact.ts';
import { PHASES } from '../phases.ts';
import { foundTemplate, keepTemplate, loadTemplates, removeTemplate, type TemplateInput } from '../templates/keep.ts';
import { PLACEHOLDERS, type Template } from '../templates/template.ts';
import { PHASE_WORDS, SYMPTOM_WORDS } from '../wording/words.ts';

const audience = { who: 'staff', may: 'template:write' } as const;
const LIST = '/console/templates';

/** 定型文: their list, and each of them to be changed or removed. */
export function templateRoutes(app: FastifyInstance, ground: NoticeGround): void {
  app.get(LIST, { config: { audience } }, async (request, reply) => {
    const names = new Map((await loadCatalogue(ground.db.kysely)).services.map(({ key, name }) => [key, name]));
    const templates = (await loadTemplates(ground.db.kysely)).map((template) => ({
      ...template,
      phase: PHASE_WORDS[template.phase],
      symptom: template.symptom && SYMPTOM_WORDS[template.symptom],
      service: template.service && (names.get(template.service) ?? { ja: template.service }),
    }));
    return page(request, reply, 'console/templates', { templates, done: (request.query as { done?: string }).done });
  });

  app.get(`${LIST}/new`, { config: { audience } }, (request, reply) =>
    show(ground, request, reply, { phase: 'first' }),
  );

  app.get(`${LIST}/edit/:id`, { config: { audience } }, async (request, reply) => {
    const { id } = request.params as { id: string };
    return show(ground, request, reply, fieldsFrom(await foundTemplate(ground.db.kysely, id)), { id });
  });

  app.post(LIST, { config: { audience } }, (request, reply) => kept(ground, request, reply));

  app.post(`${LIST}/edit/:id`, { config: { audience } }, async (request, reply) => {
    const { id } = request.params as { id: string };
    await foundTemplate(ground.db.kysely, id);
    return kept(ground, request, reply, id);
  });

  app.post(`${LIST}/remove/:id`, { config: { audience } }, async (request, reply) => {
    await removeTemplate(ground, actorAt(request), (request.params as { id: string }).id);
    return reply.redirect(localPath(`${LIST}?done=removed`, languageOf(request)), 303);
  });
}

async function kept(ground: NoticeGround, request: FastifyRequest, reply: FastifyReply, id?: string) {
  const fields = fieldsOf(request.body);
  try {
    await keepTemplate(ground, actorAt(request), inputFrom(fields), id);
  } catch (error) {
    if (!(error instanceof Invalid)) throw error;
    return show(ground, request, reply, fields, { id, problems: error.problems });
  }
  return reply.redirect(localPath(`${LIST}?done=saved`, languageOf(request)), 303);
}

function actorAt(request: FastifyRequest) {
  const { id, name } = requireStaff(request);
  return { kind: 'staff' as const, id, name };
}

function inputFrom(fields: Fields): TemplateInput {
  const word = (name: string) => fields[name]?.trim() || undefined;
  const text = (name: string) => ({
    ja: fields[`${name}.ja`] ?? '',
    ...(word(`${name}.en`) ? { en: word(`${name}.en`) } : {}),
  });
  return {
    name: text('name'),
    phase: (word('phase') ?? '') as Template['phase'],
    service: word('service') ?? null,
    symptom: (word('symptom') ?? null) as Template['symptom'],
    title: word('title.ja') || word('title.en') ? text('title') : null,
    body: text('body'),
  };
}

function fieldsFrom({ name, phase, service, symptom, title, body }: Template): Fields {
  const texts = Object.entries({ name, title, body }).flatMap(([key, text]) => [
    [`${key}.ja`, text?.ja ?? ''],
    [`${key}.en`, text?.en ?? ''],
  ]);
  return { ...Object.fromEntries(texts), phase, service: service ?? '', symptom: symptom ?? '' } as Fields;
}

async function show(
  ground: NoticeGround,
  request: FastifyRequest,
  reply: FastifyReply,
  fields: Fields,
  about: { id?: string | undefined; problems?: FieldProblem[] } = {},
) {
  const { services } = await loadCatalogue(ground.db.kysely);
  const problems = (about.problems ?? []).map((problem) => ({
    ...problem,
    field: IN_THE_FORM[problem.field] ?? problem.field,
  }));
  const view = {
    fields,
    problems,
    id: about.id,
    placeholders: PLACEHOLDERS.map(({ name }) => name),
    labelOf: () => ({ ja: '', en: '' }),
    options: {
      phases: PHASES.map((value) => ({ value, word: PHASE_WORDS[value] })),
      symptoms: SYMPTOMS.map((value) => ({ value, word: SYMPTOM_WORDS[value] })),
      services: services.map(({ key, name }) => ({ value: key, word: name })),
    },
  };
  return page(request, reply, 'console/template', view, problems.length > 0 ? 422 : 200);
}

const IN_THE_FORM: Record<string, string> = { name: 'name.ja', title: 'title.ja', body: 'body.ja' };
