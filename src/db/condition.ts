import { sql } from 'kysely';
import type { Database } from './open.ts';

/** How a database does, for whoever looks after it. */
export interface Condition {
  version: string;
  /** SQLite: journal mode and level (2 is FULL). PostgreSQL: its settings, and how many replicas follow it now. */
  keeps:
    | { engine: 'sqlite'; journal: string; synchronous: number }
    | { engine: 'postgres'; fsync: string; commit: string; standbys: string; following: number; isReplica: boolean };
  /** The server's clock, where it has one of its own; epoch milliseconds. */
  now: number | undefined;
}

export async function conditionOf(db: Database): Promise<Condition> {
  return db.engine === 'sqlite' ? ofSqlite(db) : ofPostgres(db);
}

async function ofSqlite({ kysely }: Database): Promise<Condition> {
  const version = await sql<{ version: string }>`SELECT sqlite_version() AS version`.execute(kysely);
  const journal = await sql<{ journal_mode: string }>`PRAGMA journal_mode`.execute(kysely);
  const synchronous = await sql<{ synchronous: number }>`PRAGMA synchronous`.execute(kysely);
  return {
    version: `SQLite ${version.rows[0]?.version}`,
    keeps: {
      engine: 'sqlite',
      journal: journal.rows[0]?.journal_mode ?? '',
      synchronous: synchronous.rows[0]?.synchronous ?? 0,
    },
    now: undefined,
  };
}

async function ofPostgres({ kysely }: Database): Promise<Condition> {
  const { rows } = await sql<{
    version: string;
    fsync: string;
    commit: string;
    standbys: string;
    following: number;
    is_replica: boolean;
    now: number;
  }>`SELECT current_setting('server_version') AS version, current_setting('fsync') AS fsync,
      current_setting('synchronous_commit') AS commit, current_setting('synchronous_standby_names') AS standbys,
      (SELECT count(*) FROM pg_stat_replication) AS following, pg_is_in_recovery() AS is_replica,
      floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint AS now`.execute(kysely);
  const [row] = rows;
  if (!row) throw new Error('PostgreSQL answered nothing');
  const { version, fsync, commit, standbys, following, is_replica: isReplica, now } = row;
  return {
    version: `PostgreSQL ${version}`,
    keeps: { engine: 'postgres', fsync, commit, standbys, following: Number(following), isReplica },
    now,
  };
}

/** Bytes of the primary's log that the replica has not applied yet; undefined where it is no replica. */
export async function bytesBehind(primary: Database, replica: Database): Promise<number | undefined> {
  const ahead = await sql<{ at: string }>`SELECT pg_current_wal_lsn()::text AS at`.execute(primary.kysely);
  const at = ahead.rows[0]?.at ?? '0/0';
  const { rows } = await sql<{ is_replica: boolean; behind: number | null }>`SELECT pg_is_in_recovery() AS is_replica,
      greatest(0, pg_wal_lsn_diff(${at}::pg_lsn, pg_last_wal_replay_lsn()))::bigint AS behind`.execute(replica.kysely);
  return rows[0]?.is_replica ? Number(rows[0].behind) : undefined;
}
