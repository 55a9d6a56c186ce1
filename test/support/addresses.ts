import type { Database } from '../../src/db/open.ts';

/** A customer with a mailbox on each of these facilities and one confirmed address. Written straight into the tables. */
export async function subscriber(
  db: Database,
  name: string,
  facilities: string[],
  choice: { scope?: 'mine' | 'services' | 'all'; language?: 'ja' | 'en'; works?: 0 | 1; services?: string[] } = {},
): Promise<{ customer: string; address: string; email: string }> {
  const customer = `c-${name}`;
  await db.kysely
    .insertInto('customers')
    .values({ id: customer, login: name, display_name: null, password_hash: null, created_at: 0 })
    .execute();
  for (const facility of facilities) {
    await db.kysely
      .insertInto('mailboxes')
      .values({ address: `${name}@m${facility}.example`, customer_id: customer, facility, created_at: 0 })
      .execute();
  }
  const email = `${name}@elsewhere.example`;
  await db.kysely
    .insertInto('addresses')
    .values({
      id: `a-${name}`,
      customer_id: customer,
      place: 1,
      email,
      email_key: email,
      language: choice.language ?? 'ja',
      scope: choice.scope ?? 'mine',
      works: choice.works ?? 0,
      created_at: 0,
      confirmed_at: 1,
      stopped_at: null,
      quarantined_at: null,
      quarantine_reply: null,
    })
    .execute();
  for (const service of choice.services ?? []) {
    await db.kysely
      .insertInto('address_services')
      .values({ address_id: `a-${name}`, service })
      .execute();
  }
  return { customer, address: `a-${name}`, email };
}
