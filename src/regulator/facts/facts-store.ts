import { evenly } from '../../db/asking.ts';
import type { Reader, Tx } from '../../db/open.ts';
import type { SeriousDecisionsTable, ServiceCriteriaTable } from '../../db/tables/regulator.ts';
import type { Instant } from '../../time.ts';
import type { ServiceRule } from './assess.ts';
import { type Facts, NO_FACTS } from './facts.ts';

/** Facts as they were last saved. Version 0: nobody has saved any. */
export interface SavedFacts {
  facts: Facts;
  version: number;
  savedAt: Instant | null;
  savedBy: string | null;
}

/** The SQL of what is known of accidents and services. */
export const factsStore = {
  async find(db: Reader, noticeId: string): Promise<SavedFacts> {
    const row = await db
      .selectFrom('accident_facts')
      .selectAll()
      .where('notice_id', '=', noticeId)
      .orderBy('version', 'desc')
      .limit(1)
      .executeTakeFirst();
    return row ? savedOf(row) : { facts: NO_FACTS, version: 0, savedAt: null, savedBy: null };
  },

  /** The newest of every accident that has any. */
  async all(db: Reader): Promise<Map<string, SavedFacts>> {
    const rows = await db
      .selectFrom('accident_facts')
      .selectAll()
      .where((eb) =>
        eb(
          'version',
          '=',
          eb
            .selectFrom('accident_facts as other')
            .select(({ fn }) => fn.max<number>('other.version').as('newest'))
            .whereRef('other.notice_id', '=', 'accident_facts.notice_id'),
        ),
      )
      .execute();
    return new Map(rows.map((row) => [row.notice_id, savedOf(row)]));
  },

  /** @returns false where somebody else saved that version first. */
  async save(
    tx: Tx,
    noticeId: string,
    version: number,
    saved: { facts: Facts; at: Instant; by: string },
  ): Promise<boolean> {
    const rows = await tx
      .insertInto('accident_facts')
      .values({
        notice_id: noticeId,
        version,
        content: JSON.stringify(saved.facts),
        saved_at: saved.at,
        saved_by: saved.by,
      })
      .onConflict((conflict) => conflict.columns(['notice_id', 'version']).doNothing())
      .returning('version')
      .execute();
    return rows.length === 1;
  },

  async services(db: Reader): Promise<Map<string, ServiceRule>> {
    const rows = await db.selectFrom('service_criteria').selectAll().execute();
    return new Map(
      rows.map((row) => [row.service, { category: row.category, users: row.users, critical: row.critical === 1 }]),
    );
  },

  async setService(tx: Tx, row: ServiceCriteriaTable): Promise<void> {
    await tx
      .insertInto('service_criteria')
      .values(row)
      .onConflict((conflict) => conflict.column('service').doUpdateSet(row))
      .execute();
  },

  /** How many mailboxes live on each facility. */
  async mailboxes(db: Reader): Promise<Map<string, number>> {
    const rows = await db
      .selectFrom('mailboxes')
      .select(['facility', ({ fn }) => fn.countAll<number>().as('n')])
      .groupBy('facility')
      .execute();
    return new Map(rows.map((row) => [row.facility, Number(row.n)]));
  },

  /** Which facilities each service has, retired ones too. */
  async facilities(db: Reader): Promise<{ code: string; service: string }[]> {
    return db.selectFrom('facilities').select(['code', 'service']).execute();
  },

  async decide(tx: Tx, row: SeriousDecisionsTable): Promise<void> {
    await tx.insertInto('serious_decisions').values(row).execute();
  },

  /** Oldest first. */
  async decisions(db: Reader, noticeIds: string[]): Promise<SeriousDecisionsTable[]> {
    if (noticeIds.length === 0) return [];
    return db
      .selectFrom('serious_decisions')
      .selectAll()
      .where('notice_id', 'in', evenly(noticeIds.slice(0, 400)))
      .orderBy('decided_at')
      .execute();
  },
};

function savedOf(row: { version: number; content: string; saved_at: number; saved_by: string }): SavedFacts {
  return {
    // What a later program added has its default in what an earlier one saved.
    facts: { ...NO_FACTS, ...(JSON.parse(row.content) as Partial<Facts>) },
    version: row.version,
    savedAt: row.saved_at,
    savedBy: row.saved_by,
  };
}
