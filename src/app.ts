import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import cookie from '@fastify/cookie';
import formbody from '@fastify/formbody';
import helmet from '@fastify/helmet';
import staticFiles from '@fastify/static';
import Fastify, { type FastifyInstance, type FastifyServerOptions } from 'fastify';
import { addressRoutes } from './alerts/address-routes.ts';
import { catalogueRoutes } from './catalogue/routes.ts';
import { packageRoot } from './config.ts';
import { customerDoorkeeper, recogniseCustomer } from './customers/doorkeepers.ts';
import { customerRoutes } from './customers/routes.ts';
import type { Database } from './db/open.ts';
import { guardRoutes } from './http/audience.ts';
import { answerErrors } from './http/errors.ts';
import { stripLanguage } from './http/language.ts';
import { useSchemas } from './http/schemas.ts';
import type { Operator } from './http/views.ts';
import { lookupRoutes } from './lookup/routes.ts';
import { consoleRoutes } from './notices/console-routes.ts';
import { changeEdition } from './notices/read.ts';
import { noticeRoutes } from './notices/routes.ts';
import { Edition } from './site/edition.ts';
import { siteRoutes } from './site/routes.ts';
import { recogniseStaff, staffDoorkeepers } from './staff/doorkeepers.ts';
import { staffRoutes } from './staff/routes.ts';
import { type Clock, SECOND } from './time.ts';

/** What the house needs from outside. Built by main.ts and by the tests. */
export interface Ground {
  db: Database;
  clock: Clock;
  operator: Operator;
  /** What links begin with, without a slash at the end. Never taken from a request. */
  publicUrl: string;
  /** Signs what must not be forged. */
  secret: string;
  alertsPerNotice: number;
  addressesPerCustomer: number;
  trustProxy: number;
  logger: FastifyServerOptions['logger'];
}

declare module 'fastify' {
  interface FastifyInstance {
    /** Is called after each publication of this process. Others are noticed by the edition's number. */
    follow(follower: () => void): void;
    /** What everybody reads. main.ts lets it follow the database once a second. */
    edition: Edition;
  }
}

/** Builds the server without a port: plugins, then one line for each room. The table of contents of all URLs. */
export async function buildApp(ground: Ground): Promise<FastifyInstance> {
  const { db, clock, publicUrl, operator } = ground;
  const secure = publicUrl.startsWith('https://');
  const app = Fastify({
    logger: ground.logger ?? false,
    rewriteUrl: stripLanguage,
    // Only that many proxies in front are believed; a forged X-Forwarded-For counts for nothing.
    trustProxy: (_address: string, hop: number) => hop < ground.trustProxy,
    bodyLimit: 1_048_576,
    connectionTimeout: 30_000,
    requestTimeout: 30_000,
    keepAliveTimeout: 65_000,
    routerOptions: { maxParamLength: 300 },
    forceCloseConnections: 'idle',
  });
  app.decorate('operator', ground.operator);
  app.decorate('secret', ground.secret);
  app.decorate('secure', secure);
  app.decorateRequest('session', null);
  app.decorateRequest('customer', null);
  app.decorateRequest('staff', null);
  app.decorateRequest('apiKey', null);
  answerErrors(app);

  await app.register(helmet, {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'none'"],
        styleSrc: ["'self'"],
        scriptSrc: ["'self'"],
        imgSrc: ["'self'", 'data:'],
        connectSrc: ["'self'"],
        formAction: ["'self'"],
        baseUri: ["'none'"],
        frameAncestors: ["'none'"],
      },
    },
    strictTransportSecurity: secure ? { maxAge: 31_536_000, includeSubDomains: true } : false,
    referrerPolicy: { policy: 'same-origin' },
    crossOriginEmbedderPolicy: false,
  });
  await app.register(cookie);
  await app.register(formbody, { bodyLimit: 262_144 });
  guardRoutes(app, {
    ...customerDoorkeeper(db, clock),
    ...staffDoorkeepers(db, clock),
    anyone: (request) =>
      request.url.startsWith('/console') ? recogniseStaff(request, db, clock) : recogniseCustomer(request, db, clock),
  });
  await useSchemas(app, ground.publicUrl);
  await app.register(staticFiles, {
    root: join(packageRoot, 'public'),
    serve: false,
  });
  app.get('/assets/:hash/:file', { config: { audience: { who: 'everyone' } } }, (request, reply) =>
    reply
      .header('cross-origin-resource-policy', 'cross-origin')
      .sendFile((request.params as { file: string }).file, { immutable: true, maxAge: '365d' }),
  );
  await lookupRoutes(app, ground);
  await addressRoutes(app, ground);

  const followers: (() => void)[] = [];
  const announce = () => {
    for (const follow of followers) follow();
  };
  catalogueRoutes(app, { db, clock, announce, changed: (tx) => changeEdition(tx, clock.now()) });
  staffRoutes(app, { db, clock });
  customerRoutes(app, { db, clock });
  app.decorate('follow', (follow: () => void) => followers.push(follow));
  noticeRoutes(app, { db, clock, operator, publicUrl, announce });
  consoleRoutes(app, { db, clock, operator, publicUrl, announce });

  const edition = new Edition({
    db,
    clock,
    operator,
    publicUrl,
    warn: (error, message) => app.log.error({ err: error }, message),
  });
  await edition.refresh();
  app.follow(() => void edition.refresh());
  app.decorate('edition', edition);
  // Whoever has just published reads what he published, and so does everybody he tells: his answer waits for the new edition.
  app.addHook('onSend', async (request) => {
    const audience = request.routeOptions.config.audience?.who;
    if (request.method === 'GET' || request.method === 'HEAD' || (audience !== 'staff' && audience !== 'key')) return;
    await Promise.race([edition.refresh(), delay(SECOND, undefined, { ref: false })]);
  });
  app.addHook('onClose', async () => edition.stop());
  siteRoutes(app, { edition, clock, db });
  return app;
}
