import { statSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import type { Ground } from './app.ts';
import type { Config } from './config.ts';
import type { Database, Warn } from './db/open.ts';
import { type TroubleKind, troubleAdvice, troubleOf } from './db/trouble.ts';
import { editionNumber } from './notices/read.ts';
import { addressOf, keptEdition, serveLastEdition } from './site/export/last-edition.ts';
import { freezeSendingOf, keptEditionDir, publicUrlOf, readyDatabase } from './start.ts';
import { SECOND } from './time.ts';

/** What stands in for the server while there is no database, and what looks whether the database is the one of before. */

const LOOK_AGAIN = 5 * SECOND;
const SERVER = { inspect: true, thread: true };
/** Opening waits for a lock in this thread, and with it the pages that are served meanwhile. */
const SHORT = { ...SERVER, patience: 200 };

/**
 * The database, ready. Where it cannot be opened, the last edition is served from its files until it can.
 * @throws Error where there is no edition to serve, or waiting would not help (a newer program's schema).
 */
export async function databaseInTime(config: Config, warn: Warn, say: (line: string) => void): Promise<Database> {
  try {
    return await readyDatabase(config, warn, SERVER);
  } catch (error) {
    const trouble = troubleOf(error);
    if (!trouble) throw error;
    const what = troubleAdvice(trouble, whereOf(config));
    if (config.role === 'courier' || (await keptEdition(keptEditionDir(config))) === undefined) {
      throw new Error(`${what}\n(${(error as Error).message})`, { cause: error });
    }
    return standIn(config, warn, { trouble, what, say });
  }
}

async function standIn(
  config: Config,
  warn: Warn,
  { trouble, what, say }: { trouble: TroubleKind; what: string; say: (line: string) => void },
): Promise<Database> {
  let now = { trouble, what };
  const dir = keptEditionDir(config);
  const secure = publicUrlOf(config).startsWith('https://');
  const server = await serveLastEdition(dir, config, { secure, why: () => now.what });
  say(`${what}\nMeanwhile the last edition is served at ${addressOf(server)} from ${dir}; nothing can be published.`);
  let seen = fingerprint(config);
  for (;;) {
    await wait(LOOK_AGAIN);
    // A damaged file is not read from end to end every five seconds, but as soon as it is another.
    const print = fingerprint(config);
    if (now.trouble === 'damaged' && print === seen) continue;
    seen = print;
    try {
      const db = await readyDatabase(config, warn, SHORT);
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      say('The database is back.');
      return db;
    } catch (error) {
      const kind = troubleOf(error) ?? now.trouble;
      now = { trouble: kind, what: troubleAdvice(kind, whereOf(config)) };
    }
  }
}

function whereOf({ databaseUrl }: Config): string {
  if (databaseUrl.startsWith('sqlite:')) return databaseUrl.slice('sqlite:'.length);
  return `PostgreSQL at ${/@?([^@/]*)(\/|$)/.exec(databaseUrl.replace(/^\w+:\/\//, ''))?.[1] || 'its host'}`;
}

function fingerprint({ databaseUrl }: Config): string {
  if (!databaseUrl.startsWith('sqlite:')) return '';
  const found = statSync(databaseUrl.slice('sqlite:'.length), { throwIfNoEntry: false });
  return found ? `${found.ino} ${found.size} ${found.mtimeMs}` : 'none';
}

/**
 * Freezes the sender where the database is older than what this node has published from it: it was restored, or its WAL is gone,
 * and does not know what has been sent since. @returns what to tell the operator.
 */
export async function freezeWhereOlder(config: Config, ground: Omit<Ground, 'logger'>): Promise<string | undefined> {
  const { db } = ground;
  const kept = await keptEdition(keptEditionDir(config));
  const number = await editionNumber(db.kysely);
  if (kept === undefined || kept <= number) return undefined;
  const reason = `the database is older than what was published: edition ${number}, and edition ${kept} in ${keptEditionDir(config)}`;
  await freezeSendingOf(ground, reason);
  return `No mail goes out: ${reason}. Look at what is missing, publish it again, then: shirase courier release`;
}
