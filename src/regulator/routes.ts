import type { FastifyInstance } from 'fastify';
import { bundleRoutes } from './bundle/bundle-routes.ts';
import { factsRoutes } from './facts/facts-routes.ts';
import type { RegulatorGround } from './ground.ts';
import { inquiryRoutes } from './inquiries/inquiry-routes.ts';
import { outputRoutes } from './outputs/output-routes.ts';
import { periodicRoutes } from './outputs/periodic-routes.ts';
import { overviewRoutes } from './overview/overview-routes.ts';
import { seriousRoutes } from './serious/serious-routes.ts';
import { statisticsRoutes } from './statistics/statistics-routes.ts';
import { timelinessRoutes } from './timeliness/timeliness-routes.ts';

/** All URLs of this room: the console's pages and the API of accident reports. */
export function regulatorRoutes(app: FastifyInstance, ground: RegulatorGround): void {
  seriousRoutes(app, ground);
  factsRoutes(app, ground);
  inquiryRoutes(app, ground);
  outputRoutes(app, ground);
  periodicRoutes(app, ground);
  bundleRoutes(app, ground);
  overviewRoutes(app, ground);
  statisticsRoutes(app, ground);
  timelinessRoutes(app, ground);
}
