import type { Reader } from '../../db/open.ts';
import type { Instant } from '../../time.ts';

/**
 * Whatever may need somebody's hand, by indexes: what is broken, what is being written, what changed lately, works whose window is not
 * long past, and serious faults that nobody has explained. Never every notice there ever was.
 */
export async function idsOfBoard(db: Reader, recentSince: Instant): Promise<string[]> {
  const rows = await db
    .selectFrom('impacts')
    .innerJoin('notices', 'notices.id', 'impacts.notice_id')
    .select('notices.id')
    .where('impacts.recovered_at', 'is', null)
    .where('notices.kind', '=', 'fault')
    .where('notices.first_published_at', 'is not', null)
    .union((eb) => eb.selectFrom('drafts').select('notice_id as id'))
    .union((eb) => eb.selectFrom('notices').select('id').where('updated_at', '>=', recentSince))
    .union((eb) => eb.selectFrom('notices').select('id').where('planned_to', '>=', recentSince))
    .union((eb) =>
      eb
        .selectFrom('notices')
        .select('id')
        .where('serious_at', 'is not', null)
        .where((inner) =>
          inner.not(
            inner.exists(
              inner
                .selectFrom('reports')
                .select('reports.number')
                .whereRef('reports.notice_id', '=', 'notices.id')
                .where('reports.phase', '=', 'final'),
            ),
          ),
        ),
    )
    .execute();
  return rows.map((row) => row.id);
}
