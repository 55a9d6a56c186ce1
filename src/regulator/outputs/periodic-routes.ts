import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { loadNames } from '../../catalogue/read.ts';
import { NotFound } from '../../errors.ts';
import { requireStaff } from '../../http/audience.ts';
import { parse, prose } from '../../http/forms.ts';
import { languageOf, localPath } from '../../http/language.ts';
import { page } from '../../http/views.ts';
import { fieldsOf } from '../../notices/form/form.ts';
import { mayDo } from '../../staff/permissions.ts';
import { readSettings } from '../../staff/settings.ts';
import type { Language } from '../../time.ts';
import { loadAccidents } from '../accidents.ts';
import { csvOf } from '../csv.ts';
import type { RegulatorGround } from '../ground.ts';
import { changedCells } from './changed.ts';
import { fiscalYear, fiscalYearOf, parsePeriod, periodicDue, periodOf, quarterOf } from './deadlines.ts';
import { file } from './output-routes.ts';
import { inPeriod, type ListForm, type PeriodicList, periodicList } from './periodic.ts';
import { submissionsOf, submit } from './submit.ts';

const audience = { who: 'staff', may: 'regulator:read' } as const;
const path = '/console/regulator/periodic';
const form = z.object({
  period: z.string().max(10),
  note: z.preprocess((text) => (text === '' ? null : text), prose(1000).nullable().default(null)),
});

type Lists = Record<ListForm, PeriodicList>;

/** The list of a quarter or a fiscal year in both forms, as page, CSV and XLSX, and frozen when it is handed in. */
export function periodicRoutes(app: FastifyInstance, ground: RegulatorGround): void {
  app.get(path, { config: { audience } }, (request, reply) => show(ground, request, reply));
  app.get(`${path}.csv`, { config: { audience } }, async (request, reply) => {
    const { lists, period, wanted } = await listsOf(ground, request);
    const list = lists[wanted];
    return file(reply, 'text/csv; charset=utf-8', `periodic-${period.key}-${wanted}.csv`).send(
      csvOf([list.heads, ...list.rows]),
    );
  });
  app.get(`${path}.xlsx`, { config: { audience } }, async (request, reply) => {
    const { lists, period } = await listsOf(ground, request);
    const { periodicXlsx } = await import('./xlsx.ts');
    const type = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet';
    return file(reply, type, `periodic-${period.key}.xlsx`).send(await periodicXlsx(lists, languageOf(request)));
  });
  app.post(path, { config: { audience: { who: 'staff', may: 'regulator:write' } } }, async (request, reply) => {
    const { period: key, note } = parse(form, fieldsOf(request.body));
    const period = parsePeriod(key, ground.operator.timeZone);
    if (!period) throw new NotFound({ ja: 'この期間はありません。', en: 'There is no such period.' });
    const both = {
      ja: (await listsFor(ground, period.key, 'ja')).lists,
      en: (await listsFor(ground, period.key, 'en')).lists,
    };
    const { id, name } = requireStaff(request);
    await submit(ground, { kind: 'staff', id, name }, { subject: period.key, kind: 'periodic', content: both, note });
    return reply.redirect(localPath(`${path}?period=${period.key}`, languageOf(request)), 303);
  });
}

/** A frozen list where `number` asks for one, else as things stand. @throws NotFound */
async function listsOf(ground: RegulatorGround, request: FastifyRequest) {
  const query = request.query as Record<string, unknown>;
  const language = languageOf(request);
  const wanted: ListForm = query.form === 'simplified' ? 'simplified' : 'detailed';
  const key = typeof query.period === 'string' ? query.period : undefined;
  const now = await listsFor(ground, key, language, query.all === 'detailed');
  const submissions = await submissionsOf(ground.db.kysely, now.period.key, 'periodic');
  if (query.number === undefined) return { ...now, wanted, submissions, asked: undefined };
  const asked = submissions.find((one) => String(one.number) === query.number);
  if (!asked) throw new NotFound({ ja: 'この版の報告はありません。', en: 'There is no such version of the report.' });
  return { ...now, lists: (asked.content as Record<Language, Lists>)[language], wanted, submissions, asked };
}

async function listsFor(ground: RegulatorGround, key: string | undefined, language: Language, allDetailed = false) {
  const { db, clock, operator } = ground;
  const [zone, now] = [operator.timeZone, clock.now()];
  const { periodicReportEach, periodicReportMonths } = await readSettings(db.kysely);
  const period = key === undefined ? periodOf(now, periodicReportEach, zone) : parsePeriod(key, zone);
  if (!period) throw new NotFound({ ja: 'この期間はありません。', en: 'There is no such period.' });
  const accidents = await loadAccidents(db.kysely, zone, now, period);
  const names = await loadNames(db.kysely);
  const of = (wanted: ListForm) =>
    periodicList(inPeriod(accidents, period, wanted, allDetailed), wanted, { names, zone, language });
  return {
    period,
    due: periodicDue(period, periodicReportMonths, zone),
    lists: { detailed: of('detailed'), simplified: of('simplified') } satisfies Lists,
    year: fiscalYearOf(period.from, zone),
  };
}

async function show(ground: RegulatorGround, request: FastifyRequest, reply: FastifyReply) {
  const shown = await listsOf(ground, request);
  const zone = ground.operator.timeZone;
  const { year } = shown;
  const periods = [...[1, 2, 3, 4].map((quarter) => quarterOf(year, quarter, zone)), fiscalYear(year, zone)];
  const latest = Math.max(year, fiscalYearOf(ground.clock.now(), zone));
  const { asked, submissions, lists } = shown;
  const before = asked ? submissions.find((one) => one.number === asked.number - 1) : submissions.at(-1);
  const old = (before?.content as Record<Language, Lists> | undefined)?.[languageOf(request)];
  return page(request, reply, 'regulator/periodic', {
    ...shown,
    before,
    changed: old && {
      detailed: changedCells(old.detailed, lists.detailed),
      simplified: changedCells(old.simplified, lists.simplified),
    },
    periods,
    // Every year up to now that somebody may still look for, and the one that is shown.
    years: [...new Set([latest, latest - 1, latest - 2, year + 1, year, year - 1])]
      .filter((one) => one <= latest)
      .sort((a, b) => b - a),
    now: ground.clock.now(),
    mayWrite: mayDo(requireStaff(request).role, 'regulator:write'),
  });
}
