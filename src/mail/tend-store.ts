import type { Expression, ExpressionBuilder, SqlBool } from 'kysely';
import { evenly, inPortions } from '../db/asking.ts';
import type { Reader, Tx } from '../db/open.ts';
import type { Tables } from '../db/tables/index.ts';
import type { Instant } from '../time.ts';
import type { MailInList, MailQuery } from './outbox.ts';

/** The SQL of what staff look at and decide by hand. */

/** The year 2286: later than any claim looks. */
const OUT_OF_REACH = 9_999_999_999_999;

const WHICH: Record<MailQuery['which'], (eb: ExpressionBuilder<Tables, 'mails'>) => Expression<SqlBool>> = {
  doubtful: (eb) =>
    eb.and([eb('doubts', '>', 0), eb('state', 'in', ['in_doubt', 'failed', 'cancelled', 'expired', 'no_budget'])]),
  failed: (eb) => eb('state', 'in', ['failed', 'expired']),
  deferred: (eb) => eb.and([eb('state', '=', 'queued'), eb('attempts', '>', 0), eb('held_at', 'is', null)]),
  held: (eb) => eb.and([eb('state', '=', 'queued'), eb('held_at', 'is not', null)]),
};

export const tendStore = {
  async list(db: Reader, { which, ids, after, limit = 200 }: MailQuery): Promise<MailInList[]> {
    let query = db
      .selectFrom('mails')
      .select(['id', 'recipient', 'state', 'attempts', 'doubts', 'held_at', 'next_attempt_at', 'not_after'])
      .select(['reply', 'created_at'])
      .where(WHICH[which]);
    if (ids) query = query.where('id', 'in', ids.length === 0 ? [''] : ids);
    if (after !== undefined) query = query.where('id', '>', after);
    const rows = await query.orderBy('id').limit(limit).execute();
    return rows.map((row) => ({
      id: row.id,
      recipient: row.recipient,
      state: row.state,
      attempts: row.attempts,
      doubts: row.doubts,
      held: row.held_at !== null,
      nextAttemptAt: row.next_attempt_at,
      notAfter: row.not_after,
      reply: row.reply,
      createdAt: row.created_at,
    }));
  },

  async retry(tx: Tx, ids: string[], now: Instant): Promise<string[]> {
    return inPieces(ids, (some) =>
      tx
        .updateTable('mails')
        .set((eb) => ({
          state: 'queued',
          next_attempt_at: now,
          held_at: null,
          ended_at: null,
          // What ended is sent because somebody wants it, however late.
          not_after: eb.case().when('state', '=', 'queued').then(eb.ref('not_after')).end(),
        }))
        .where('id', 'in', evenly(some))
        .where((eb) =>
          eb.or([
            eb('state', 'in', ['failed', 'in_doubt', 'expired']),
            eb.and([eb('state', '=', 'queued'), eb('attempts', '>', 0)]),
          ]),
        )
        .returning('id')
        .execute(),
    );
  },

  async hold(tx: Tx, ids: string[], now: Instant): Promise<string[]> {
    return inPieces(ids, (some) =>
      tx
        .updateTable('mails')
        .set({ held_at: now, next_attempt_at: OUT_OF_REACH })
        .where('id', 'in', evenly(some))
        .where('state', '=', 'queued')
        .where('held_at', 'is', null)
        .returning('id')
        .execute(),
    );
  },

  async release(tx: Tx, ids: string[], now: Instant): Promise<string[]> {
    return inPieces(ids, (some) =>
      tx
        .updateTable('mails')
        .set({ held_at: null, next_attempt_at: now })
        .where('id', 'in', evenly(some))
        .where('state', '=', 'queued')
        .where('held_at', 'is not', null)
        .returning('id')
        .execute(),
    );
  },
};

async function inPieces(ids: string[], change: (some: string[]) => Promise<{ id: string }[]>): Promise<string[]> {
  const caught: string[] = [];
  for (const some of inPortions(ids, 500)) {
    for (const { id } of await change(some)) caught.push(id);
  }
  return caught;
}
