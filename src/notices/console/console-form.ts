import type { FastifyReply, FastifyRequest } from 'fastify';
import { loadCatalogue } from '../../catalogue/read.ts';
import { Conflict, type FieldProblem, Forbidden, Invalid, type Message } from '../../errors.ts';
import { requireStaff } from '../../http/audience.ts';
import { page } from '../../http/views.ts';
import { mayDo } from '../../staff/permissions.ts';
import { readSettings } from '../../staff/settings.ts';
import { namesOfWhoMay } from '../../staff/who-may.ts';
import { fieldsOf, rowCount } from '../form/form.ts';
import { labelOf } from '../form/form-labels.ts';
import { type Fields, MOST_ROWS, type Reading } from '../form/form-reader.ts';
import type { NoticeGround } from '../ground.ts';
import { SYMPTOMS } from '../impact.ts';
import type { Poster } from '../poster.ts';
import { QUALIFIER_WORDS, QUALIFIERS, UNIT_WORDS, UNITS } from '../quantity.ts';
import {
  CAUSE_KINDS,
  CAUSE_STATES,
  MEASURE_FIELDS,
  MEASURE_STATUSES,
  MEASURE_TERMS,
  TOLD_CAUSE_STATES,
} from '../report.ts';
import { loadTemplates } from '../templates/keep.ts';
import { inPlainWords, plainWordsFor } from '../wording/glossary.ts';
import {
  CAUSE_KIND_WORDS,
  CAUSE_STATE_WORDS,
  MEASURE_FIELD_WORDS,
  MEASURE_STATUS_WORDS,
  MEASURE_TERM_WORDS,
  SYMPTOM_WORDS,
} from '../wording/words.ts';
import type { Rehearsal } from './rehearse.ts';
import { wholePreview } from './whole-preview.ts';

const LISTS = ['impacts', 'causes', 'measures', 'windows'] as const;
type FormKind = 'notice' | 'report';

/** The rows that a form shows at least, so that it can be filled in without a script. */
const LEAST = {
  notice: { impacts: 3, causes: 3, measures: 4, windows: 2 },
  report: { impacts: 1, causes: 3, measures: 4, windows: 1 },
};

/** What a form shows beside its fields. */
export interface FormPage {
  template: string;
  fields: Fields;
  /** What else the template needs: the notice, the report before, where to post. */
  more: object;
}

/** Why a form comes back. */
interface Trouble {
  status: number;
  problems: FieldProblem[];
  message?: Message;
}

/** Shows a form with everything that was typed, and what is wrong with it or what it would look like. */
export async function showForm(
  ground: NoticeGround,
  request: FastifyRequest,
  reply: FastifyReply,
  form: FormPage,
  outcome: { trouble?: Trouble | undefined; preview?: Rehearsal | undefined } = {},
): Promise<FastifyReply> {
  const { services, facilities } = await loadCatalogue(ground.db.kysely);
  const kind = form.template === 'console/notice-form' ? 'notice' : 'report';
  const whole = outcome.preview && (await wholePreview(ground, outcome.preview));
  const { typedCountAbove, secondPersonFor, firstReportMinutes } = await readSettings(ground.db.kysely);
  const view = {
    ...form.more,
    now: ground.clock.now(),
    firstReportMinutes,
    fields: form.fields,
    problems: outcome.trouble?.problems ?? [],
    message: outcome.trouble?.message,
    labelOf,
    preview: outcome.preview?.look,
    whole,
    asksSecond: (secondPersonFor as string[]).includes(form.fields.phase ?? ''),
    mustType: mayPublish(request) && (whole?.forecast?.mailed ?? 0) > (typedCountAbove || Number.POSITIVE_INFINITY),
    plainWords: outcome.preview ? plainWordsFor(form.fields) : [],
    rows: Object.fromEntries(LISTS.map((list) => [list, rowCount(form.fields, list, LEAST[kind][list])])),
    options: optionsOf(services.map(({ key, name }) => ({ value: key, word: name }))),
    codes: services.flatMap(({ key, name }) => {
      const own = facilities.filter((facility) => facility.service === key).map((facility) => facility.code);
      return own.length > 0 ? [{ name, codes: own }] : [];
    }),
    templates: (await loadTemplates(ground.db.kysely))
      .filter(({ phase }) => phase === form.fields.phase)
      .map((template) => ({ value: template.id, word: template.name })),
    mayPublish: mayPublish(request),
    publishers: mayPublish(request) ? [] : await namesOfWhoMay(ground.db.kysely, 'notice:publish'),
  };
  return page(request, reply, form.template, view, outcome.trouble?.status ?? 200);
}

function optionsOf(services: { value: string; word: { ja: string; en?: string | undefined } }[]) {
  const words = <Key extends string>(keys: readonly Key[], table: Record<Key, Message>) =>
    keys.map((value) => ({ value, word: table[value] }));
  return {
    services,
    symptoms: words(SYMPTOMS, SYMPTOM_WORDS),
    causeStates: words(CAUSE_STATES, CAUSE_STATE_WORDS),
    toldCauseStates: words(TOLD_CAUSE_STATES, CAUSE_STATE_WORDS),
    qualifiers: words(QUALIFIERS, QUALIFIER_WORDS),
    units: words(UNITS, UNIT_WORDS),
    measureTerms: words(MEASURE_TERMS, MEASURE_TERM_WORDS),
    causeKinds: words(CAUSE_KINDS, CAUSE_KIND_WORDS),
    measureFields: words(MEASURE_FIELDS, MEASURE_FIELD_WORDS),
    measureStatuses: words(MEASURE_STATUSES, MEASURE_STATUS_WORDS),
  };
}

/** What is wrong with what was typed, said above the form; anything unexpected is thrown on. */
export function troubleOf(error: unknown, place: Reading['place']): Trouble {
  if (error instanceof Invalid) return { status: 422, problems: error.problems.map(place) };
  if (error instanceof Forbidden) return { status: 403, problems: [], message: error.text };
  if (error instanceof Conflict) return { status: 409, problems: [], message: error.text };
  throw error;
}

/** "Add a row": one more of `impacts`, `causes` or `measures`, if that is what the button said. */
export function withMoreRows(fields: Fields, action: string, form: FormKind): Fields | undefined {
  const list = LISTS.find((one) => action === `add-${one}`);
  if (list === undefined) return undefined;
  const rows = Math.min(MOST_ROWS, rowCount(fields, list, LEAST[form][list]) + 1);
  return { ...fields, [`${list}.rows`]: String(rows) };
}

function mayPublish(request: FastifyRequest): boolean {
  return mayDo(requireStaff(request).role, 'notice:publish');
}

export function posterAt(request: FastifyRequest): Poster & { id: string } {
  const { id, name } = requireStaff(request);
  return { kind: 'staff', id, name, mayPublish: mayPublish(request), mayBackfill: false };
}

/** The fields as they were typed, and what the button said. Who chose plainer words sees the preview of the text that has them. */
export function sentForm(request: FastifyRequest): { fields: Fields; action: string } {
  const sent = fieldsOf(request.body);
  const chosen = Object.keys(sent).filter((name) => name.startsWith('plain.'));
  const fields = Object.fromEntries(Object.entries(sent).filter(([name]) => !chosen.includes(name)));
  const action = (request.body as { action?: unknown } | undefined)?.action;
  if (action === 'plain') {
    const terms = chosen.map((name) => name.slice('plain.'.length));
    return { fields: inPlainWords(fields, terms), action: 'preview' };
  }
  return { fields, action: typeof action === 'string' ? action : 'preview' };
}
