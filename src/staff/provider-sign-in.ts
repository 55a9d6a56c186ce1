import type { FastifyInstance } from 'fastify';
import { providerRoutes } from '../http/oidc/door.ts';
import { type Provider, ProviderTrouble } from '../http/oidc/provider.ts';
import type { FactorGround } from './factor/factor.ts';
import { admit } from './factor/second-step.ts';
import { staffStore } from './store.ts';

/**
 * Staff come in by the operator's provider: those for whom an administrator has entered who they are there. Nobody is made staff by
 * it, and whoever has a second step here is asked for it as after a password.
 */
export function staffProviderRoutes(app: FastifyInstance, ground: FactorGround, provider: Provider): void {
  providerRoutes(app, {
    provider,
    signInPage: '/console/sign-in',
    home: '/console',
    async admit(request, reply, who, back) {
      const row = await staffStore.bySubject(ground.db.kysely, who.subject);
      if (!row || row.disabled_at !== null) throw new ProviderTrouble('unknown');
      const member = { id: row.id, login: row.login, name: row.name, role: row.role };
      return admit(ground, request, reply, member, back, { vouched: who });
    },
  });
}
