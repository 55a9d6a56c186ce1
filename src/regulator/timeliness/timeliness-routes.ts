import type { FastifyInstance, FastifyRequest } from 'fastify';
import { languageOf } from '../../http/language.ts';
import { page } from '../../http/views.ts';
import { sumsByQuarter, sumsOf, type Timeliness, timelinessOf, WITHIN } from '../../notices/clocks/timeliness.ts';
import { inLanguage, type Text } from '../../notices/notice.ts';
import { loadPostings, loadPublished } from '../../notices/read.ts';
import { surfaceNames } from '../../notices/surfaces.ts';
import { readSettings } from '../../staff/settings.ts';
import { isoTime } from '../../time.ts';
import { csvOf } from '../csv.ts';
import type { RegulatorGround } from '../ground.ts';
import { file } from '../outputs/output-routes.ts';

const audience = { who: 'staff', may: 'regulator:read' } as const;

/** How soon faults were told: each, and by quarter. */
export function timelinessRoutes(app: FastifyInstance, ground: RegulatorGround): void {
  app.get('/console/regulator/timeliness', { config: { audience } }, async (request, reply) => {
    const stories = await storiesOf(ground);
    const nameOf = await namesOf(ground);
    return page(request, reply, 'regulator/timeliness', {
      within: WITHIN,
      sums: sumsOf(stories),
      quarters: sumsByQuarter(stories, ground.operator.timeZone),
      stories: stories
        .map((one) => ({
          ...one,
          surfaces: one.surfaces.map((surface) => ({ ...surface, name: nameOf(surface.surface) })),
        }))
        .reverse()
        .slice(0, SHOWN),
      more: Math.max(0, stories.length - SHOWN),
    });
  });
  app.get('/console/regulator/timeliness.csv', { config: { audience } }, async (request, reply) =>
    file(reply, 'text/csv; charset=utf-8', 'timeliness.csv').send(
      csvOf(rowsOf(await storiesOf(ground), await namesOf(ground), { ground, request })),
    ),
  );
}

/** A page holds so many; the file holds all. */
const SHOWN = 100;

async function storiesOf({ db, clock }: RegulatorGround): Promise<Timeliness[]> {
  return timelinessOf(await loadPublished(db.kysely), await loadPostings(db.kysely), clock.now());
}

async function namesOf({ db }: RegulatorGround): Promise<(surface: string) => Text> {
  return surfaceNames((await readSettings(db.kysely)).surfaces);
}

function rowsOf(
  stories: Timeliness[],
  nameOf: (surface: string) => Text,
  { ground: { operator }, request }: { ground: RegulatorGround; request: FastifyRequest },
) {
  const language = languageOf(request);
  const say = (ja: string, en: string) => (language === 'ja' ? ja : en);
  const heads = [
    say('番号', 'Number'),
    say('件名', 'Title'),
    say('発生', 'Occurred'),
    say('掲載先', 'Surface'),
    say('初報まで（分）', 'To first report (min)'),
    say('報の間隔（分）', 'Between reports (min)'),
    say('回復から回復報まで（分）', 'Recovery to its report (min)'),
    say('最長の沈黙（分）', 'Longest silence (min)'),
  ];
  const lines = stories.flatMap((story) =>
    story.surfaces.map((one) => [
      story.root,
      inLanguage(story.title, language),
      isoTime(story.occurredAt, operator.timeZone),
      inLanguage(nameOf(one.surface), language),
      one.first,
      one.between.join(' '),
      one.afterRecovery,
      story.longestSilence,
    ]),
  );
  return [heads, ...lines];
}
