import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { loadNames } from '../../catalogue/read.ts';
import type { Message } from '../../errors.ts';
import { languageOf } from '../../http/language.ts';
import { page } from '../../http/views.ts';
import { inLanguage, type Text } from '../../notices/notice.ts';
import { faultYears, loadAccidents } from '../accidents.ts';
import { criteria } from '../criteria/rules.ts';
import { csvOf } from '../csv.ts';
import { CAUSE_CLASS_WORDS, UNKNOWN } from '../facts/words.ts';
import type { RegulatorGround } from '../ground.ts';
import { fiscalYear, fiscalYearOf } from '../outputs/deadlines.ts';
import { file } from '../outputs/output-routes.ts';
import { bands } from './bands.ts';
import { barsOf, heatMap } from './charts.ts';
import { countedOf } from './counted.ts';
import { type Counted, matrixOf, once, type Share, sharesBy } from './statistics.ts';

const audience = { who: 'staff', may: 'regulator:read' } as const;

/** A fiscal year in numbers, beside the year before. */
export function statisticsRoutes(app: FastifyInstance, ground: RegulatorGround): void {
  app.get('/console/regulator/statistics', { config: { audience } }, async (request, reply) => {
    const year = await yearOf(ground, request);
    const drawn = {
      heat: heatMap(year.matrix, year.bands),
      bars: year.tables.map((table) => barsOf(table.shares)),
      trendBars: barsOf(year.trend),
    };
    return page(request, reply, 'regulator/statistics', { ...year, ...drawn });
  });
  app.get('/console/regulator/statistics.csv', { config: { audience } }, async (request, reply) => {
    const year = await yearOf(ground, request);
    return statisticsCsv(year, request, reply);
  });
}

type Year = Awaited<ReturnType<typeof yearOf>>;

async function yearOf({ db, clock, operator }: RegulatorGround, request: FastifyRequest) {
  const [zone, now] = [operator.timeZone, clock.now()];
  const names = await loadNames(db.kysely);
  const query = request.query as { year?: unknown; level?: unknown };
  const years = await faultYears(db.kysely, zone);
  const asked = Number(query.year);
  const year = years.includes(asked) ? asked : (years[0] ?? fiscalYearOf(now, zone));
  const span = { from: fiscalYear(year - TREND, zone).from, to: fiscalYear(year, zone).to };
  const counted = countedOf(await loadAccidents(db.kysely, zone, now, span), zone);
  const level = query.level === 'all' ? 'all' : 'major';
  const of = (wanted: number) =>
    once(counted.filter((one) => one.fiscalYear === wanted)).filter((one) => level === 'all' || one.level === 'major');
  const [these, before] = [of(year), of(year - 1)];
  return {
    year,
    years,
    level,
    bands: bands(),
    reports: counted.filter((one) => one.fiscalYear === year).length,
    total: these.length,
    before: before.length,
    trend: trendOf((wanted) => of(wanted).length, year, years),
    matrix: matrixOf(these, bands()),
    tables: tablesOf(these, before, (key) => names.service(key)),
  };
}

/** Years up to the shown one in the trend. */
const TREND = 5;

/** The oldest first; years without an accident have their place, too. */
function trendOf(count: (year: number) => number, year: number, years: number[]) {
  const first = Math.max(years.at(-1) ?? year, year - TREND + 1);
  const shown = Array.from({ length: year - first + 1 }, (_, index) => first + index);
  return shown.map((one) => ({ year: one, count: count(one), before: count(one - 1) }));
}

interface Table {
  id: string;
  title: Message;
  shares: (Share & { name: Text })[];
}

function tablesOf(these: Counted[], before: Counted[], service: (key: string) => Text): Table[] {
  const known = criteria();
  const table = (
    id: string,
    title: Message,
    keys: (one: Counted) => (string | null)[],
    name: (key: string) => Text | undefined,
  ): Table => ({
    id,
    title,
    shares: sharesBy(these, before, keys).map((share) => ({
      ...share,
      name: share.key === null ? UNKNOWN : (name(share.key) ?? { ja: share.key }),
    })),
  });
  const causes: Record<string, Message> = CAUSE_CLASS_WORDS;
  return [
    table(
      'category',
      { ja: '役務の区分別', en: 'By category of service' },
      (one) => [one.category],
      (key) =>
        key === 'all' ? { ja: '全役務（一律の基準）', en: 'All services (one rule)' } : known.categories.get(key)?.name,
    ),
    table('service', { ja: 'サービス別', en: 'By service' }, (one) => one.services, service),
    table(
      'cause',
      { ja: '発生原因別', en: 'By cause' },
      (one) => [one.cause],
      (key) => causes[key],
    ),
    table(
      'equipment',
      { ja: '故障設備別', en: 'By failed equipment' },
      (one) => [one.equipment],
      (key) => known.equipment.get(key),
    ),
  ];
}

function statisticsCsv({ year, bands: known, matrix, tables }: Year, request: FastifyRequest, reply: FastifyReply) {
  const language = languageOf(request);
  const say = (ja: string, en: string) => (language === 'ja' ? ja : en);
  const sum = say('合計', 'Total');
  const rows: (string | number | null)[][] = [
    [say(`${year}年度 継続時間と影響利用者数`, `Fiscal ${year}: duration by users`)],
    ['', ...known.users.map((band) => band.name[language]), sum],
    ...known.minutes.map((band, index) => [
      band.name[language],
      ...(matrix.cells[index] ?? []),
      matrix.byMinutes[index] ?? 0,
    ]),
    [sum, ...matrix.byUsers, matrix.total],
    [say('利用者数が調査中', 'Users not known'), matrix.outside],
  ];
  for (const { title, shares } of tables) {
    rows.push([], [title[language]], ['', say('件数', 'Count'), '%', say('前年度', 'Year before')]);
    for (const share of shares)
      rows.push([inLanguage(share.name, language), share.count, share.percent.toFixed(1), share.before]);
  }
  return file(reply, 'text/csv; charset=utf-8', `accidents-${year}.csv`).send(csvOf(rows));
}
