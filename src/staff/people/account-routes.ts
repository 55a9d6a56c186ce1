import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Database } from '../../db/open.ts';
import { Invalid, NotSignedIn } from '../../errors.ts';
import type { Attempts } from '../../http/attempts.ts';
import { requireStaff } from '../../http/audience.ts';
import { languageOf, localPath } from '../../http/language.ts';
import { endSession, endSessionsOf, sessionsOf } from '../../http/sessions.ts';
import { page } from '../../http/views.ts';
import type { Clock } from '../../time.ts';
import { factorOf } from '../factor/factor.ts';
import { changeOwnPassword } from './password.ts';
import { findPerson } from './people.ts';

const own = { config: { audience: { who: 'staff', may: null } } } as const;

interface Ground {
  db: Database;
  clock: Clock;
  attempts: Attempts;
}

/** One's own account: password, where one is signed in, the second factor. */
export function accountRoutes(app: FastifyInstance, ground: Ground): void {
  const { db } = ground;
  app.get('/console/account', own, (request, reply) => show(ground, request, reply));

  app.post('/console/account/password', own, async (request, reply) => {
    if (!request.session) throw new NotSignedIn();
    try {
      await changeOwnPassword(ground, requireStaff(request), request.session, request.ip, request.body);
    } catch (error) {
      if (!(error instanceof Invalid)) throw error;
      return show(ground, request, reply, { problems: error.problems }, 422);
    }
    return reply.redirect(`${to(request, '/console/account')}?changed`, 303);
  });

  app.post('/console/account/sessions', own, async (request, reply) => {
    const asked = (request.body as { session?: unknown } | undefined)?.session;
    const who = { audience: 'staff', subject: requireStaff(request).id } as const;
    const here = request.session?.tokenHash ?? '';
    if (asked === here) {
      await endSession(request, reply, db.kysely);
      return reply.redirect(to(request, '/console/sign-in'), 303);
    }
    await endSessionsOf(db.kysely, who, asked === 'others' ? { but: here } : { only: String(asked) });
    return reply.redirect(`${to(request, '/console/account')}#sessions`, 303);
  });

  for (const part of ['password', 'sessions']) {
    app.get(`/console/account/${part}`, own, (request, reply) => reply.redirect(to(request, '/console/account'), 303));
  }
}

async function show(ground: Ground, request: FastifyRequest, reply: FastifyReply, outcome: object = {}, status = 200) {
  const { db, clock } = ground;
  const { id } = requireStaff(request);
  const sessions = await sessionsOf(db.kysely, { audience: 'staff', subject: id }, clock.now());
  const view = {
    problems: [],
    person: await findPerson(db.kysely, id),
    factor: await factorOf(db.kysely, id),
    sessions: sessions.map((one) => ({ ...one, here: one.id === request.session?.tokenHash })),
    changed: 'changed' in (request.query as object),
    ...outcome,
  };
  return page(request, reply, 'console/people/account', view, status);
}

function to(request: FastifyRequest, path: string): string {
  return localPath(path, languageOf(request));
}
