import type { Reader, Tx } from '../../db/open.ts';
import type { BouncesTable } from '../../db/tables/alerts.ts';
import type { Instant } from '../../time.ts';

/** The SQL of mails that came back. */
export const bounceStore = {
  /** @returns false where the same is recorded already. */
  async add(tx: Tx, row: BouncesTable): Promise<boolean> {
    const rows = await tx
      .insertInto('bounces')
      .values(row)
      .onConflict((conflict) => conflict.columns(['mail_id', 'kind']).doNothing())
      .returning('mail_id')
      .execute();
    return rows.length === 1;
  },

  async hardSince(db: Reader, addressId: string, since: Instant): Promise<number> {
    const row = await db
      .selectFrom('bounces')
      .select((eb) => eb.fn.countAll<number>().as('count'))
      .where('address_id', '=', addressId)
      .where('kind', 'in', ['hard', 'dead'])
      .where('received_at', '>', since)
      .executeTakeFirstOrThrow();
    return Number(row.count);
  },

  async addressOf(db: Reader, addressId: string): Promise<{ id: string; email: string } | undefined> {
    return db.selectFrom('addresses').select(['id', 'email']).where('id', '=', addressId).executeTakeFirst();
  },
};
