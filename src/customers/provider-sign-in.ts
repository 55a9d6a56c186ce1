import type { FastifyInstance } from 'fastify';
import type { Database } from '../db/open.ts';
import { providerRoutes } from '../http/oidc/door.ts';
import { type Identity, type Provider, ProviderTrouble } from '../http/oidc/provider.ts';
import { startSession } from '../http/sessions.ts';
import { asCustomer, record } from '../staff/audit.ts';
import type { Clock } from '../time.ts';
import { loginKey, mailboxKey } from './customer.ts';
import { customerStore } from './store.ts';

/** The operator's own provider, and how it finds an account that is bound to nobody there yet. */
export interface CustomerProvider {
  provider: Provider;
  match: 'subject' | 'email';
}

/** Customers come in by the operator's own provider. */
export function customerProviderRoutes(
  app: FastifyInstance,
  ground: { db: Database; clock: Clock },
  { provider, match }: CustomerProvider,
): void {
  const { db, clock } = ground;
  providerRoutes(app, {
    provider,
    signInPage: '/my/sign-in',
    home: '/my',
    async admit(request, reply, who, back) {
      const subject = await customerOf(ground, who, match);
      await startSession(request, reply, db, clock, { audience: 'customer', subject, vouched: who });
      return reply.redirect(back, 303);
    },
  });
}

/**
 * Whose account it is: the one that is bound to this subject. Where the operator wants it, one that is bound to nobody is bound now, if
 * the provider has verified a mail address that is the login or a mailbox of exactly one account. Nobody is made a customer by this, a
 * bound account is never bound anew, and one that its owner has frozen stays shut. @throws ProviderTrouble
 */
async function customerOf(
  { db, clock }: { db: Database; clock: Clock },
  who: Identity,
  match: CustomerProvider['match'],
): Promise<string> {
  const bound = await customerStore.bySubject(db.kysely, who.subject);
  if (bound) {
    if (bound.frozen_at !== null) throw new ProviderTrouble('unknown');
    return bound.id;
  }
  const email = match === 'email' ? await who.verifiedEmail() : null;
  if (email === null) throw new ProviderTrouble('unknown');
  const [found, another] = await customerStore.byEmail(db.kysely, loginKey(email), mailboxKey(email));
  if (!found || another || found.oidc_subject !== null || found.frozen_at !== null)
    throw new ProviderTrouble('unknown');
  const { id } = found;
  await db.transaction(async (tx) => {
    // Somebody else may have been first, or the subject may be another's by now.
    if (!(await customerStore.bindSubject(tx, id, who.subject))) throw new ProviderTrouble('unknown');
    await record(tx, clock.now(), asCustomer(id), 'provider.bind', 'customer', id);
  });
  return id;
}
