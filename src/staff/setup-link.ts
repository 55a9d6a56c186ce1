import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import type { Database, Tx } from '../db/open.ts';
import { NotFound } from '../errors.ts';
import { parse } from '../http/forms.ts';
import { hashPassword } from '../http/passwords.ts';
import { endSessionsOf, hashToken } from '../http/sessions.ts';
import { type Clock, DAY, type Instant } from '../time.ts';
import { addStaff, type StaffInput, staffPassword } from './add-staff.ts';
import { record, SYSTEM } from './audit.ts';
import type { StaffMember } from './staff.ts';
import { staffStore } from './store.ts';

/** The first administrator is at the screen; somebody who was added may come back after a weekend. */
const LIVES = { first: DAY, person: 3 * DAY };

/** The token of the one-time link with which an empty installation gets its first administrator. It lives a day. */
export async function makeSetupLink(db: Database, clock: Clock): Promise<string> {
  return db.transaction((tx) => addSetupLink(tx, clock.now(), null));
}

/** A link that lets this person set his password, or makes the first administrator where nobody is named. @returns its token. */
export async function addSetupLink(tx: Tx, now: Instant, staffId: string | null): Promise<string> {
  const token = randomBytes(32).toString('base64url');
  await staffStore.addSetupLink(tx, {
    token_hash: hashToken(token),
    created_at: now,
    expires_at: now + (staffId === null ? LIVES.first : LIVES.person),
    staff_id: staffId,
  });
  return token;
}

/** For whom a link works: the first administrator (`member: null`) or a person. @throws NotFound where it does not work any more. */
export async function setupLink(db: Database, clock: Clock, token: string): Promise<{ member: StaffMember | null }> {
  const row = await staffStore.setupLink(db.kysely, hashToken(token), clock.now());
  if (!row) throw linkIsGone();
  if (row.staff_id === null) return { member: null };
  const person = await staffStore.byId(db.kysely, row.staff_id);
  if (!person || person.disabled_at !== null) throw linkIsGone();
  return { member: { id: person.id, login: person.login, name: person.name, role: person.role } };
}

/**
 * Makes the first administrator, or sets the password of the person whose link it is: the link is used up in the same transaction,
 * and the person's sessions end.
 * @throws NotFound where it does not work any more; Invalid.
 */
export async function useSetupLink(
  db: Database,
  clock: Clock,
  token: string,
  input: Omit<StaffInput, 'role'>,
): Promise<StaffMember> {
  const { member } = await setupLink(db, clock, token);
  const use = async (tx: Tx) => {
    if (!(await staffStore.useSetupLink(tx, hashToken(token), clock.now()))) throw linkIsGone();
  };
  if (!member) return addStaff(db, clock, SYSTEM, { ...input, role: 'admin' }, use);
  const { password } = parse(z.object({ password: staffPassword }), input);
  const hash = await hashPassword(password);
  await db.transaction(async (tx) => {
    await use(tx);
    await staffStore.change(tx, member.id, { password_hash: hash });
    await endSessionsOf(tx, { audience: 'staff', subject: member.id });
    const actor = { kind: 'staff' as const, id: member.id, name: member.name };
    await record(tx, clock.now(), actor, 'staff:password', 'staff', member.id, undefined, { by: 'link' });
  });
  return member;
}

function linkIsGone(): NotFound {
  return new NotFound({
    ja: 'この設定用リンクは使えません。使用済みか、有効期限が切れています。管理者に新しいリンクを依頼してください。最初の管理者を登録するときは、サーバーを起動し直すと新しいリンクが表示されます。',
    en: 'This set-up link does not work: it has been used or has expired. Ask an administrator for a new one. For the first administrator, start the server again to get a new link.',
  });
}

/** Whether anybody can sign in at the console at all. */
export async function hasStaff(db: Database): Promise<boolean> {
  return staffStore.anybody(db.kysely);
}
