import { randomBytes } from 'node:crypto';
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import type { FastifyBaseLogger, FastifyInstance } from 'fastify';
import { forgetCustomers } from './alerts/addresses/forget-customers.ts';
import { alertBounced } from './alerts/bounces/bounced.ts';
import { canaryArrived, forgetCanaries } from './alerts/canary/canary.ts';
import { type AlertGround, expandAll } from './alerts/expand.ts';
import { expansionOf } from './alerts/expansion.ts';
import { forgetAddresses, forgetDeliveries } from './alerts/housekeeping.ts';
import { alertSettled, recheckAlert } from './alerts/recheck.ts';
import { releaseHeld } from './alerts/release.ts';
import type { Ground } from './app.ts';
import { type Chore, Chores } from './chores.ts';
import { type Config, ConfigError, packageRoot } from './config.ts';
import { resumingImports } from './customers/import-customers.ts';
import { sendInvitations } from './customers/password/invitations.ts';
import { answerRequests, forgetOldRequests } from './customers/password/request.ts';
import { migrate } from './db/migrate.ts';
import { type Database, type OpenOptions, openDatabase, type Warn } from './db/open.ts';
import { becomeSoleSender } from './db/sole-sender.ts';
import { lookOf } from './http/look.ts';
import { hashingGate, staffHashingGate } from './http/passwords.ts';
import { countSessions, removeExpiredSessions } from './http/sessions.ts';
import { ownPasswordGuard } from './lookup/own-guard.ts';
import { Situations } from './lookup/situation.ts';
import type { BounceGround } from './mail/bounce/intake.ts';
import { type BounceListener, listenForBounces } from './mail/bounce/listener.ts';
import { readMailbox } from './mail/bounce/mailbox.ts';
import { Courier } from './mail/courier/courier.ts';
import { readLaneRules } from './mail/courier/lanes.ts';
import { forgetOldRecipients } from './mail/erase.ts';
import { freezeSending } from './mail/freeze.ts';
import { outboxHealth } from './mail/health.ts';
import { signerOf } from './mail/letter/dkim.ts';
import { ReturnPaths } from './mail/letter/return-path.ts';
import { onlyTo } from './mail/relay/allowlist.ts';
import { fileRelay } from './mail/relay/file-relay.ts';
import type { Outcome, Relay } from './mail/relay/relay.ts';
import { smtpRelay } from './mail/relay/smtp-relay.ts';
import { listenForMetrics, type MetricsListener, onceInAWhile } from './metrics/listener.ts';
import type { HandOver, Metrics, Readings } from './metrics/metrics.ts';
import { forgetWriters } from './notices/drafts/presence.ts';
import { publishScheduled } from './notices/drafts/schedule.ts';
import { letterSince } from './notices/letter-since.ts';
import { overdueNotices } from './notices/overdue.ts';
import { callWarnings } from './notices/warnings/call.ts';
import { warnOfLimits } from './notices/warnings/warn.ts';
import { warnOfCanary } from './notices/warnings/warn-of-canary.ts';
import { warnOfMeasures } from './notices/warnings/warn-of-measures.ts';
import { warnOfSender } from './notices/warnings/warn-of-sender.ts';
import { remindOfReports } from './regulator/outputs/remind.ts';
import { ChannelCaller } from './site/channels/call.ts';
import { partnersSettled, recheckPartners } from './site/channels/partner-mail.ts';
import { spreadPublications } from './site/channels/spread.ts';
import type { Edition } from './site/edition/edition.ts';
import { Exporter, mustBeFolder } from './site/export/exporter.ts';
import { Purge } from './site/export/purge.ts';
import { record, SYSTEM } from './staff/audit.ts';
import { forgetSignIns } from './staff/factor/second-step.ts';
import { forgetOldAnswers } from './staff/idempotency.ts';
import { type Clock, HOUR, MINUTE, SECOND } from './time.ts';

/** The pieces that main.ts puts together and the command line partly shares. */

export interface ReadyOptions extends OpenOptions {
  /** Reads all of a SQLite file first and looks whether it is whole. */
  inspect?: boolean;
}

/** Opened, and brought up to this program's schema. */
export async function readyDatabase(config: Config, warn: Warn, options: ReadyOptions = {}): Promise<Database> {
  const db = openDatabase(config.databaseUrl, warn, { readUrl: config.databaseReadUrl, ...options });
  try {
    if (options.inspect) await db.inspect();
    await migrate(db, join(packageRoot, 'migrations'));
    return db;
  } catch (error) {
    await db.close().catch(() => {});
    throw error;
  }
}

function alertsOf(ground: Omit<Ground, 'logger'>): AlertGround {
  return { ...ground, letterSince: letterSince(ground) };
}

