import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { loadNames } from '../../catalogue/read.ts';
import { requireStaff } from '../../http/audience.ts';
import { page } from '../../http/views.ts';
import { mayDo } from '../../staff/permissions.ts';
import { loadAccidents } from '../accidents.ts';
import { assessmentLook } from '../facts/look.ts';
import type { RegulatorGround } from '../ground.ts';
import { fiscalYearOf } from '../outputs/deadlines.ts';
import { dueOf, REPORT_WORDS } from '../outputs/due.ts';
import { criteriaRoutes } from './criteria-routes.ts';

const audience = { who: 'staff', may: 'regulator:read' } as const;

/** What must be reported next, and every fault with what the criteria say of it. */
export function overviewRoutes(app: FastifyInstance, ground: RegulatorGround): void {
  app.get('/console/regulator', { config: { audience } }, (request, reply) => show(ground, request, reply));
  criteriaRoutes(app, ground);
}

async function show({ db, clock, operator }: RegulatorGround, request: FastifyRequest, reply: FastifyReply) {
  const [zone, now] = [operator.timeZone, clock.now()];
  const accidents = await loadAccidents(db.kysely, zone, now);
  const names = await loadNames(db.kysely);
  const years = [...new Set(accidents.map(({ notice }) => fiscalYearOf(notice.occurredAt, zone)))].sort(
    (a, b) => b - a,
  );
  const asked = Number((request.query as { year?: unknown }).year);
  const year = years.includes(asked) ? asked : (years[0] ?? fiscalYearOf(now, zone));
  return page(request, reply, 'regulator/overview', {
    due: (await dueOf(accidents, { db: db.kysely, zone, now })).map((one) => ({
      ...one,
      word: REPORT_WORDS[one.kind],
    })),
    years,
    year,
    accidents: accidents
      .filter(({ notice }) => fiscalYearOf(notice.occurredAt, zone) === year)
      .map((accident) => ({
        notice: accident.notice,
        look: assessmentLook(accident, names),
        entered: accident.saved.version > 0,
      })),
    mayWrite: mayDo(requireStaff(request).role, 'regulator:write'),
  });
}
