import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { loadNames } from '../../catalogue/read.ts';
import { requireStaff } from '../../http/audience.ts';
import { page } from '../../http/views.ts';
import { mayDo } from '../../staff/permissions.ts';
import { DAY } from '../../time.ts';
import { faultYears, loadAccidents } from '../accidents.ts';
import { assessmentLook } from '../facts/look.ts';
import type { RegulatorGround } from '../ground.ts';
import { fiscalYear, fiscalYearOf } from '../outputs/deadlines.ts';
import { dueOf, LATEST_DUE, REPORT_WORDS } from '../outputs/due.ts';
import { criteriaRoutes } from './criteria-routes.ts';

const audience = { who: 'staff', may: 'regulator:read' } as const;

/** What must be reported next, and every fault with what the criteria say of it. */
export function overviewRoutes(app: FastifyInstance, ground: RegulatorGround): void {
  app.get('/console/regulator', { config: { audience } }, (request, reply) => show(ground, request, reply));
  criteriaRoutes(app, ground);
}

/** Faults on one page. */
const PAGE = 50;

async function show({ db, clock, operator }: RegulatorGround, request: FastifyRequest, reply: FastifyReply) {
  const [zone, now] = [operator.timeZone, clock.now()];
  const span = { from: now - LATEST_DUE, to: now + DAY };
  const recent = await loadAccidents(db.kysely, zone, now, span);
  const due = await dueOf(recent, { db: db.kysely, zone, now });
  const names = await loadNames(db.kysely);
  const years = await faultYears(db.kysely, zone);
  const { year: wantedYear, page: wantedPage } = request.query as { year?: unknown; page?: unknown };
  const asked = Number(wantedYear);
  const year = years.includes(asked) ? asked : (years[0] ?? fiscalYearOf(now, zone));
  const period = fiscalYear(year, zone);
  const ofYear =
    period.from >= span.from
      ? recent.filter(({ notice: { occurredAt } }) => occurredAt >= period.from && occurredAt < period.to)
      : await loadAccidents(db.kysely, zone, now, period);
  const pages = Math.max(1, Math.ceil(ofYear.length / PAGE));
  const pageNumber = Math.min(pages, Math.max(1, Math.trunc(Number(wantedPage)) || 1));
  const first = (pageNumber - 1) * PAGE;
  return page(request, reply, 'regulator/overview', {
    due: due.map((one) => ({ ...one, word: REPORT_WORDS[one.kind], late: Math.abs(now - one.since) })),
    years,
    year,
    total: ofYear.length,
    pages,
    pageNumber,
    first: first + 1,
    accidents: ofYear.slice(first, first + PAGE).map((accident) => ({
      notice: accident.notice,
      look: assessmentLook(accident, names),
      entered: accident.saved.version > 0,
    })),
    mayWrite: mayDo(requireStaff(request).role, 'regulator:write'),
  });
}
