import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Database, Tx } from '../../db/open.ts';
import { type FieldProblem, Invalid } from '../../errors.ts';
import { requireStaff } from '../../http/audience.ts';
import { languageOf, localPath } from '../../http/language.ts';
import { page } from '../../http/views.ts';
import { webhookSecret } from '../../http/webhook-signature.ts';
import type { Clock } from '../../time.ts';
import {
  changeSettings,
  readSettings,
  SETTING_DEFAULTS,
  SETTINGS,
  type SettingKey,
  wrongSettings,
} from '../settings.ts';
import { staffStore } from '../store.ts';
import { fieldKind, meant, shown, typed } from './fields.ts';
import { GROUPS, LABELS } from './labels.ts';

const audience = { who: 'staff', may: 'settings:change' } as const;
const KEYS = Object.keys(SETTINGS) as SettingKey[];
const FIELDS = KEYS.map((key) => ({ key, ...LABELS[key], field: fieldKind(SETTINGS[key], LABELS[key]) }));

/** What an administrator changes while the service runs: every setting on one page. */
export function settingsRoutes(
  app: FastifyInstance,
  ground: { db: Database; clock: Clock; changed: (tx: Tx) => Promise<void> },
): void {
  const { db, clock, changed } = ground;

  app.get('/console/settings', { config: { audience } }, async (request, reply) => show(db, request, reply));

  app.post('/console/settings', { config: { audience } }, async (request, reply) => {
    const { id, name } = requireStaff(request);
    const body = (request.body ?? {}) as Record<string, unknown>;
    try {
      await changeSettings(db, clock, { kind: 'staff', id, name }, changesIn(body), changed);
    } catch (error) {
      if (!(error instanceof Invalid)) throw error;
      return show(db, request, reply, { body, problems: error.problems });
    }
    return reply.redirect(localPath('/console/settings?saved=1', languageOf(request)), 303);
  });
}

/**
 * Only what this person changed: the form carries what it showed, so whoever had the page open longer does not undo what a colleague
 * has set meanwhile. @throws Invalid naming everything that is wrong.
 */
function changesIn(body: Record<string, unknown>): object {
  const problems: FieldProblem[] = [];
  const changes: Record<string, unknown> = {};
  for (const { key, field } of FIELDS) {
    const text = typed(key, field, body);
    const was = asShown(body[`was.${key}`]);
    if (was === undefined || text === was) continue;
    const value = meant(key, field, text, problems);
    if (value !== undefined) changes[key] = value;
  }
  problems.push(...wrongSettings(changes).map(inItsLine));
  if (problems.length > 0) throw new Invalid(problems);
  return changes;
}

/** A list is typed into one field: the line is named instead. */
function inItsLine(problem: FieldProblem): FieldProblem {
  const [field = '', index] = problem.field.split('.');
  if (index === undefined) return problem;
  const line = Number(index) + 1;
  return { field, ja: `${line}行目: ${problem.ja}`, en: `Line ${line}: ${problem.en}` };
}

/** What the form said that it showed. */
function asShown(was: unknown): string | undefined {
  return typeof was === 'string' ? was.replace(/\r\n?/g, '\n') : undefined;
}

async function show(
  db: Database,
  request: FastifyRequest,
  reply: FastifyReply,
  wrong?: { body: Record<string, unknown>; problems: FieldProblem[] },
) {
  const values = await readSettings(db.kysely);
  const changed = new Map((await staffStore.settings(db.kysely)).map((row) => [row.key, row]));
  const settings = FIELDS.map((setting) => {
    const { key, field } = setting;
    const was = shown(values[key]);
    const row = changed.get(key);
    return {
      ...setting,
      was: asShown(wrong?.body[`was.${key}`]) ?? was,
      value: wrong ? typed(key, field, wrong.body) : was,
      standard: shown(SETTING_DEFAULTS[key]),
      changed: row && { at: row.changed_at, by: row.changed_by },
    };
  });
  const view = {
    groups: Object.entries(GROUPS).map(([key, name]) => ({
      key,
      name,
      settings: settings.filter((setting) => setting.group === key),
    })),
    fields: Object.fromEntries(settings.map(({ key, value }) => [key, value])),
    problems: wrong?.problems ?? [],
    webhookSecret: webhookSecret(request.server.secret, 'warnings'),
    saved: 'saved' in (request.query as object),
    labelOf: (key: string) => LABELS[key.split('.')[0] as SettingKey]?.label ?? { ja: '', en: '' },
  };
  return page(request, reply, 'console/settings', view, wrong ? 422 : 200);
}
