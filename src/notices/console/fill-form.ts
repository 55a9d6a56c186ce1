import { createHash } from 'node:crypto';
import type { FieldProblem } from '../../errors.ts';
import { readNotice, readReport } from '../form/form.ts';
import type { Fields, FormGround } from '../form/form-reader.ts';
import type { NoticeGround } from '../ground.ts';
import { SYMPTOMS } from '../impact.ts';
import type { Notice, Text } from '../notice.ts';
import { noticeStore } from '../store.ts';
import { type FillFacts, fillIn, openPlaceholders, type Template } from '../templates/template.ts';
import type { Names } from '../wording/names.ts';

/**
 * Puts a template into a form, with everything filled in that the form (or the notice, for a next report) knows. What somebody typed
 * is not lost: a text that is not the last one put in stays, and the template follows it.
 */
export async function fillForm(
  ground: NoticeGround,
  fields: Fields,
  context: FormGround,
  template: Template,
  notice?: Notice,
): Promise<Fields> {
  const names = await noticeStore.names(ground.db.kysely);
  const facts = factsOf(ground, fields, context, names, notice);
  const put = (name: string, text: string | undefined, language: 'ja' | 'en') => {
    if (text === undefined) return {};
    const filled = fillIn(text, facts, language);
    const typed = fields[name]?.replace(/\r\n?/g, '\n').trim() ?? '';
    const ours = typed === '' || typed === filled || markOf(typed) === fields[`filled.${name}`];
    return ours ? { [name]: filled, [`filled.${name}`]: markOf(filled) } : { [name]: joined(name, typed, filled) };
  };
  return {
    ...fields,
    ...(notice ? {} : { ...put('title.ja', template.title?.ja, 'ja'), ...put('title.en', template.title?.en, 'en') }),
    ...put('body.ja', template.body.ja, 'ja'),
    ...put('body.en', template.body.en, 'en'),
    template: template.id,
  };
}

/** A title is one line: what was typed stays as it is. */
function joined(name: string, typed: string, filled: string): string {
  return name.startsWith('title.') || typed.includes(filled) ? typed : `${typed}\n\n${filled}`;
}

/** By which a text is known again that nobody has touched since it was put in. */
function markOf(text: string): string {
  return createHash('sha256').update(text.trim()).digest('base64url').slice(0, 12);
}

/** Places of a template that are still open, named so that nobody publishes braces. */
export function leftOpen(fields: Fields): FieldProblem[] {
  return ['title.ja', 'title.en', 'body.ja', 'body.en'].flatMap((field) => {
    const open = openPlaceholders(fields[field] ?? '').map((name) => `{${name}}`);
    if (open.length === 0) return [];
    return [
      {
        field,
        ja: `差し込み項目が残っています: ${open.join('、')}。内容を入力するか、消してください。`,
        en: `Something is left to fill in: ${open.join(', ')}. Write it, or take it out.`,
      },
    ];
  });
}

interface Read {
  impacts?: { service?: string; facilities?: string[] | 'all'; symptom?: string; area?: Text }[];
  occurredAt?: string;
  approximate?: boolean;
  recovered?: { at: string }[];
  expectedRecoveryAt?: string | null;
  nextUpdateAt?: string;
  planned?: { from?: string; to?: string; windows?: { from?: string; to?: string }[] };
  report?: Pick<Read, 'expectedRecoveryAt' | 'nextUpdateAt'>;
}

function factsOf(
  ground: NoticeGround,
  fields: Fields,
  context: FormGround,
  names: Names,
  notice: Notice | undefined,
): FillFacts {
  const body = (notice ? readReport(fields, context) : readNotice(fields, context)).body as Read;
  const said = body.report ?? body;
  const impacts = [...(notice?.impacts ?? []), ...(body.impacts ?? [])];
  const services = [...new Set(impacts.flatMap(({ service }) => service ?? []))];
  const codes = impacts.map(({ facilities }) => facilities ?? 'all');
  const recoveries = [
    ...(body.recovered ?? []).map(({ at }) => Date.parse(at)),
    ...(notice?.impacts ?? []).flatMap(({ recoveredAt }) => recoveredAt ?? []),
  ];
  const first = body.planned?.windows?.[0] ?? body.planned;
  const last = body.planned?.windows?.at(-1) ?? body.planned;
  const window = first?.from && last?.to ? { from: first.from, to: last.to } : undefined;
  return {
    services: services.map((key) => names.services.get(key) ?? { ja: key }),
    facilities: codes.length === 0 || codes.includes('all') ? 'all' : [...new Set(codes.flat())].sort(),
    symptoms: SYMPTOMS.filter((symptom) => impacts.some((impact) => impact.symptom === symptom)),
    area: impacts.find(({ area }) => area)?.area ?? undefined,
    occurredAt: notice?.occurredAt ?? time(body.occurredAt),
    approximate: notice?.occurredApproximate ?? body.approximate === true,
    recoveredAt: recoveries.length === 0 ? undefined : Math.max(...recoveries),
    expectedAt: said.expectedRecoveryAt === null ? null : time(said.expectedRecoveryAt),
    nextAt: time(said.nextUpdateAt),
    planned: window ? { from: Date.parse(window.from), to: Date.parse(window.to) } : (notice?.planned ?? undefined),
    operator: ground.operator.name,
    zone: ground.operator.timeZone,
  };
}

function time(text: string | null | undefined): number | undefined {
  return text === undefined || text === null ? undefined : Date.parse(text);
}
