import type { Expression, ExpressionBuilder, SqlBool } from 'kysely';
import type { Reader } from '../db/open.ts';
import type { Tables } from '../db/tables/index.ts';
import type { Tended } from './tend.ts';

/** The SQL of the alerts that staff look after: those of one notice, by what became of their mails. */

const WHICH: Record<Tended, (eb: ExpressionBuilder<Tables, 'mails'>) => Expression<SqlBool>> = {
  waiting: (eb) => eb.and([eb('state', '=', 'queued'), eb('held_at', 'is', null)]),
  held: (eb) => eb.and([eb('state', '=', 'queued'), eb('held_at', 'is not', null)]),
  deferred: (eb) => eb.and([eb('state', '=', 'queued'), eb('attempts', '>', 0), eb('held_at', 'is', null)]),
  // One whose answer was lost before may have arrived: it is doubtful.
  failed: (eb) => eb.and([eb('state', 'in', ['failed', 'expired']), eb('doubts', '=', 0)]),
  doubtful: (eb) =>
    eb.and([eb('doubts', '>', 0), eb('state', 'in', ['in_doubt', 'failed', 'cancelled', 'expired', 'no_budget'])]),
};

export const tendStore = {
  /** In the order of their ids, behind `after`. */
  async alerts(db: Reader, noticeId: string, which: Tended, { after, limit }: { after: string; limit: number }) {
    return db
      .selectFrom('alerts')
      .innerJoin('mails', 'mails.id', 'alerts.id')
      .select(['alerts.id', 'alerts.slot', 'alerts.phase', 'alerts.ended'])
      .where('alerts.notice_id', '=', noticeId)
      .where('alerts.id', '>', after)
      .where((eb) => WHICH[which](eb as unknown as ExpressionBuilder<Tables, 'mails'>))
      .orderBy('alerts.id')
      .limit(limit)
      .execute();
  },
};
