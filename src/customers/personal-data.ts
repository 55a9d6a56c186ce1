import type { Database, Reader } from '../db/open.ts';
import { NotFound } from '../errors.ts';
import { endSessionsOf, sessionsOf } from '../http/sessions.ts';
import { type Actor, auditTrail, record } from '../staff/audit.ts';
import type { Clock } from '../time.ts';
import { loginKey } from './customer.ts';
import { importStore } from './import/import-store.ts';
import type { Forget } from './import-customers.ts';
import { servicesStore } from './services/services-store.ts';
import { customerStore } from './store.ts';

/** Everything that this room keeps of a customer, for who asks what is known of him. @throws NotFound */
export async function customerHeld(db: Database, login: string, now: number) {
  const customer = await found(db.kysely, login);
  return {
    id: customer.id,
    account: {
      login: customer.login,
      displayName: customer.display_name,
      password: customer.password_hash === null ? 'none' : 'kept as a hash',
      provider: customer.oidc_subject,
      since: customer.created_at,
    },
    mailboxes: await customerStore.mailboxesOf(db.kysely, customer.id),
    services: await servicesStore.chosen(db.kysely, customer.id),
    sessions: await sessionsOf(db.kysely, { audience: 'customer', subject: customer.id }, now),
    trail: await auditTrail(db.kysely, { subject: customer.id, limit: 1000 }),
  };
}

/**
 * Removes a customer with all that he had here: account, mailboxes, sessions, links, and through `forget` what other rooms keep.
 * The audit trail keeps that it was done, under his number and without his name. @throws NotFound
 */
export async function removeCustomer(
  ground: { db: Database; clock: Clock; forget: Forget },
  actor: Actor,
  login: string,
): Promise<void> {
  await ground.db.transaction(async (tx) => {
    const { id } = await found(tx, login);
    await ground.forget(tx, [id]);
    await endSessionsOf(tx, { audience: 'customer', subject: id });
    await importStore.removeCustomers(tx, [id]);
    await record(tx, ground.clock.now(), actor, 'customer:remove', 'customer', id);
  });
}

async function found(db: Reader, login: string) {
  const customer = await customerStore.byLogin(db, loginKey(login));
  if (customer) return customer;
  throw new NotFound({ ja: 'そのログイン名のお客さまはいません。', en: 'There is no customer with that login.' });
}
