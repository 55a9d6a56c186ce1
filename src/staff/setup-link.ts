import { randomBytes } from 'node:crypto';
import type { Database } from '../db/open.ts';
import { NotFound } from '../errors.ts';
import { hashToken } from '../http/sessions.ts';
import { type Clock, DAY } from '../time.ts';
import { addStaff, type StaffInput } from './add-staff.ts';
import { SYSTEM } from './audit.ts';
import type { StaffMember } from './staff.ts';
import { staffStore } from './store.ts';

/** The token of the one-time link with which an empty installation gets its first administrator. It lives a day. */
export async function makeSetupLink(db: Database, clock: Clock): Promise<string> {
  const token = randomBytes(32).toString('base64url');
  const now = clock.now();
  await db.transaction((tx) => staffStore.addSetupLink(tx, hashToken(token), now, now + DAY));
  return token;
}

export async function setupLinkWorks(db: Database, clock: Clock, token: string): Promise<boolean> {
  return staffStore.setupLinkWorks(db.kysely, hashToken(token), clock.now());
}

/** Makes the first administrator; the link is used up in the same transaction. @throws NotFound where it does not work any more. */
export async function useSetupLink(
  db: Database,
  clock: Clock,
  token: string,
  input: Omit<StaffInput, 'role'>,
): Promise<StaffMember> {
  return addStaff(db, clock, SYSTEM, { ...input, role: 'admin' }, async (tx) => {
    if (!(await staffStore.useSetupLink(tx, hashToken(token), clock.now()))) throw linkIsGone();
  });
}

export function linkIsGone(): NotFound {
  return new NotFound({
    ja: 'この設定用リンクは使えません。使用済みか、有効期限が切れています。サーバーを起動し直すと新しいリンクが表示されます。',
    en: 'This set-up link does not work: it has been used or has expired. Start the server again to get a new one.',
  });
}

/** Whether anybody can sign in at the console at all. */
export async function hasStaff(db: Database): Promise<boolean> {
  return staffStore.anybody(db.kysely);
}
