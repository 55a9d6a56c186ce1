import { type SelectQueryBuilder, sql } from 'kysely';
import type { Reader } from '../../db/open.ts';
import type { Tables } from '../../db/tables/index.ts';
import type { AuditEntriesTable } from '../../db/tables/staff.ts';
import type { Instant } from '../../time.ts';

/** Where a page ended: the next one begins below. */
export interface Place {
  at: Instant;
  id: string;
}

export interface TrailFilter {
  who?: string | undefined;
  act?: string | undefined;
  subject?: string | undefined;
  from?: Instant | undefined;
  to?: Instant | undefined;
  /** All of them stand somewhere in the entry, in small letters. */
  words: string[];
  before?: Place | undefined;
}

type Rows = SelectQueryBuilder<Tables, 'audit_entries', object>;

/** The only SQL that searches the trail. */
export const trailStore = {
  /** In the order of the index, newest first, of one subject, person or act where that is given: what an index answers alone. */
  async plain(db: Reader, filter: TrailFilter, limit: number): Promise<AuditEntriesTable[]> {
    return leading(db, filter).selectAll().limit(limit).execute();
  },

  /** Looks through `scan` entries and no more, so that no question reads the whole trail at once. */
  async sifted(db: Reader, filter: TrailFilter, limit: number, scan: number): Promise<AuditEntriesTable[]> {
    let query = db
      .selectFrom(leading(db, filter).selectAll().limit(scan).as('entries'))
      .selectAll()
      .orderBy('at', 'desc')
      .orderBy('id', 'desc')
      .limit(limit);
    if (filter.who !== undefined) query = query.where('actor_name', '=', filter.who);
    if (filter.act !== undefined) query = query.where('act', '=', filter.act);
    for (const word of filter.words) {
      const pattern = `%${word.replace(/[\\%_]/g, '\\$&')}%`;
      query = query.where(
        sql<boolean>`lower(actor_name || ' ' || act || ' ' || subject_kind || ' ' || subject_id || ' ' ||
          coalesce(before_json, '') || ' ' || coalesce(after_json, '')) like ${pattern} escape '\\'`,
      );
    }
    return query.execute();
  },

  /** The last of the `scan` entries that sifted() looks through; undefined where there are fewer. */
  async lastOf(db: Reader, filter: TrailFilter, scan: number): Promise<Place | undefined> {
    return leading(db, filter)
      .select(['at', 'id'])
      .limit(1)
      .offset(scan - 1)
      .executeTakeFirst();
  },
};

/** By the index that leaves least: subject, then person, then act, then time alone. */
function leading(db: Reader, { who, act, subject, from, to, before }: TrailFilter): Rows {
  let query: Rows = db.selectFrom('audit_entries').orderBy('at', 'desc').orderBy('id', 'desc');
  if (subject !== undefined) query = query.where('subject_id', '=', subject);
  else if (who !== undefined) query = query.where('actor_name', '=', who);
  else if (act !== undefined) query = query.where('act', '=', act);
  if (from !== undefined) query = query.where('at', '>=', from);
  if (to !== undefined) query = query.where('at', '<', to);
  if (before) {
    const { at, id } = before;
    query = query
      .where('at', '<=', at)
      .where((eb) => eb.or([eb('at', '<', at), eb.and([eb('at', '=', at), eb('id', '<', id)])]));
  }
  return query;
}
