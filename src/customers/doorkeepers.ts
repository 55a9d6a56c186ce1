import type { FastifyRequest } from 'fastify';
import type { Database } from '../db/open.ts';
import { NotSignedIn } from '../errors.ts';
import type { Doorkeepers } from '../http/audience.ts';
import { PROOF_LASTS, sessionAsked } from '../http/sessions.ts';
import type { Clock } from '../time.ts';
import { customerStore } from './store.ts';

/** Recognises customers by their session. */
export function customerDoorkeeper(db: Database, clock: Clock): Pick<Doorkeepers, 'customer'> {
  return {
    async customer(request, { fresh }) {
      await recogniseCustomer(request, db, clock);
      if (!request.customer || !request.session) throw new NotSignedIn();
      if (fresh && clock.now() - request.session.provedAt > PROOF_LASTS) {
        throw new NotSignedIn({
          ja: '変更の前に、確認のためもう一度サインインしてください。',
          en: 'Please sign in again before you change something.',
        });
      }
    },
  };
}

/** Sets request.customer where the session is a customer's who still is one. */
export async function recogniseCustomer(request: FastifyRequest, db: Database, clock: Clock): Promise<void> {
  const tokenHash = sessionAsked(request, 'customer');
  const row = tokenHash === null ? undefined : await customerStore.bySession(db, tokenHash, clock.now());
  if (!row) return;
  request.session = {
    tokenHash: row.token_hash,
    audience: 'customer',
    subject: row.id,
    provedAt: row.proved_at,
    expiresAt: row.expires_at,
  };
  request.customer = { id: row.id, login: row.login, displayName: row.display_name };
}