/**
 * No mail goes out any more, on any node, until somebody releases it. Publications that have not been spread out yet are spread
 * first: what they would mail belongs to what is decided about then.
 */
export async function freezeSendingOf(ground: Omit<Ground, 'logger'>, reason: string): Promise<void> {
  const { db, clock } = ground;
  await db.transaction((tx) => freezeSending(tx, clock.now(), reason));
  await expandAll(alertsOf(ground));
  await db.transaction(async (tx) => {
    await freezeSending(tx, clock.now(), reason);
    await record(tx, clock.now(), SYSTEM, 'courier:freeze', 'courier', '1', undefined, { reason });
  });
}

/** Where the newest edition stands as files: for a web server, or only for the day on which the database cannot be opened. */
export function keptEditionDir(config: Config): string {
  return config.exportDir ?? join(config.dataDir, 'last-edition');
}

/** The configured secret, which production insists on; elsewhere one is made once and kept beside the database. */
export function secretOf(config: Config): string {
  if (config.secret) return config.secret;
  const file = join(config.dataDir, 'secret');
  try {
    return readFileSync(file, 'utf8').trim();
  } catch {
    mkdirSync(config.dataDir, { recursive: true });
    const secret = randomBytes(32).toString('base64url');
    writeFileSync(file, `${secret}\n`, { mode: 0o600 });
    chmodSync(file, 0o600);
    return secret;
  }
}

/** What links begin with. */
export function publicUrlOf(config: Config): string {
  if (config.publicUrl) return config.publicUrl;
  const host = config.host.includes(':') ? `[${config.host}]` : config.host;
  return `http://${host === '0.0.0.0' || host === '[::]' ? '127.0.0.1' : host}:${config.port}`;
}

function returnPathsOf(config: Config): ReturnPaths | undefined {
  if (config.mailBounceDomain === undefined) return undefined;
  const previous = config.secretPrevious === undefined ? [] : [config.secretPrevious];
  return new ReturnPaths(config.mailBounceDomain, [secretOf(config), ...previous]);
}

export function groundOf(config: Config, db: Database, clock: Clock): Omit<Ground, 'logger'> {
  return {
    db,
    clock,
    operator: {
      name: config.operatorName,
      timeZone: config.timeZone,
      look: lookOf(config.brand),
      ...(config.securityContact === undefined ? {} : { securityContact: config.securityContact }),
    },
    publicUrl: publicUrlOf(config),
    secret: config.secretPrevious === undefined ? secretOf(config) : [secretOf(config), config.secretPrevious],
    statuspageMaintenance: config.statuspageMaintenance,
    alertsPerNotice: config.alertsPerNotice,
    addressesPerCustomer: config.addressesPerCustomer,
    trustProxy: config.trustProxy,
    returnPaths: returnPathsOf(config),
    canary: config.mailCanary,
    oidcCustomers: config.oidcCustomers,
    oidcStaff: config.oidcStaff,
  };
}

/** Real mail by SMTP where it is configured, and outside production to the allow-list only; everything else into files. */
export function relayOf(config: Config, metrics?: Metrics): Relay {
  const relay = plainRelayOf(config);
  if (!metrics) return relay;
  return {
    async send(mail, beforeFinalDot) {
      const outcome = await relay.send(mail, beforeFinalDot);
      metrics.handedOver(handOverOf(outcome));
      return outcome;
    },
    close: () => relay.close(),
  };
}

function handOverOf(outcome: Outcome): HandOver {
  if (outcome.kind === 'sent') return '2xx';
  if (outcome.kind === 'refused') return outcome.reply.code >= 500 ? '5xx' : '4xx';
  return outcome.kind;
}

function plainRelayOf(config: Config): Relay {
  const files = fileRelay(join(config.dataDir, 'outbox'));
  if (!config.smtpUrl) return files;
  const smtp = smtpRelay(config.smtpUrl);
  return config.production ? smtp : onlyTo(config.mailAllowlist, smtp, files);
}

/** Connections for what is urgent, beside MAIL_CONNECTIONS. */
const URGENT = 2;

/**
 * Sends from this database until stop(). On SQLite one process does; another one waits until it is gone. On PostgreSQL any number
 * work side by side.
 */
export class Sending {
  readonly #config: Config;
  readonly #ground: Omit<Ground, 'logger'>;
  readonly #log: FastifyBaseLogger;
  readonly #metrics: Metrics | undefined;
  #courier: Courier | undefined;
  #letGo: (() => void) | null = null;
  #trying: NodeJS.Timeout | undefined;
  #bounces: Promise<BounceListener | undefined> | undefined;
  #reading: Chores | undefined;

  constructor(config: Config, ground: Omit<Ground, 'logger'>, log: FastifyBaseLogger, metrics?: Metrics) {
    this.#metrics = metrics;
    this.#config = config;
    this.#ground = ground;
    this.#log = log;
  }

