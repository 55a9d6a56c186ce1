import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { Database } from '../db/open.ts';
import { NotFound, NotSignedIn } from '../errors.ts';
import { requireCustomer } from '../http/audience.ts';
import { languageOf, localPath } from '../http/language.ts';
import { endSessionsOf, type Session, sessionsOf } from '../http/sessions.ts';
import { page } from '../http/views.ts';
import { asCustomer, record } from '../staff/audit.ts';
import type { Clock } from '../time.ts';
import { customerStore } from './store.ts';

const DONE = ['ended', 'others', 'links'] as const;

/** What a customer sees of his own account, and how he ends what is open in his name. */
export function accountRoutes(app: FastifyInstance, { db, clock }: { db: Database; clock: Clock }): void {
  const read = { config: { audience: { who: 'customer' } } } as const;
  const change = { config: { audience: { who: 'customer', fresh: true } } } as const;
  const back = (request: FastifyRequest, reply: FastifyReply, done: (typeof DONE)[number]) =>
    reply.redirect(`${localPath('/my/account', languageOf(request))}?done=${done}`, 303);

  app.get('/my/account', read, async (request, reply) => {
    const { done } = z.object({ done: z.enum(DONE).optional().catch(undefined) }).parse(request.query);
    const { tokenHash, ...who } = own(request);
    const found = await sessionsOf(db.kysely, who, clock.now());
    const sessions = found.map((session) => ({ ...session, own: session.id === tokenHash }));
    return page(request, reply, 'my/account', { sessions, done });
  });

  app.post<{ Params: { id: string } }>('/my/account/sessions/:id/end', change, async (request, reply) => {
    const who = own(request);
    const mine = await sessionsOf(db.kysely, who, clock.now());
    if (!mine.some((session) => session.id === request.params.id)) throw new NotFound();
    await endSessionsOf(db.kysely, who, { only: request.params.id });
    return back(request, reply, 'ended');
  });

  app.post('/my/account/sessions/end-others', change, async (request, reply) => {
    const { id } = requireCustomer(request);
    await db.transaction(async (tx) => {
      const who = own(request);
      await endSessionsOf(tx, who, { but: who.tokenHash });
      await record(tx, clock.now(), asCustomer(id), 'session.end_others', 'customer', id);
    });
    return back(request, reply, 'others');
  });

  app.post('/my/account/links/end', change, async (request, reply) => {
    const { id } = requireCustomer(request);
    await db.transaction(async (tx) => {
      await customerStore.endLinks(tx, id, clock.now());
      await record(tx, clock.now(), asCustomer(id), 'links.end', 'customer', id);
    });
    return back(request, reply, 'links');
  });
}

function own(request: FastifyRequest): Session {
  if (!request.session) throw new NotSignedIn();
  return request.session;
}
