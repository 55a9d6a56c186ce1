import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import closeWithGrace from 'close-with-grace';
import type { FastifyInstance } from 'fastify';
import { buildApp } from './app.ts';
import { Chores } from './chores.ts';
import { loadExample } from './cli/example.ts';
import { type Config, ConfigError, packageRoot, readConfig } from './config.ts';
import { sharedClock } from './db/clock.ts';
import type { Database } from './db/open.ts';
import { loggerOf } from './http/log.ts';
import { redact } from './http/redact.ts';
import { Metrics } from './metrics/metrics.ts';
import { hasStaff, makeSetupLink } from './staff/setup-link.ts';
import { databaseInTime, freezeWhereOlder } from './stand-in.ts';
import { carryOut, choresOf, closeApp, endTogether, groundOf, openMetrics, publicUrlOf, Sending } from './start.ts';

/** The process: settings, database, web and courier, and a stop that loses nothing. The only file with signals. */
async function main(): Promise<void> {
  const config = readConfig();
  const say = (line: string) => process.stderr.write(redact(`${line}\n`));
  const db = await databaseInTime(config, (error, message) => say(`${message}: ${String(error)}`), say);
  const clock = await sharedClock(db);
  const ground = groundOf(config, db, clock);
  const metrics = new Metrics(version());
  const app = await buildApp({ ...ground, metrics, logger: loggerOf(config.logLevel, process.stdout) });
  const known = await hasStaff(db);
  const older = known ? await freezeWhereOlder(config, ground) : undefined;
  if (older) app.log.error(older);
  const firstWords = await prepareFirstStart(config, db, ground);
  const sending = new Sending(config, ground, app.log, metrics);
  const warn = (error: unknown, message: string) => app.log.warn({ err: error }, message);
  const chores = new Chores(choresOf(ground, app.edition, warn), warn);
  const counted = await openMetrics(config, metrics, app, ground);
  let stopCarrying = async () => {};
  // The page first: whoever publishes waits for it, and whoever is mailed looks there.
  const pageThenMails = async () => {
    await app.edition.refresh();
    sending.wake();
  };
  const stopHints = db.onHint(() => void pageThenMails());

  closeWithGrace({ delay: 10_000, logger: { error: (text) => app.log.error(text) } }, async ({ err, signal }) => {
    if (err) app.log.error({ err }, 'ending after an unexpected error');
    else app.log.info(`${signal ?? 'stop'}: finishing what is under way`);
    // Side by side: a slow reader must not keep mails waiting for their end, nor a slow relay readers.
    await endTogether(
      {
        requests: closeApp(app),
        mails: sending.stop(),
        chores: chores.stop(),
        editions: stopCarrying(),
        ...(counted ? { metrics: counted.close() } : {}),
        hints: Promise.resolve(stopHints()),
      },
      (names) => app.log.warn(`still waiting for ${names.join(', ')}`),
    );
    clock.stop();
    await db.close();
  });

  await app.edition.refresh();
  app.edition.start();
  if (config.role !== 'courier') stopCarrying = await carryOut(config, app, clock);
  if (config.role !== 'courier') await listen(app, config);
  if (config.role !== 'web') {
    app.follow(() => void pageThenMails());
    sending.start();
    chores.start();
  }
  if (!config.smtpUrl) app.log.info(`SMTP_URL is not set: mails are written to ${config.dataDir}/outbox as .eml files`);
  process.stdout.write(`\nShirase: ${publicUrlOf(config)}/\n${firstWords}\n`);
}

/** Outside production an empty database gets the example operator; in production a link to make the first administrator. */
async function prepareFirstStart(config: Config, db: Database, ground: ReturnType<typeof groundOf>): Promise<string> {
  if (await hasStaff(db)) return '';
  if (config.production) {
    const token = await makeSetupLink(db, ground.clock);
    return `Make the first administrator here (works once, for a day):\n  ${publicUrlOf(config)}/console/set-up/${token}\n`;
  }
  return config.example ? loadExample(ground) : '';
}

/** Everybody comes at the same moment: who finds no place in the system's queue is heard seconds later. It cuts this to net.core.somaxconn. */
const BACKLOG = 16_384;

async function listen(app: FastifyInstance, config: Config): Promise<void> {
  try {
    await app.listen({ host: config.host, port: config.port, backlog: BACKLOG });
  } catch (error) {
    if ((error as { code?: string }).code !== 'EADDRINUSE') throw error;
    throw new ConfigError([
      `PORT: ${config.port} on ${config.host} is in use; stop the other server or choose another port`,
    ]);
  }
}

function version(): string {
  return (JSON.parse(readFileSync(join(packageRoot, 'package.json'), 'utf8')) as { version: string }).version;
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof ConfigError ? error.message : String((error as Error).stack ?? error)}\n`);
  process.exit(1);
});
