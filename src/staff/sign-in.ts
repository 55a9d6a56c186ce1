import type { Database } from '../db/open.ts';
import type { Attempts } from '../http/attempts.ts';
import { passwordMatches, staffHashingGate } from '../http/passwords.ts';
import type { StaffMember } from './staff.ts';
import { staffStore } from './store.ts';

/**
 * The member of staff whose login and password these are, or null. Unknown login, wrong password and disabled account are one
 * answer and cost the same.
 * @throws Busy after too many attempts, or where too many sign in at once.
 */
export async function checkStaff(
  db: Database,
  attempts: Attempts,
  ip: string,
  given: { login: string; password: string },
): Promise<StaffMember | null> {
  const login = given.login.trim().toLowerCase();
  attempts.check(`staff:${login}`, ip);
  const row = await staffStore.byLogin(db.kysely, login);
  const right = await passwordMatches(row?.password_hash ?? null, given.password, { gate: staffHashingGate });
  if (!right || !row || row.disabled_at !== null) {
    attempts.failed(`staff:${login}`, ip);
    return null;
  }
  attempts.succeeded(`staff:${login}`);
  return { id: row.id, login: row.login, name: row.name, role: row.role };
}
