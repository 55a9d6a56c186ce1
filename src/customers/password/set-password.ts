import type { Tx } from '../../db/open.ts';
import { Invalid } from '../../errors.ts';
import { hashPassword, passwordMatches } from '../../http/passwords.ts';
import { endSessionsOf, hashToken } from '../../http/sessions.ts';
import { asCustomer, record } from '../../staff/audit.ts';
import type { Instant, Language } from '../../time.ts';
import { allContacts, contactsDigest, mailContacts } from './contacts.ts';
import type { GuardVerdict } from './guard.ts';
import { passwordStore, type StoredReset } from './password-store.ts';
import type { PasswordGround } from './request.ts';
import { passwordProblem } from './rules.ts';

export type ResetAnswer =
  | { kind: 'ready'; purpose: 'reset' | 'invitation'; verdict: GuardVerdict }
  | { kind: 'closed'; verdict: GuardVerdict }
  | { kind: 'done' }
  | { kind: 'over' | 'unknown' };

/** What a link is good for. Asking changes nothing: mail scanners open links. */
export async function lookAtReset(ground: PasswordGround, token: string): Promise<ResetAnswer> {
  const reset = await passwordStore.reset(ground.db.kysely, hashToken(token));
  if (!reset) return { kind: 'unknown' };
  if (isOver(reset, ground.clock.now())) return { kind: 'over' };
  if (reset.contacts !== (await contactsDigest(ground.db.kysely, reset.customer_id))) return { kind: 'over' };
  const verdict = await ground.guard.ask(reset.customer_id);
  return verdict.allowed ? { kind: 'ready', purpose: reset.purpose, verdict } : { kind: 'closed', verdict };
}

/**
 * Sets the password of the account that the link was made for. Whose it is comes from the link's row and from nothing that was
 * sent: in 2012 a portal took it from the last form, and 236 customers' passwords were changed by others.
 * @throws Invalid where the new password will not do.
 */
export async function setByLink(
  ground: PasswordGround,
  token: string,
  input: { password: string; language: Language },
): Promise<ResetAnswer> {
  const before = await lookAtReset(ground, token);
  if (before.kind !== 'ready') {
    if (before.kind === 'closed') await noteRefusal(ground, token, before.verdict);
    return before;
  }
  const known = await passwordStore.reset(ground.db.kysely, hashToken(token));
  if (!known) return { kind: 'unknown' };
  await mustDo(ground, known.customer_id, known.login, input.password);
  // Hashed before the transaction: nothing but the database may be awaited inside it.
  const hash = await hashPassword(input.password);
  return ground.db.transaction(async (tx) => {
    const now = ground.clock.now();
    const reset = await passwordStore.reset(tx, hashToken(token));
    if (!reset) return { kind: 'unknown' };
    if (reset.contacts !== (await contactsDigest(tx, reset.customer_id))) return { kind: 'over' };
    // The fault may have begun since the form was opened.
    const verdict = before.verdict.known ? await ground.guard.askIn(tx, reset.customer_id) : before.verdict;
    if (!verdict.allowed) {
      await recordRefusal(tx, ground, reset.customer_id, verdict);
      return { kind: 'closed', verdict };
    }
    if (!(await passwordStore.useReset(tx, reset.id, now))) return { kind: 'over' };
    await replace(ground, tx, { customerId: reset.customer_id, hash, resetId: reset.id, language: input.language });
    return { kind: 'done' };
  });
}

/**
 * Changes the password of whoever is signed in, who gives the one he has.
 * @throws Invalid naming the field: the present password is wrong, or the new one will not do.
 */
