import type { Tx } from '../db/open.ts';
import type { Instant } from '../time.ts';

const OVER = ['sent', 'in_doubt', 'failed', 'cancelled', 'expired', 'no_budget'] as const;

/** What a mail keeps of a person: his address, what was said to him alone, and a reply that may repeat his address. */
const NOBODY = { recipient: '', fields: '{}', reply: null } as const;

export const eraseStore = {
  /** Mails that ended before then and still name somebody. @returns how many now name nobody. */
  async before(tx: Tx, ended: Instant, limit: number): Promise<number> {
    const rows = await tx
      .updateTable('mails')
      .set(NOBODY)
      .where(
        'id',
        'in',
        tx
          .selectFrom('mails')
          .select('id')
          .where('state', 'in', [...OVER])
          .where('recipient', '<>', '')
          .where('ended_at', '<', ended)
          .limit(limit),
      )
      .returning('id')
      .execute();
    return rows.length;
  },

  async some(tx: Tx, ids: string[]): Promise<void> {
    await tx
      .updateTable('mails')
      .set(NOBODY)
      .where('id', 'in', ids)
      .where('state', 'in', [...OVER])
      .execute();
  },
};