  start(): void {
    this.#takeBounces();
    if (this.#ground.db.engine === 'postgres') {
      this.#run(false);
      return;
    }
    this.#letGo = becomeSoleSender(this.#config.databaseUrl);
    if (this.#letGo) this.#run(true);
    else {
      if (!this.#trying) this.#log.warn('another process sends from this database; this one waits until it ends');
      this.#trying = setTimeout(() => this.start(), 5000);
    }
  }

  wake(): void {
    this.#courier?.wake();
  }

  async stop(): Promise<void> {
    clearTimeout(this.#trying);
    await Promise.all([
      this.#courier?.stop(),
      this.#bounces?.then((listener) => listener?.close()),
      this.#reading?.stop(),
    ]);
    this.#letGo?.();
  }

  #takeBounces(): void {
    const { bounceListen, bounceMailbox } = this.#config;
    const { returnPaths } = this.#ground;
    if (this.#bounces || !returnPaths) return;
    const warn: Warn = (error, message) => this.#log.warn({ err: error }, message);
    const bounced = alertBounced(this.#ground);
    const bounces: BounceGround = { returnPaths, bounced, arrived: canaryArrived(this.#ground), warn };
    this.#bounces = this.#listen(bounceListen, bounces);
    if (bounceMailbox === undefined) return;
    const name = 'read mails that came back';
    this.#reading = new Chores([{ name, every: 30 * SECOND, run: () => readMailbox(bounceMailbox, bounces) }], warn);
    this.#reading.start();
  }

  async #listen(bounceListen: string | undefined, bounces: BounceGround): Promise<BounceListener | undefined> {
    if (bounceListen === undefined) return undefined;
    try {
      return await listenForBounces(bounceListen, bounces);
    } catch (error) {
      this.#log.error({ err: error }, `BOUNCE_LISTEN: nobody listens at ${bounceListen}`);
      return undefined;
    }
  }

  #run(alone: boolean): void {
    const { db, clock, operator, alertsPerNotice } = this.#ground;
    const alerts = alertsOf(this.#ground);
    this.#courier = new Courier({
      db,
      clock,
      relay: relayOf(this.#config, this.#metrics),
      stationery: {
        sender: { name: operator.name.ja, address: this.#config.mailFrom },
        returnPaths: this.#ground.returnPaths,
        signer: signerOf(this.#config.dkim),
      },
      recheck: recheckPartners(recheckAlert(alerts)),
      settled: partnersSettled(alertSettled(alerts), () => clock.now()),
      owner: `${hostname()}-${process.pid}-${randomBytes(4).toString('hex')}`,
      ticketsPerBudget: alertsPerNotice,
      perSecond: this.#config.mailPerSecond,
      lanes: { urgent: URGENT, bulk: this.#config.mailConnections },
      laneRules: readLaneRules(this.#config.mailDomainLanes),
      before: expansionOf(alerts),
      alone,
      warn: (error, message) => this.#log.warn({ err: error }, message),
    });
    this.#courier.start();
  }
}

/** Carries each new edition beyond this process: into files, and to the CDN in front. Starts at once; @returns how it ends. */
export async function carryOut(config: Config, app: FastifyInstance, clock: Clock): Promise<() => Promise<void>> {
  const { edition } = app;
  const warn: Warn = (error, message) => app.log.warn({ err: error }, message);
  const carriers: (Exporter | Purge)[] = [];
  if (config.exportDir) await mustBeFolder(config.exportDir);
  const presentOnly = config.exportDir === undefined;
  carriers.push(new Exporter({ dir: keptEditionDir(config), edition, clock, warn, presentOnly }));
  if (config.cdnPurgeUrl) {
    carriers.push(new Purge({ edition, url: config.cdnPurgeUrl, token: config.cdnPurgeToken, warn }));
  }
  for (const carrier of carriers) carrier.start();
  return async () => {
    await Promise.all(carriers.map((carrier) => carrier.stop()));
  };
}

const LAST_REQUESTS = 5 * SECOND;

/**
 * Listens no more and lets requests under way finish. Whoever has not finished sending his by then is cut off: half a form changes
 * nothing, and one slow client must not hold the stop until it is ended by force.
 */
export async function closeApp(app: FastifyInstance): Promise<void> {
  const cut = setTimeout(() => app.server.closeAllConnections(), LAST_REQUESTS);
  try {
    await app.close();
  } finally {
    clearTimeout(cut);
  }
}

/** Soon after this an end by force follows: what held it up is worth a line. */
const SOON_FORCED = 8500;

/** Waits for all; what is not ready soon before the end by force is named. */
export async function endTogether(
  parts: Record<string, Promise<unknown>>,
  late: (names: string[]) => void,
): Promise<void> {
  const waiting = new Set(Object.keys(parts));
  const timer = setTimeout(() => late([...waiting]), SOON_FORCED);
  try {
    await Promise.all(Object.entries(parts).map(([name, part]) => part.then(() => waiting.delete(name))));
  } finally {
    clearTimeout(timer);
  }
}

/** What this house does at its time though nobody asks, room by room. Web nodes leave it to the couriers. */
export function choresOf(ground: Omit<Ground, 'logger'>, edition: Edition, warn: Warn): Chore[] {
  const { db, clock } = ground;
  const caller = new ChannelCaller({ ...ground, random: Math.random, warn });
  const passwords = {
    ...ground,
    guard: ownPasswordGuard(new Situations(db, clock), { db, clock, warn: () => {} }),
  };
  return [
    {
      name: 'forget sessions that have run out',
      every: HOUR,
      run: () => removeExpiredSessions(db.kysely, clock.now()),
    },
    { name: 'forget who had a draft open', every: HOUR, run: () => forgetWriters(db.kysely, clock.now()) },
    { name: 'forget sign-ins that nobody finished', every: HOUR, run: () => forgetSignIns(ground, clock.now()) },
    {
      name: 'publish what is scheduled',
      every: 2 * SECOND,
      run: () => publishScheduled({ ...ground, announce: () => {} }),
    },
    { name: 'warn staff of what is due', every: 15 * SECOND, run: () => warnOfLimits(ground) },
    { name: 'remind staff of reports to the ministry', every: HOUR, run: () => remindOfReports(ground) },
    { name: 'warn staff where mails do not leave', every: 30 * SECOND, run: () => warnOfSender(ground) },
    { name: 'warn staff where alerts do not arrive', every: 30 * SECOND, run: () => warnOfCanary(ground) },
    { name: 'forget old proofs of arrival', every: HOUR, run: () => forgetCanaries(ground) },
    { name: 'remind staff of measures past their day', every: HOUR, run: () => warnOfMeasures(ground) },
    { name: 'call the address of warnings', every: 5 * SECOND, run: () => callWarnings(ground) },
    { name: 'spread publications to channels', every: SECOND, run: () => spreadPublications({ ...ground, edition }) },
    { name: 'call the channels', every: SECOND, run: () => caller.round() },
    { name: 'invite customers who have no password', every: 5 * SECOND, run: () => sendInvitations(ground) },
    {
      name: 'go on with an import that was cut off',
      every: SECOND,
      run: resumingImports(ground, forgetCustomers),
    },
    { name: 'answer requests for a new password', every: MINUTE, run: () => answerRequests(passwords) },
    { name: 'forget old requests for a new password', every: HOUR, run: () => forgetOldRequests(passwords) },
    {
      name: 'forget addresses nobody confirmed or mail no longer reaches',
      every: HOUR,
      run: () => forgetAddresses(ground),
    },
    { name: 'turn deliveries of long ago into counts', every: HOUR, run: () => forgetDeliveries(ground) },
    { name: 'release alerts held back for a broken server', every: 30 * SECOND, run: () => releaseHeld(ground) },
    { name: 'forget whom old mails went to', every: HOUR, run: () => forgetOldRecipients(db, clock) },
    { name: 'forget old answers to programs', every: HOUR, run: () => forgetOldAnswers(db, clock.now()) },
  ];
}

/** Opens /metrics where it is wanted; a port in use that nobody asked for is told and passed over. */
export async function openMetrics(
  config: Config,
  metrics: Metrics,
  app: FastifyInstance,
  ground: Omit<Ground, 'logger'>,
): Promise<MetricsListener | undefined> {
  const { db, clock } = ground;
  const { edition } = app;
  const stored = onceInAWhile(async () => {
    const now = clock.now();
    const outbox = await outboxHealth(db.kysely, now);
    const sessions = await countSessions(db.kysely, now);
    return { ...outbox, sessions, clocksOverdue: await overdueNotices(db.kysely, now) };
  });
  const read = async (): Promise<Readings> => ({
    edition: {
      number: edition.number ?? 0,
      ageSeconds: (clock.now() - (edition.checkedAt ?? 0)) / SECOND,
      trouble: edition.trouble !== undefined,
    },
    gates: { ...app.gates, hashing: hashingGate, 'hashing-staff': staffHashingGate },
    databaseErrors: db.failures(),
    stored: await stored(),
  });
  try {
    const listener = await listenForMetrics(config.metrics, metrics, read);
    app.log.info(`metrics are at ${listener.url}`);
    return listener;
  } catch (error) {
    const problem = `METRICS_PORT: ${config.metrics.port} on ${config.metrics.host}: ${(error as Error).message}`;
    if (config.metrics.insisted) throw new ConfigError([problem]);
    app.log.warn(`no metrics: ${problem}`);
    return undefined;
  }
}