export async function changePassword(
  ground: PasswordGround,
  customer: { id: string; login: string },
  input: { present: string; password: string; language: Language },
): Promise<GuardVerdict> {
  const { db } = ground;
  const before = await ground.guard.ask(customer.id);
  if (!before.allowed) {
    await db.transaction((tx) => recordRefusal(tx, ground, customer.id, before));
    return before;
  }
  const present = await passwordStore.hashOf(db.kysely, customer.id);
  if (!(await passwordMatches(present, input.present))) {
    throw wrong('present', '現在のパスワードが正しくありません。', 'This is not your present password.');
  }
  await mustDo(ground, customer.id, customer.login, input.password);
  const hash = await hashPassword(input.password);
  return db.transaction(async (tx) => {
    const verdict = before.known ? await ground.guard.askIn(tx, customer.id) : before;
    if (!verdict.allowed) {
      await recordRefusal(tx, ground, customer.id, verdict);
      return verdict;
    }
    // Somebody else set another one while this one was typed: what was proved is no longer so.
    if ((await passwordStore.hashOf(tx, customer.id)) !== present) {
      throw wrong('present', '現在のパスワードが正しくありません。', 'This is not your present password.');
    }
    await replace(ground, tx, { customerId: customer.id, hash, resetId: null, language: input.language });
    return verdict;
  });
}

/** Closes the account to everybody until its password is reset: for whoever fears that it is known while it cannot be changed. */
export async function freezeAccount(ground: PasswordGround, customerId: string, language: Language): Promise<void> {
  await ground.db.transaction(async (tx) => {
    const now = ground.clock.now();
    await passwordStore.freeze(tx, customerId, now);
    await endSessionsOf(tx, { audience: 'customer', subject: customerId });
    const contacts = await allContacts(tx, customerId, language);
    await mailContacts(ground, tx, contacts, { template: 'mail/password-frozen', view: { at: now }, notAfter: null });
    await record(tx, now, asCustomer(customerId), 'password.freeze', 'customer', customerId);
  });
}

/** Everything that a new password brings with it, in the transaction that sets it. */
async function replace(
  ground: PasswordGround,
  tx: Tx,
  to: { customerId: string; hash: string; resetId: string | null; language: Language },
): Promise<void> {
  const now = ground.clock.now();
  const changed = await passwordStore.setPassword(tx, to.customerId, {
    password_hash: to.hash,
    password_reset_id: to.resetId,
    links_from: now,
  });
  if (changed !== 1) throw new Error('a password is set for exactly one account');
  await endSessionsOf(tx, { audience: 'customer', subject: to.customerId });
  await passwordStore.endResetsOf(tx, to.customerId, now);
  const contacts = await allContacts(tx, to.customerId, to.language);
  await mailContacts(ground, tx, contacts, { template: 'mail/password-changed', view: { at: now }, notAfter: null });
  await record(tx, now, asCustomer(to.customerId), 'password.change', 'customer', to.customerId, undefined, {
    by: to.resetId === null ? 'owner' : 'reset',
  });
}

async function mustDo(ground: PasswordGround, customerId: string, login: string, password: string): Promise<void> {
  const { name } = ground.operator;
  const names = [login, name.ja, name.en, ...(await passwordStore.mailboxesOf(ground.db.kysely, customerId))];
  const problem = passwordProblem(password, names);
  if (problem) throw new Invalid([{ field: 'password', ...problem }]);
}

async function noteRefusal(ground: PasswordGround, token: string, verdict: GuardVerdict): Promise<void> {
  await ground.db.transaction(async (tx) => {
    const reset = await passwordStore.reset(tx, hashToken(token));
    if (reset) await recordRefusal(tx, ground, reset.customer_id, verdict);
  });
}

/** How often customers wanted to change what was never wrong: staff read it in the trail. */
async function recordRefusal(
  tx: Tx,
  ground: Pick<PasswordGround, 'clock'>,
  customerId: string,
  verdict: GuardVerdict,
): Promise<void> {
  await record(tx, ground.clock.now(), asCustomer(customerId), 'password.refused', 'customer', customerId, undefined, {
    notice: verdict.notice?.id ?? null,
  });
}

/** A clock that is put back makes no link live longer: who made one while it was far ahead asks for another. RELIABILITY M10. */
function isOver({ used_at, ended_at, created_at, expires_at }: StoredReset, now: Instant): boolean {
  const ahead = created_at - now > (expires_at - created_at) / 6;
  return used_at !== null || ended_at !== null || expires_at <= now || ahead;
}

function wrong(field: string, ja: string, en: string): Invalid {
  return new Invalid([{ field, ja, en }]);
}
