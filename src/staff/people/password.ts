import { z } from 'zod';
import type { Database } from '../../db/open.ts';
import { Invalid } from '../../errors.ts';
import type { Attempts } from '../../http/attempts.ts';
import { parse, sentenceFor } from '../../http/forms.ts';
import { hashPassword, passwordMatches } from '../../http/passwords.ts';
import { endSessionsOf, type Session } from '../../http/sessions.ts';
import type { Clock } from '../../time.ts';
import { staffPassword } from '../add-staff.ts';
import { record } from '../audit.ts';
import type { StaffMember } from '../staff.ts';
import { staffStore } from '../store.ts';

const changeForm = z
  .object({ current: z.string().max(1024).default(''), password: staffPassword, again: z.string().default('') })
  .refine((form) => form.password === form.again, {
    path: ['again'],
    ...sentenceFor('2回目のパスワードが1回目と違います。', 'The two new passwords differ.'),
  });

interface PasswordGround {
  db: Database;
  clock: Clock;
  attempts: Attempts;
}

/** Asks for the password once more before something that a stranger at an open screen must not do. @throws Invalid, Busy */
export async function provePassword(
  { db, attempts }: PasswordGround,
  member: StaffMember,
  ip: string,
  given: string,
): Promise<void> {
  const row = await staffStore.byId(db.kysely, member.id);
  // Whoever signs in at another system has none to be asked for.
  if (row && row.password_hash === '' && row.oidc_subject !== null) return;
  attempts.check(`staff:${member.login}`, ip);
  if (await passwordMatches(row?.password_hash ?? null, given)) {
    attempts.succeeded(`staff:${member.login}`);
    return;
  }
  attempts.failed(`staff:${member.login}`, ip);
  throw new Invalid([
    { field: 'current', ja: '現在のパスワードが正しくありません。', en: 'The current password is not right.' },
  ]);
}

/** A new password of one's own; every other session ends. @throws Invalid, Busy */
export async function changeOwnPassword(
  ground: PasswordGround,
  member: StaffMember,
  session: Session,
  ip: string,
  input: unknown,
): Promise<void> {
  const form = parse(changeForm, input);
  await provePassword(ground, member, ip, form.current);
  const hash = await hashPassword(form.password);
  const now = ground.clock.now();
  await ground.db.transaction(async (tx) => {
    await staffStore.change(tx, member.id, { password_hash: hash });
    await endSessionsOf(tx, { audience: 'staff', subject: member.id }, { but: session.tokenHash });
    const actor = { kind: 'staff' as const, id: member.id, name: member.name };
    await record(tx, now, actor, 'staff:password', 'staff', member.id, undefined, { by: 'own' });
  });
}
