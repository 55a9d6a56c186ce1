import type { Database } from '../db/open.ts';
import type { Attempts } from '../http/attempts.ts';
import { passwordMatches } from '../http/passwords.ts';
import { type Customer, loginKey } from './customer.ts';
import { customerStore } from './store.ts';

/**
 * The customer whose login and password these are, or null: an unknown login and a wrong password are one answer and cost the same.
 * @throws Busy after too many attempts, or where too many sign in at once.
 */
export async function checkCustomer(
  db: Database,
  attempts: Attempts,
  ip: string,
  given: { login: string; password: string },
): Promise<Customer | null> {
  const login = loginKey(given.login);
  attempts.check(`customer:${login}`, ip);
  const row = await customerStore.byLogin(db.kysely, login);
  const right = await passwordMatches(row?.password_hash ?? null, given.password);
  // Frozen by its owner: the right password is as good as a wrong one until he has set another.
  if (!right || !row || row.frozen_at !== null) {
    attempts.failed(`customer:${login}`, ip);
    return null;
  }
  attempts.succeeded(`customer:${login}`);
  return { id: row.id, login: row.login, displayName: row.display_name };
}
