import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { type FieldProblem, Invalid } from '../../errors.ts';
import { requireStaff } from '../../http/audience.ts';
import { languageOf, localPath } from '../../http/language.ts';
import { page } from '../../http/views.ts';
import { addKey, listKeys, revokeKey, SCOPES } from '../keys.ts';
import type { StaffGround } from '../routes.ts';

const manager = { config: { audience: { who: 'staff', may: 'key:manage' } } } as const;

/** The keys of programs: made, shown once, revoked. */
export function keyRoutes(app: FastifyInstance, { db, clock }: Pick<StaffGround, 'db' | 'clock'>): void {
  app.get('/console/keys', manager, (request, reply) => show(request, reply));

  app.post('/console/keys', manager, async (request, reply) => {
    const { name, 'scope[]': scope } = (request.body ?? {}) as { name?: unknown; 'scope[]'?: unknown };
    const typed = typeof name === 'string' ? name : '';
    const scopes = [scope].flat().filter((one) => typeof one === 'string');
    try {
      const key = await addKey(db, clock, actorAt(request), { name: typed, scopes });
      return await show(request, reply, { made: { name: typed, key } });
    } catch (error) {
      if (!(error instanceof Invalid)) throw error;
      return show(request, reply, { fields: { name: typed }, scopes, problems: error.problems }, 422);
    }
  });

  app.post('/console/keys/:id/revoke', manager, async (request, reply) => {
    await revokeKey(db, clock, actorAt(request), (request.params as { id: string }).id);
    return reply.redirect(localPath('/console/keys', languageOf(request)), 303);
  });

  app.get('/console/keys/:id/revoke', manager, (request, reply) =>
    reply.redirect(localPath('/console/keys', languageOf(request)), 303),
  );

  async function show(
    request: FastifyRequest,
    reply: FastifyReply,
    outcome: {
      made?: { name: string; key: string };
      fields?: Record<string, string>;
      scopes?: string[];
      problems?: FieldProblem[];
    } = {},
    status = 200,
  ): Promise<FastifyReply> {
    const view = { all: SCOPES, fields: {}, scopes: [], problems: [], made: undefined, ...outcome };
    return page(request, reply, 'console/people/keys', { ...view, keys: await listKeys(db.kysely) }, status);
  }
}

function actorAt(request: FastifyRequest) {
  const { id, name } = requireStaff(request);
  return { kind: 'staff' as const, id, name };
}
