import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import type { Database, Reader } from '../../db/open.ts';
import type { TemplatesTable } from '../../db/tables/templates.ts';
import { type FieldProblem, Invalid, NotFound } from '../../errors.ts';
import { line, parse, prose } from '../../http/forms.ts';
import { type Actor, record } from '../../staff/audit.ts';
import type { Clock } from '../../time.ts';
import { SYMPTOMS } from '../impact.ts';
import type { Text } from '../notice.ts';
import { PHASES, type Phase } from '../phases.ts';
import { STANDARD } from './standard.ts';
import { type Template, unknownPlaceholders } from './template.ts';
import { templateStore } from './template-store.ts';

/** Those that staff are offered: their own, and the standard ones that they have neither changed nor removed. */
export async function loadTemplates(db: Reader): Promise<Template[]> {
  const rows = await templateStore.all(db);
  const changed = new Set(rows.map((row) => row.id));
  const own = rows.filter((row) => row.removed_at === null).map(templateOf);
  const all = [...own, ...STANDARD.filter(({ id }) => !changed.has(id))];
  return all.sort((a, b) => PHASES.indexOf(a.phase) - PHASES.indexOf(b.phase));
}

/** @throws NotFound */
export async function foundTemplate(db: Reader, id: string): Promise<Template> {
  const found = (await loadTemplates(db)).find((template) => template.id === id);
  if (!found) throw new NotFound({ ja: 'この定型文は見つかりませんでした。', en: 'There is no such template.' });
  return found;
}

const input = z.strictObject({
  name: z.strictObject({ ja: line(80), en: line(80).optional() }),
  phase: z.enum(PHASES),
  service: z.string().nullable(),
  symptom: z.enum(SYMPTOMS).nullable(),
  title: z.strictObject({ ja: line(120), en: line(200).optional() }).nullable(),
  body: z.strictObject({ ja: prose(10_000), en: prose(20_000).optional() }),
});

export type TemplateInput = z.input<typeof input>;

/** Writes a template, or in place of the one with this id. @returns its id. @throws Invalid naming every wrong field. */
export async function keepTemplate(
  ground: { db: Database; clock: Clock },
  actor: Actor,
  given: TemplateInput,
  id = `t-${randomBytes(6).toString('hex')}`,
): Promise<string> {
  const template = { id, ...parsed(given) };
  const now = ground.clock.now();
  await ground.db.transaction(async (tx) => {
    const before = (await loadTemplates(tx)).find((one) => one.id === id);
    await templateStore.put(tx, { ...rowOf(template), changed_at: now, changed_by: actor.name, removed_at: null });
    await record(tx, now, actor, 'template:change', 'template', id, before, template);
  });
  return id;
}

/** It is offered no more; notices written with it stay as they are. @throws NotFound */
export async function removeTemplate(ground: { db: Database; clock: Clock }, actor: Actor, id: string): Promise<void> {
  const now = ground.clock.now();
  await ground.db.transaction(async (tx) => {
    const template = await foundTemplate(tx, id);
    await templateStore.put(tx, { ...rowOf(template), changed_at: now, changed_by: actor.name, removed_at: now });
    await record(tx, now, actor, 'template:remove', 'template', id, template);
  });
}

/** @throws Invalid naming what is missing and every unknown place at once. */
function parsed(given: TemplateInput) {
  const problems = wrongPlaces(given);
  try {
    const template = parse(input, given);
    if (problems.length === 0) return template;
  } catch (error) {
    if (!(error instanceof Invalid)) throw error;
    problems.push(...error.problems);
  }
  throw new Invalid(problems);
}

function wrongPlaces({ title, body }: TemplateInput): FieldProblem[] {
  const texts: [string, string | undefined][] = [
    ['title.ja', title?.ja],
    ['title.en', title?.en],
    ['body.ja', body.ja],
    ['body.en', body.en],
  ];
  return texts.flatMap(([field, text = '']) => {
    const unknown = unknownPlaceholders(text);
    if (unknown.length === 0) return [];
    return [
      {
        field,
        ja: `差し込み項目にない名前です: ${unknown.map((name) => `{${name}}`).join('、')}。下の一覧から選んでください。`,
        en: `Nothing is called ${unknown.map((name) => `{${name}}`).join(', ')}. Choose from the list below.`,
      },
    ];
  });
}

function rowOf(template: Template): Omit<TemplatesTable, 'changed_at' | 'changed_by' | 'removed_at'> {
  const { id, name, phase, service, symptom, title, body } = template;
  return {
    ...{ id, phase, service, symptom, name_ja: name.ja, name_en: name.en ?? null },
    ...{ title_ja: title?.ja ?? null, title_en: title?.en ?? null, body_ja: body.ja, body_en: body.en ?? null },
  };
}

function templateOf(row: TemplatesTable): Template {
  return {
    id: row.id,
    name: text(row.name_ja, row.name_en),
    phase: row.phase as Phase,
    service: row.service,
    symptom: row.symptom,
    title: row.title_ja === null ? null : text(row.title_ja, row.title_en),
    body: text(row.body_ja, row.body_en),
  };
}

function text(ja: string, en: string | null): Text {
  return en === null ? { ja } : { ja, en };
}
