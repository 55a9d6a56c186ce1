import { setTimeout as delay } from 'node:timers/promises';
import cookie from '@fastify/cookie';
import formbody from '@fastify/formbody';
import Fastify, { type FastifyInstance, type FastifyServerOptions } from 'fastify';
import { addressRoutes } from './alerts/addresses/address-routes.ts';
import { bounceRoutes } from './alerts/bounces/bounce-routes.ts';
import { alertBounced } from './alerts/bounces/bounced.ts';
import { canaryArrived } from './alerts/canary/canary.ts';
import { catalogueConsoleRoutes } from './catalogue/console-routes.ts';
import { catalogueRoutes } from './catalogue/routes.ts';
import { customerDoorkeeper, recogniseCustomer } from './customers/doorkeepers.ts';
import { customerRoutes } from './customers/routes.ts';
import { scopeOfFeed } from './customers/services/own-feed.ts';
import type { Database, Tx } from './db/open.ts';
import { assetRoutes } from './http/assets.ts';
import { guardRoutes, recordAudiences } from './http/audience.ts';
import { costOf, gateRoutes, makeGates } from './http/cost.ts';
import { answer, answerErrors, answerMissing, missImpossibleNames } from './http/errors.ts';
import { answerSafely } from './http/headers.ts';
import { stripLanguage } from './http/language.ts';
import type { ProviderSettings } from './http/oidc/provider.ts';
import { providerOf } from './http/oidc/realms.ts';
import { answerWithRequestId, requestIds } from './http/request-id.ts';
import { describeApi, useSchemas } from './http/schemas.ts';
import type { Secret } from './http/signing.ts';
import { readStatusToken } from './http/status-link.ts';
import { turnAwayEarly } from './http/turned-away.ts';
import type { Operator } from './http/views.ts';
import { ownPasswordGuard } from './lookup/own-guard.ts';
import { ownRoutes } from './lookup/own-routes.ts';
import { lookupRoutes } from './lookup/routes.ts';
import { Situations } from './lookup/situation.ts';
import type { ReturnPaths } from './mail/letter/return-path.ts';
import type { Metrics } from './metrics/metrics.ts';
import { attachmentRoutes } from './notices/attachments/attachment-routes.ts';
import { consoleRoutes } from './notices/console/console-routes.ts';
import { linkRoutes } from './notices/links/link-routes.ts';
import { measureRoutes } from './notices/measures/measure-routes.ts';
import { changeEdition } from './notices/read.ts';
import { noticeRoutes } from './notices/routes.ts';
import { regulatorRoutes } from './regulator/routes.ts';
import { seriousnessOf } from './regulator/serious/serious.ts';
import { briefOf } from './site/brief.ts';
import { channelApiRoutes } from './site/channels/api-routes.ts';
import { channelConsoleRoutes } from './site/channels/console-routes.ts';
import { Edition } from './site/edition/edition.ts';
import { ownFeedRoutes } from './site/feeds/own-routes.ts';
import { textRoutes } from './site/press/routes.ts';
import { previewOf } from './site/preview.ts';
import { healthRoutes, siteRoutes } from './site/routes.ts';
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
  secret: Secret;
  /** The indicator of the Statuspage API while there is planned work and nothing worse. */
  statuspageMaintenance: 'none' | 'maintenance';
  alertsPerNotice: number;
  addressesPerCustomer: number;
  trustProxy: number;
  /** Of alerts; absent where MAIL_BOUNCE_DOMAIN is not set. */
  returnPaths?: ReturnPaths | undefined;
  /** Where the mail goes that proves that mails arrive; absent: none is sent. */
  canary?: string | undefined;
  /** Where people may sign in beside their passwords here. */
  oidcCustomers?: (ProviderSettings & { match: 'subject' | 'email' }) | undefined;
  oidcStaff?: ProviderSettings | undefined;
  logger: FastifyServerOptions['logger'];
  /** Is told of each answer, where somebody counts. */
  metrics?: Pick<Metrics, 'answered' | 'page'>;
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
    genReqId: requestIds(ground.trustProxy > 0),
    requestIdHeader: false,
    // Only that many proxies in front are believed; a forged X-Forwarded-For counts for nothing.
    trustProxy: (_address: string, hop: number) => hop < ground.trustProxy,
    bodyLimit: 1_048_576,
    connectionTimeout: 30_000,
    requestTimeout: 30_000,
    keepAliveTimeout: 65_000,
    // Who sends his request byte by byte is let go soon after its time, not at the next half minute.
    http: { headersTimeout: 20_000, connectionsCheckingInterval: 2000 },
    routerOptions: { maxParamLength: 300 },
    forceCloseConnections: 'idle',
    frameworkErrors: (error, request, reply) => {
      void answer(request, reply, error);
    },
  });
  app.decorate('operator', ground.operator);
  app.decorate('secret', { getter: () => ground.secret });
  app.decorate('secure', secure);
  app.decorateRequest('session', null);
  app.decorateRequest('customer', null);
  app.decorateRequest('staff', null);
  app.decorateRequest('apiKey', null);
  app.decorateRequest('notSignedIn', null);
  app.decorateRequest('statusLink', null);
  answerErrors(app);
  recordAudiences(app);
  missImpossibleNames(app);
  app.decorate('gates', makeGates());

  const edition = new Edition({
    db,
    clock,
    operator,
    publicUrl,
    statuspageMaintenance: ground.statuspageMaintenance,
    warn: (error, message) => app.log.error({ err: error }, message),
  });
  await edition.refresh();
  const followers: (() => void)[] = [() => void edition.refresh()];
  app.decorate('follow', (follow: () => void) => followers.push(follow));
  app.decorate('edition', edition);
  app.decorate(
    'staleEdition',
    () => edition.trouble && { since: edition.trouble.since, reason: edition.trouble.message },
  );
  app.decorate('publicStatus', () => edition.printed && briefOf(edition.printed));
  app.addHook('onClose', async () => edition.stop());
  assetRoutes(app);
  siteRoutes(app, edition, ground.metrics?.page);
  const announce = () => {
    for (const follow of followers) follow();
  };
  // What reads a form, a cookie or the database stands inside, with all that this needs; what everybody reads stands outside.
  await app.register(async (house) => {
    await useSchemas(house, publicUrl);
    const situations = new Situations(db, clock, () => edition.number ?? 0);
    const answered = (status: number, ms: number) => ground.metrics?.answered('lookup', status, ms);
    // Beside the rooms: it would have all of their hooks.
    await house.register((own) => ownRoutes(own, { situations, clock, publicUrl, answered }));
    await house.register((rooms) => buildRooms(rooms, ground, situations, announce));
  });
  return app;
}

