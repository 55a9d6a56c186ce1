import { evenly } from '../db/asking.ts';
import type { Tx } from '../db/open.ts';
import type { Instant } from '../time.ts';

const OVER = ['sent', 'in_doubt', 'failed', 'cancelled', 'expired', 'no_budget'] as const;

/** What the row of a mail keeps of a person: his address, and a reply that may repeat it. What was said to him alone is beside it. */
const NOBODY = { recipient: '', reply: null } as const;

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
    await forgetWords(tx, rows);
    return rows.length;
  },

  async some(tx: Tx, ids: string[]): Promise<void> {
    const rows = await tx
      .updateTable('mails')
      .set(NOBODY)
      .where('id', 'in', evenly(ids))
      .where('state', 'in', [...OVER])
      .returning('id')
      .execute();
    await forgetWords(tx, rows);
  },
};

/** Of mails that the statement before has found to be over, however they ended; the courier forgets only those that went (store.ts). */
async function forgetWords(tx: Tx, mails: { id: string }[]): Promise<void> {
  if (mails.length === 0) return;
  await tx
    .deleteFrom('mail_words')
    .where('mail_id', 'in', evenly(mails.map(({ id }) => id)))
    .execute();
}
