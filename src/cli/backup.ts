import { parseArgs } from 'node:util';
import { readConfig } from '../config.ts';
import { backUp, looksWhole, putBack } from '../db/backup.ts';
import type { Database } from '../db/open.ts';
import { holdUnsent, releaseSending, sendingState } from '../mail/freeze.ts';
import { record, SYSTEM } from '../staff/audit.ts';
import { freezeSendingOf, groundOf } from '../start.ts';
import { isoTime, systemClock } from '../time.ts';
import { UsageError } from './usage.ts';
import { withDatabase } from './with-database.ts';

/** `shirase backup FILE`: while the server runs. */
export async function backupCommand(words: string[]): Promise<void> {
  const [target] = files(words, 'backup needs one file: backup FILE.');
  const { schema, bytes } = backUp(sqliteFile('pg_dump --format=custom --file=FILE'), target);
  process.stdout.write(`${target}: ${megabytes(bytes)}, schema ${schema}, checked. Keep it on another machine.\n`);
}

/** `shirase restore FILE [--force]`: the server must be stopped, and its sender stays frozen until `shirase courier release`. */
export async function restoreCommand(words: string[]): Promise<void> {
  const { values, positionals } = parseArgs({
    args: words,
    options: { force: { type: 'boolean', default: false } },
    allowPositionals: true,
    strict: true,
  });
  const [backup] = files(positionals, 'restore needs one file: restore FILE [--force].');
  const file = sqliteFile('pg_restore --clean --dbname=DATABASE_URL FILE, then shirase courier freeze');
  const { schema, bytes } = looksWhole(backup);
  const now = systemClock.now();
  const stamp = isoTime(now, 'UTC').slice(0, 19).replace(/[-:]/g, '').replace('T', '-');
  const replaced = putBack(backup, file, { force: values.force, stamp });
  process.stdout.write(`${file} is now ${backup} (${megabytes(bytes)}, schema ${schema}).\n`);
  if (replaced) process.stdout.write(`What was there is ${replaced}.\n`);
  await withDatabase(async (db) => {
    await freezeSendingOf(
      groundOf(readConfig(), db, systemClock),
      `restored from a backup on ${isoTime(now, readConfig().timeZone)}`,
    );
    process.stdout.write(await frozenWords(db));
  });
}

/** `shirase courier`: whether mails go out; `freeze` stops them on all nodes, `release` lets them go on. */
export async function courierCommand(words: string[]): Promise<void> {
  const { values, positionals } = parseArgs({
    args: words,
    options: { unsent: { type: 'string' }, reason: { type: 'string', default: 'stopped by an administrator' } },
    allowPositionals: true,
    strict: true,
  });
  const [verb = 'status', ...rest] = positionals;
  if (rest.length > 0 || !['status', 'freeze', 'release'].includes(verb)) {
    throw new UsageError('Known are: courier status, courier freeze, courier release.');
  }
  await withDatabase(async (db) => {
    if (verb === 'freeze') await freezeSendingOf(groundOf(readConfig(), db, systemClock), values.reason);
    if (verb === 'release') await release(db, values.unsent);
    process.stdout.write(await frozenWords(db));
  });
}

async function release(db: Database, unsent: string | undefined): Promise<void> {
  const state = await sendingState(db.kysely);
  if (state.frozenAt === null) return;
  if (state.unsent > 0 && unsent !== 'hold' && unsent !== 'send') {
    throw new UsageError(
      `${state.unsent} mails of before the freezing are unsent here. Say what becomes of them:\n` +
        '  --unsent hold   they may have gone out before: they count, are listed as in doubt, and are not sent\n' +
        '  --unsent send   they have not gone out: send them',
    );
  }
  const held = unsent === 'hold' ? await holdUnsent(db, systemClock.now()) : 0;
  await db.transaction(async (tx) => {
    await releaseSending(tx);
    const decided = { unsent: unsent ?? 'none', held };
    await record(tx, systemClock.now(), SYSTEM, 'courier:release', 'courier', '1', { reason: state.reason }, decided);
  });
  if (held > 0) process.stdout.write(`${held} mails are in doubt and not sent.\n`);
}

async function frozenWords(db: Database): Promise<string> {
  const { frozenAt, reason, unsent } = await sendingState(db.kysely);
  if (frozenAt === null) return 'Mails go out.\n';
  const since = isoTime(frozenAt, readConfig().timeZone);
  return `No mail goes out: frozen since ${since} (${reason ?? ''}). ${unsent} mails of before wait.\nLet them go on with: shirase courier release\n`;
}

function files(words: string[], usage: string): [string] {
  const [file, ...rest] = words;
  if (!file || file.startsWith('-') || rest.length > 0) throw new UsageError(usage);
  return [file];
}

function sqliteFile(instead: string): string {
  const { databaseUrl } = readConfig();
  if (databaseUrl.startsWith('sqlite:')) return databaseUrl.slice('sqlite:'.length);
  throw new Error(`DATABASE_URL is a PostgreSQL: use its own tools, for instance ${instead} (docs/operations.md).`);
}

function megabytes(bytes: number): string {
  return `${(bytes / 1_048_576).toFixed(1)} MB`;
}
