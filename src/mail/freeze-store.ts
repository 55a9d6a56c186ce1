import type { Reader, Tx } from '../db/open.ts';
import type { Instant } from '../time.ts';

export const freezeStore = {
  async state(db: Reader): Promise<{ frozenAt: Instant | null; reason: string | null }> {
    const row = await db
      .selectFrom('couriers')
      .select(['frozen_at', 'frozen_reason'])
      .where('id', '=', 1)
      .executeTakeFirstOrThrow();
    return { frozenAt: row.frozen_at, reason: row.frozen_reason };
  },

  async set(tx: Tx, frozenAt: Instant | null, reason: string | null): Promise<void> {
    await tx.updateTable('couriers').set({ frozen_at: frozenAt, frozen_reason: reason }).where('id', '=', 1).execute();
  },

  /** Not yet handed over, or in the middle of it, and older than the freezing. */
  async unsent(
    db: Reader,
    before: Instant,
    limit: number,
  ): Promise<{ id: string; budget: string | null; ticket: number | null }[]> {
    return db
      .selectFrom('mails')
      .select(['id', 'budget', 'ticket'])
      .where('state', 'in', ['queued', 'claimed', 'handing'])
      .where('created_at', '<=', before)
      .limit(limit)
      .execute();
  },

  async countUnsent(db: Reader, before: Instant): Promise<number> {
    const row = await db
      .selectFrom('mails')
      .select((eb) => eb.fn.countAll<number>().as('mails'))
      .where('state', 'in', ['queued', 'claimed', 'handing'])
      .where('created_at', '<=', before)
      .executeTakeFirstOrThrow();
    return row.mails;
  },

  async putInDoubt(tx: Tx, id: string, ticket: number | null, reply: string, now: Instant): Promise<void> {
    await tx
      .updateTable('mails')
      .set({ state: 'in_doubt', doubts: 1, ticket, reply, ended_at: now, lease_owner: null, lease_until: null })
      .where('id', '=', id)
      .execute();
  },
};
