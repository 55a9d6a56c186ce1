import { evenly } from '../../db/asking.ts';
import type { Reader, Tx } from '../../db/open.ts';
import type { Instant } from '../../time.ts';

/** A notice that an address was mailed about, and whether its reader has had enough of it. */
export interface ToldNotice {
  id: string;
  title: { ja: string; en?: string };
  muted: boolean;
}

export type MutedNotice = Omit<ToldNotice, 'muted'>;

/** The SQL of notices about which an address gets no more mail. */
export const muteStore = {
  /** What the address was told of since then, the newest first. */
  async told(db: Reader, addressId: string, since: Instant, limit: number): Promise<ToldNotice[]> {
    const rows = await db
      .selectFrom('alerts')
      .innerJoin('notices', 'notices.id', 'alerts.root_id')
      .leftJoin('address_mutes', (join) =>
        join
          .onRef('address_mutes.address_id', '=', 'alerts.address_id')
          .onRef('address_mutes.root_id', '=', 'alerts.root_id'),
      )
      .select(['notices.id', 'notices.title_ja', 'notices.title_en', 'address_mutes.muted_at'])
      .select((eb) => eb.fn.max('alerts.created_at').as('told_at'))
      .where('alerts.address_id', '=', addressId)
      .where('alerts.created_at', '>', since)
      .groupBy(['notices.id', 'notices.title_ja', 'notices.title_en', 'address_mutes.muted_at'])
      .orderBy('told_at', 'desc')
      .orderBy('notices.id', 'desc')
      .limit(limit)
      .execute();
    return rows.map((row) => ({ id: row.id, title: titleOf(row), muted: row.muted_at !== null }));
  },

  /** What each of these addresses is not mailed about any more, the newest first. */
  async muted(db: Reader, addressIds: string[]): Promise<Map<string, MutedNotice[]>> {
    const found = new Map<string, MutedNotice[]>();
    if (addressIds.length === 0) return found;
    const rows = await db
      .selectFrom('address_mutes')
      .innerJoin('notices', 'notices.id', 'address_mutes.root_id')
      .select(['address_mutes.address_id', 'notices.id', 'notices.title_ja', 'notices.title_en'])
      .where('address_mutes.address_id', 'in', evenly(addressIds))
      .orderBy('address_mutes.muted_at', 'desc')
      .execute();
    for (const row of rows)
      found.set(row.address_id, [...(found.get(row.address_id) ?? []), { id: row.id, title: titleOf(row) }]);
    return found;
  },

  async mute(tx: Tx, addressId: string, rootId: string, now: Instant): Promise<void> {
    await tx
      .insertInto('address_mutes')
      .values({ address_id: addressId, root_id: rootId, muted_at: now })
      .onConflict((conflict) => conflict.columns(['address_id', 'root_id']).doNothing())
      .execute();
  },

  /** @returns whether it had been muted. */
  async unmute(tx: Tx, addressId: string, rootId: string): Promise<boolean> {
    const [result] = await tx
      .deleteFrom('address_mutes')
      .where('address_id', '=', addressId)
      .where('root_id', '=', rootId)
      .execute();
    return Number(result?.numDeletedRows ?? 0) > 0;
  },
};

function titleOf({ title_ja, title_en }: { title_ja: string; title_en: string | null }): ToldNotice['title'] {
  return title_en === null ? { ja: title_ja } : { ja: title_ja, en: title_en };
}
