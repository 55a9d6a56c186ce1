import { createHmac } from 'node:crypto';
import type { Database } from '../db/open.ts';
import { isExpected } from '../errors.ts';
import type { Attempts } from '../http/attempts.ts';
import { isLegacy } from '../http/legacy-hashes.ts';
import { hashPassword, passwordMatches } from '../http/passwords.ts';
import { current, type Secret } from '../http/signing.ts';
import { type Customer, loginKey } from './customer.ts';
import { customerStore } from './store.ts';

/**
 * The customer whose login and password these are, or null: an unknown login and a wrong password are one answer and cost the same.
 * @throws Busy after too many attempts, or where too many sign in at once.
 */
export async function checkCustomer(
  { db, secret, attempts }: { db: Database; secret: Secret; attempts: Attempts },
  ip: string,
  given: { login: string; password: string },
): Promise<Customer | null> {
  const login = loginKey(given.login);
  attempts.check(`customer:${login}`, ip);
  const row = await customerStore.byLogin(db.kysely, login);
  const decoy = await customerStore.hashNear(db.kysely, placeOf(secret, login));
  const right = await passwordMatches(row?.password_hash ?? null, given.password, { decoy });
  // Frozen by its owner: the right password is as good as a wrong one until he has set another.
  if (!right || !row || row.frozen_at !== null) {
    attempts.failed(`customer:${login}`, ip);
    return null;
  }
  attempts.succeeded(`customer:${login}`);
  if (row.password_hash !== null && isLegacy(row.password_hash))
    await rehash(db, row.id, row.password_hash, given.password);
  return { id: row.id, login: row.login, displayName: row.display_name };
}

/**
 * A login that nobody has gets a place among the customers, always the same, and costs what the one who stands there costs: where some
 * still have a slow hash of an older system, so many unknown logins are as slow. It is asked for those who have an account, too.
 */
function placeOf(secret: Secret, login: string): string {
  return createHmac('sha256', current(secret)).update(`nobody:${login}`).digest('hex').slice(0, 16);
}

/** A hash of the older system is replaced by one of ours, unless the password was changed meanwhile. */
async function rehash(db: Database, id: string, before: string, password: string): Promise<void> {
  try {
    await customerStore.replaceHash(db.kysely, id, before, await hashPassword(password));
  } catch (error) {
    // Too many wait: it comes again at the next sign-in.
    if (!isExpected(error)) throw error;
  }
}