async function buildRooms(
  app: FastifyInstance,
  ground: Ground,
  situations: Situations,
  announce: () => void,
): Promise<void> {
  const { db, clock, publicUrl, operator } = ground;
  const { edition } = app;
  turnAwayEarly(app);
  answerWithRequestId(app);
  app.addHook('onResponse', (request, reply, done) => {
    const { url, config } = request.routeOptions;
    ground.metrics?.answered(costOf(url, config.audience, request.method), reply.statusCode, reply.elapsedTime);
    done();
  });
  gateRoutes(app);
  answerSafely(app);
  await app.register(cookie);
  await app.register(formbody, { bodyLimit: 262_144 });
  guardRoutes(app, {
    ...customerDoorkeeper(db, clock),
    ...staffDoorkeepers(db, clock),
    link: (request) => {
      const { token = '' } = request.params as { token?: string };
      request.statusLink = readStatusToken(ground.secret, token, clock.now());
    },
    anyone: (request) =>
      request.routeOptions.url?.startsWith('/console')
        ? recogniseStaff(request, db, clock)
        : recogniseCustomer(request, db, clock),
  });
  answerMissing(app);
  describeApi(app);
  await lookupRoutes(app, { ...ground, situations });
  ownFeedRoutes(app, edition, (token) => scopeOfFeed({ db, clock, publicUrl, secret: ground.secret }, token));
  await addressRoutes(app, ground);
  const catalogue = { db, clock, announce, changed: (tx: Tx) => changeEdition(tx, clock.now()) };
  catalogueRoutes(app, catalogue);
  const bounced = alertBounced(ground);
  const warn = (error: unknown, message: string) => app.log.warn({ err: error }, message);
  const arrived = canaryArrived(ground);
  bounceRoutes(app, ground.returnPaths && { returnPaths: ground.returnPaths, bounced, arrived, warn });
  catalogueConsoleRoutes(app, catalogue);
  const { secret, oidcCustomers } = ground;
  const realm = { publicUrl, secret, clock, warn };
  staffRoutes(app, {
    ...{ db, clock, operator, secret, publicUrl, changed: catalogue.changed },
    staffProvider: providerOf('staff', ground.oidcStaff, realm),
  });
  const guard = ownPasswordGuard(situations, { db, clock, warn });
  const scope = oidcCustomers?.match === 'email' ? 'openid email' : 'openid';
  const provider = providerOf('customer', oidcCustomers, realm, scope);
  const customerProvider = oidcCustomers && provider && { provider, match: oidcCustomers.match };
  await customerRoutes(app, { db, clock, operator, publicUrl, secret, guard, customerProvider });
  noticeRoutes(app, { db, clock, operator, publicUrl, announce });
  linkRoutes(app, { db, clock, operator, publicUrl, announce });
  measureRoutes(app, { db, clock, operator, publicUrl, announce });
  await attachmentRoutes(app, { db, clock, operator, publicUrl, announce });
  const notices = { db, clock, operator, publicUrl, announce };
  consoleRoutes(app, {
    ...{ ...notices, alertsPerNotice: ground.alertsPerNotice },
    seriousness: (open) => seriousnessOf(notices, open),
    previewOf: (notice, report) => previewOf(edition, notice, report),
  });
  regulatorRoutes(app, notices);
  textRoutes(app, { db, clock, operator, publicUrl, edition });
  const channels = { db, clock, operator, publicUrl, secret: ground.secret, edition };
  channelConsoleRoutes(app, channels);
  channelApiRoutes(app, channels);
  healthRoutes(app, { edition, clock, db });
  // Whoever has just published reads what he published, and so does everybody he tells: his answer waits for the new edition,
  // and not for ever on a machine that has no time to print.
  app.addHook('onSend', async (request) => {
    const audience = request.routeOptions.config.audience?.who;
    if (request.method === 'GET' || request.method === 'HEAD' || (audience !== 'staff' && audience !== 'key')) return;
    await Promise.race([edition.refresh(), delay(3 * SECOND, undefined, { ref: false })]);
  });
}
