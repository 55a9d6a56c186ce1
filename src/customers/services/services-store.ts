import type { Reader, Tx } from '../../db/open.ts';
import type { CustomerFeedsTable } from '../../db/tables/customers.ts';

/** Whose notices a private feed tells. */
export interface FeedScope {
  /** Those on his list. */
  services: string[];
  /** Where his mailboxes live, and the services that these belong to. */
  facilities: string[];
  hosting: string[];
}

/** The SQL of マイ商品リスト. */
export const servicesStore = {
  async chosen(db: Reader, customerId: string): Promise<string[]> {
    const rows = await db
      .selectFrom('customer_services')
      .select('service')
      .where('customer_id', '=', customerId)
      .orderBy('service')
      .execute();
    return rows.map((row) => row.service);
  },

  async choose(tx: Tx, customerId: string, services: readonly string[]): Promise<void> {
    await tx.deleteFrom('customer_services').where('customer_id', '=', customerId).execute();
    const rows = services.map((service) => ({ customer_id: customerId, service }));
    for (let from = 0; from < rows.length; from += 200) {
      await tx
        .insertInto('customer_services')
        .values(rows.slice(from, from + 200))
        .execute();
    }
  },

  async feed(db: Reader, customerId: string): Promise<CustomerFeedsTable | undefined> {
    return db.selectFrom('customer_feeds').selectAll().where('customer_id', '=', customerId).executeTakeFirst();
  },

  async setFeed(tx: Tx, row: CustomerFeedsTable): Promise<void> {
    await tx.deleteFrom('customer_feeds').where('customer_id', '=', row.customer_id).execute();
    await tx.insertInto('customer_feeds').values(row).execute();
  },

  async endFeed(tx: Tx, customerId: string): Promise<void> {
    await tx.deleteFrom('customer_feeds').where('customer_id', '=', customerId).execute();
  },

  /** What the feed of this link is about: chosen services, and the servers that his mailboxes live on. */
  async ofFeed(db: Reader, nonce: string): Promise<FeedScope | undefined> {
    const row = await db
      .selectFrom('customer_feeds')
      .innerJoin('customers', 'customers.id', 'customer_feeds.customer_id')
      .select('customers.id')
      .where('nonce', '=', nonce)
      .executeTakeFirst();
    if (!row) return undefined;
    const mailboxes = await db
      .selectFrom('mailboxes')
      .innerJoin('facilities', 'facilities.code', 'mailboxes.facility')
      .select(['mailboxes.facility', 'facilities.service'])
      .distinct()
      .where('mailboxes.customer_id', '=', row.id)
      .execute();
    return {
      services: await servicesStore.chosen(db, row.id),
      facilities: mailboxes.map((mailbox) => mailbox.facility),
      hosting: [...new Set(mailboxes.map((mailbox) => mailbox.service))],
    };
  },
};
