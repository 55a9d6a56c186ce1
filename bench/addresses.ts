import type { Database } from '../src/db/open.ts';

/** Domains in the proportions of a Japanese provider's customers: few large ones, a long tail. */
export const LARGE = [
  'gmail.com',
  'docomo.ne.jp',
  'yahoo.co.jp',
  'ezweb.ne.jp',
  'i.softbank.jp',
  'icloud.com',
  'outlook.jp',
];
const TAIL = 2000;

/** So many confirmed addresses, each of a customer of his own with a mailbox on facility 121. */
export async function seedAddresses(db: Database, count: number, piece = 500): Promise<void> {
  for (let n = 0; n < count; n += piece) {
    const some = Array.from({ length: Math.min(piece, count - n) }, (_, i) => String(n + i).padStart(7, '0'));
    await db.transaction(async (tx) => {
      await tx
        .insertInto('customers')
        .values(
          some.map((id) => ({ id: `c${id}`, login: `u${id}`, display_name: null, password_hash: null, created_at: 0 })),
        )
        .execute();
      await tx
        .insertInto('mailboxes')
        .values(
          some.map((id) => ({ address: `u${id}@m121.example`, customer_id: `c${id}`, facility: '121', created_at: 0 })),
        )
        .execute();
      await tx
        .insertInto('addresses')
        .values(
          some.map((id) => {
            const email = `u${id}@${domainOf(Number(id))}`;
            return {
              ...{ id: `a${id}`, customer_id: `c${id}`, place: 1, email, email_key: email, language: 'ja' as const },
              ...{ scope: 'mine' as const, works: 0 as const, created_at: 0, confirmed_at: 1, stopped_at: null },
              ...{ quarantined_at: null, quarantine_reply: null },
            };
          }),
        )
        .execute();
    });
  }
}

function domainOf(n: number): string {
  return n % 2 === 0 ? (LARGE[(n / 2) % LARGE.length] ?? 'gmail.com') : `d${n % TAIL}.example`;
}
