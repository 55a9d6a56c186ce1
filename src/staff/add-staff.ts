import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { type Database, isUniqueViolation, type Tx } from '../db/open.ts';
import { Invalid } from '../errors.ts';
import { line, parse, sentenceFor } from '../http/forms.ts';
import { hashPassword, staffHashingGate } from '../http/passwords.ts';
import type { Clock } from '../time.ts';
import { type Actor, record } from './audit.ts';
import { ROLES } from './permissions.ts';
import type { StaffMember } from './staff.ts';
import { staffStore } from './store.ts';

/** Staff passwords: 12 to 128 characters and no other rule. ASVS 6.2.1, 6.2.9. */
export const staffPassword = z
  .string()
  .max(128)
  .refine(
    (password) => [...password].length >= 12,
    sentenceFor('パスワードは12文字以上にしてください。', 'The password needs at least 12 characters.'),
  );

const staffInput = z.strictObject({
  login: line(80).transform((login) => login.toLowerCase()),
  name: line(80),
  role: z.enum(ROLES),
  password: staffPassword,
});

export type StaffInput = z.input<typeof staffInput>;

/** @throws Invalid where a field is wrong or the login is taken. */
export async function addStaff(
  db: Database,
  clock: Clock,
  actor: Actor,
  input: StaffInput,
  also?: (tx: Tx) => Promise<void>,
): Promise<StaffMember> {
  const { login, name, role, password } = parse(staffInput, input);
  const hash = await hashPassword(password, staffHashingGate);
  const id = randomBytes(8).toString('hex');
  const now = clock.now();
  try {
    await db.transaction(async (tx) => {
      await also?.(tx);
      await staffStore.add(tx, {
        id,
        login,
        name,
        role,
        password_hash: hash,
        created_at: now,
        disabled_at: null,
        mail: null,
        oidc_subject: null,
      });
      await record(tx, now, actor, 'staff:add', 'staff', id, undefined, { login, name, role });
    });
  } catch (error) {
    if (!isUniqueViolation(error)) throw error;
    throw new Invalid([
      { field: 'login', ja: 'このログイン名はすでに使われています。', en: 'This login is already taken.' },
    ]);
  }
  return { id, login, name, role };
}
