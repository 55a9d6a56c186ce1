import { join } from 'node:path';
import { packageRoot } from '../../config.ts';
import { bytesBehind, type Condition, conditionOf } from '../../db/condition.ts';
import { schemaOf } from '../../db/migrate.ts';
import { type Database, openDatabase } from '../../db/open.ts';
import { troubleAdvice, troubleOf } from '../../db/trouble.ts';
import { sendingState } from '../../mail/freeze.ts';
import { type Finding, fail, ok, type Patient, reasonOf, warn } from './finding.ts';

/** Bytes of log: more than a few seconds of the busiest day. */
const FAR_BEHIND = 64 * 1024 * 1024;

export async function examineDatabase(patient: Patient): Promise<Finding[]> {
  const { db, config, trouble: closed } = patient;
  const where = config.databaseUrl.replace(/\/\/[^@/]*@/, '//').replace(/\?.*/, '');
  if (closed !== undefined) return [failed(where, closed)];
  if (!db) return [warn(`${where}: there is no database yet`, 'Start the server, or run: shirase migrate')];
  try {
    const condition = await conditionOf(db);
    const fitting = await schema(db);
    return [
      ok(`${condition.version} at ${where}`),
      ...kept(condition),
      fitting,
      await whole(db),
      ...(await replica(db, config.databaseReadUrl)),
      ...(fitting.level === 'ok' ? await sender(db) : []),
    ];
  } catch (error) {
    return [failed(where, error)];
  }
}

function failed(where: string, error: unknown): Finding {
  const trouble = troubleOf(error);
  const next = trouble ? troubleAdvice(trouble, where) : 'Look at DATABASE_URL and at the log of the database.';
  return fail(`${where}: ${reasonOf(error)}`, next);
}

function kept({ keeps }: Condition): Finding[] {
  if (keeps.engine === 'sqlite') {
    const full = keeps.journal === 'wal' && keeps.synchronous === 2;
    const what = `journal ${keeps.journal}, synchronous ${keeps.synchronous === 2 ? 'FULL' : keeps.synchronous}`;
    return [full ? ok(what) : fail(what, 'A power cut could lose publications. Put the database on a local disk.')];
  }
  if (keeps.isReplica) return [fail('DATABASE_URL is a replica', 'Name the primary, or all hosts with commas.')];
  const what = `fsync ${keeps.fsync}, synchronous_commit ${keeps.commit}, ${keeps.following} replicas follow`;
  if (keeps.fsync !== 'on' || keeps.commit === 'off')
    return [fail(what, 'A power cut could lose publications: set fsync = on and synchronous_commit = on.')];
  if (keeps.following > 0 && keeps.standbys === '')
    return [
      warn(
        `${what}, none of them synchronous`,
        'A failover could lose reports: synchronous_standby_names, docs/growing.md',
      ),
    ];
  return [ok(what)];
}

async function schema(db: Database): Promise<Finding> {
  const { there, known } = await schemaOf(db, join(packageRoot, 'migrations'));
  if (there > known)
    return fail(`schema ${there} is newer than this program's ${known}`, 'Install the newer version of Shirase.');
  return there < known
    ? warn(`schema ${there} is older than this program's ${known}`, 'Restart the server, or run: shirase migrate')
    : ok(`schema ${there} is this program's`);
}

async function whole(db: Database): Promise<Finding> {
  await db.inspect();
  return ok(db.engine === 'sqlite' ? 'every page of the file is whole' : 'PostgreSQL checks its own pages');
}

async function replica(db: Database, url: string | undefined): Promise<Finding[]> {
  if (url === undefined) return [];
  const reader = openDatabase(url, () => {});
  try {
    const behind = await bytesBehind(db, reader);
    if (behind === undefined)
      return [warn('DATABASE_READ_URL is no replica', 'Leave it out, or name a replica of DATABASE_URL.')];
    const what = `the replica is ${(behind / 1024 / 1024).toFixed(1)} MB of log behind`;
    return [
      behind > FAR_BEHIND ? warn(what, 'Lookups go to the primary meanwhile. Look at its disk and network.') : ok(what),
    ];
  } catch (error) {
    return [warn(`the replica does not answer: ${reasonOf(error)}`, 'The primary answers lookups until it does.')];
  } finally {
    await reader.close();
  }
}

async function sender(db: Database): Promise<Finding[]> {
  const { frozenAt, reason, unsent } = await sendingState(db.kysely);
  if (frozenAt === null) return [];
  return [
    warn(
      `no mail goes out, ${unsent} wait: ${reason}`,
      'Decide about them: shirase courier release --unsent hold|send',
    ),
  ];
}
