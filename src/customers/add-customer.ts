import { randomBytes } from 'node:crypto';
import type { Database } from '../db/open.ts';
import { hashPassword } from '../http/passwords.ts';
import type { Clock } from '../time.ts';
import { type Customer, loginKey, mailboxKey } from './customer.ts';
import { customerStore } from './store.ts';

/** One customer with his mailboxes; many come by import-customers.ts. */
export async function addCustomer(
  db: Database,
  clock: Clock,
  input: {
    login: string;
    password: string;
    displayName?: string | undefined;
    mailboxes: { address: string; facility: string }[];
  },
): Promise<Customer> {
  const hash = await hashPassword(input.password);
  const id = randomBytes(8).toString('hex');
  const login = loginKey(input.login);
  const displayName = input.displayName ?? null;
  const now = clock.now();
  await db.transaction(async (tx) => {
    await customerStore.putCustomers(tx, [
      { id, login, display_name: displayName, password_hash: hash, created_at: now },
    ]);
    await customerStore.putMailboxes(
      tx,
      input.mailboxes.map((mailbox) => ({
        address: mailboxKey(mailbox.address),
        customer_id: id,
        facility: mailbox.facility,
        created_at: now,
      })),
    );
  });
  return { id, login, displayName };
}

/** Whether anybody could sign in at all. */
export async function hasCustomers(db: Database): Promise<boolean> {
  return customerStore.anybody(db.kysely);
}
