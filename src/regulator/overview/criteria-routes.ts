import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { loadCatalogue } from '../../catalogue/read.ts';
import { type FieldProblem, Invalid } from '../../errors.ts';
import { requireStaff } from '../../http/audience.ts';
import { parse, sentenceFor } from '../../http/forms.ts';
import { languageOf, localPath } from '../../http/language.ts';
import { page } from '../../http/views.ts';
import { fieldsOf } from '../../notices/form/form.ts';
import type { Fields } from '../../notices/form/form-reader.ts';
import { record } from '../../staff/audit.ts';
import { mayDo } from '../../staff/permissions.ts';
import { changeSettings, readSettings } from '../../staff/settings.ts';
import { versionsInForce } from '../criteria/criteria.ts';
import { criteria, switchedOn } from '../criteria/rules.ts';
import { categoryWords, ruleWords } from '../criteria/words.ts';
import { factsStore } from '../facts/facts-store.ts';
import { type FormShape, parseForm, readForm } from '../forms.ts';
import type { RegulatorGround } from '../ground.ts';

const SHAPE: FormShape = { time: /^$/, number: /\.users$/, tick: /\.critical$/, needs: {} };

const row = z.strictObject({
  category: z
    .string()
    .refine((id) => criteria().categories.has(id), sentenceFor('この区分はありません。', 'There is no such category.')),
  users: z.int().min(0).max(10_000_000_000).nullable().default(null),
  critical: z.boolean().default(false),
});
const form = z.object({
  services: z.record(z.string(), row).default({}),
  later: z.record(z.string(), z.iso.date()).default({}),
});

/** The criteria in force, those that an administrator may switch on, and how each service counts. */
export function criteriaRoutes(app: FastifyInstance, ground: RegulatorGround): void {
  const path = '/console/regulator/criteria';
  app.get(path, { config: { audience: { who: 'staff', may: 'regulator:read' } } }, (request, reply) =>
    show(ground, request, reply),
  );
  app.post(path, { config: { audience: { who: 'staff', may: 'regulator:write' } } }, async (request, reply) => {
    const fields = fieldsOf(request.body);
    try {
      await save(ground, request, fields);
    } catch (error) {
      if (!(error instanceof Invalid)) throw error;
      return show(ground, request, reply, { fields, problems: error.problems });
    }
    return reply.redirect(localPath(`${path}?saved=1`, languageOf(request)), 303);
  });
}

/** A service is written `services.3.users`: keys of services may hold dots. */
async function save({ db, clock, operator }: RegulatorGround, request: FastifyRequest, fields: Fields): Promise<void> {
  const { services } = await loadCatalogue(db.kysely);
  const input = parseForm(readForm(fields, SHAPE, operator.timeZone), (body) => parse(form, inNames(body)));
  const { id, name, role } = requireStaff(request);
  const actor = { kind: 'staff', id, name } as const;
  const now = clock.now();
  const before = await factsStore.services(db.kysely);
  await db.transaction(async (tx) => {
    for (const [index, wanted] of Object.entries(input.services)) {
      const service = services[Number(index)]?.key;
      const old = service === undefined ? undefined : before.get(service);
      if (service === undefined || JSON.stringify(old) === JSON.stringify(wanted)) continue;
      const { category, users, critical } = wanted;
      const changed = { changed_at: now, changed_by: name };
      await factsStore.setService(tx, { service, category, users, critical: critical ? 1 : 0, ...changed });
      await record(tx, now, actor, 'service:criteria', 'service', service, old, wanted);
    }
  });
  if (mayDo(role, 'settings:change')) {
    const criteriaLater = Object.entries(input.later).map(([version, from]) => `${version}=${from}`);
    await changeSettings(db, clock, actor, { criteriaLater: criteriaLater.join(', ') });
  }
}

/** Lists come out of the reader as lists; here they are names with gaps. */
function inNames(body: unknown): unknown {
  const { services, ...rest } = body as { services?: unknown };
  return { ...rest, services: Array.isArray(services) ? { ...services } : (services ?? {}) };
}

async function show(
  { db }: RegulatorGround,
  request: FastifyRequest,
  reply: FastifyReply,
  trouble?: { fields: Fields; problems: FieldProblem[] },
) {
  const known = criteria();
  const on = switchedOn((await readSettings(db.kysely)).criteriaLater);
  const { services } = await loadCatalogue(db.kysely);
  const rules = await factsStore.services(db.kysely);
  const saved: Fields = Object.fromEntries([
    ...services.flatMap(({ key }, index): [string, string][] => {
      const rule = rules.get(key);
      return [
        [`services.${index}.category`, rule?.category ?? 'other'],
        [`services.${index}.users`, rule?.users?.toString() ?? ''],
        [`services.${index}.critical`, rule?.critical ? 'on' : ''],
      ];
    }),
    ...[...on].map(([id, from]): [string, string] => [`later.${id}`, from]),
  ]);
  const view = {
    versions: versionsInForce(known, on).map((version) => ({
      ...version,
      categories: version.categories.map((one) => ({
        ...one,
        word: categoryWords(one),
        rules: one.rules.map(ruleWords),
      })),
    })),
    later: known.later,
    guideline: known.guideline,
    categories: [...known.categories].map(([value, { name }]) => ({ value, word: name })),
    services,
    fields: trouble?.fields ?? saved,
    problems: trouble?.problems ?? [],
    labelOf: () => ({ ja: '', en: '' }),
    done: 'saved' in (request.query as object),
    mayWrite: mayDo(requireStaff(request).role, 'regulator:write'),
    maySwitch: mayDo(requireStaff(request).role, 'settings:change'),
  };
  return page(request, reply, 'regulator/criteria', view, trouble ? 422 : 200);
}
