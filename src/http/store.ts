import type { Insertable, Selectable } from 'kysely';
import type { Database, Prepared, Reader } from '../db/open.ts';
import type { SessionsTable } from '../db/tables/staff.ts';
import type { Instant } from '../time.ts';
import type { Session, SessionAudience } from './sessions.ts';

const FIND =
  'SELECT token_hash, audience, subject, proved_at, expires_at FROM sessions WHERE token_hash = ? AND audience = ? AND expires_at > ?';

type FoundSession = Pick<SessionsTable, 'token_hash' | 'audience' | 'subject' | 'proved_at' | 'expires_at'>;

/** Every customer request asks this: prepared once for each database. */
const prepared = new WeakMap<Database, Prepared<FoundSession>>();

export const sessionStore = {
  async add(db: Reader, row: Insertable<SessionsTable>): Promise<void> {
    await db.insertInto('sessions').values(row).execute();
  },

  async find(db: Database, tokenHash: string, audience: SessionAudience, now: Instant): Promise<Session | null> {
    let find = prepared.get(db);
    if (!find) {
      find = db.prepare<FoundSession>('session-find', FIND);
      prepared.set(db, find);
    }
    const [row] = await find.all(tokenHash, audience, now);
    if (!row) return null;
    return {
      tokenHash: row.token_hash,
      audience: row.audience,
      subject: row.subject,
      provedAt: row.proved_at,
      expiresAt: row.expires_at,
    };
  },

  /** @returns the ID token that it had. */
  async remove(db: Reader, tokenHash: string): Promise<string | null> {
    const row = await db
      .deleteFrom('sessions')
      .where('token_hash', '=', tokenHash)
      .returning('id_token')
      .executeTakeFirst();
    return row?.id_token ?? null;
  },

  async count(db: Reader, now: Instant): Promise<{ audience: SessionAudience; sessions: number }[]> {
    return db
      .selectFrom('sessions')
      .select((eb) => ['audience', eb.fn.countAll<number>().as('sessions')] as const)
      .where('expires_at', '>', now)
      .groupBy('audience')
      .execute();
  },

  /** Those that still live, the newest first. */
  async ofSubject(
    db: Reader,
    audience: SessionAudience,
    subject: string,
    now: Instant,
  ): Promise<Selectable<SessionsTable>[]> {
    return db
      .selectFrom('sessions')
      .selectAll()
      .where('audience', '=', audience)
      .where('subject', '=', subject)
      .where('expires_at', '>', now)
      .orderBy('created_at', 'desc')
      .execute();
  },

  async removeOf(db: Reader, audience: SessionAudience, subject: string, which: { but?: string; only?: string }) {
    let query = db.deleteFrom('sessions').where('audience', '=', audience).where('subject', '=', subject);
    if (which.but !== undefined) query = query.where('token_hash', '!=', which.but);
    if (which.only !== undefined) query = query.where('token_hash', '=', which.only);
    await query.execute();
  },

  async removeExpired(db: Reader, now: Instant): Promise<void> {
    await db.deleteFrom('sessions').where('expires_at', '<=', now).execute();
  },
};
