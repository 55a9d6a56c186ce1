import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { NotSignedIn } from '../errors.ts';
import { enterGate } from '../http/cost.ts';
import { csrfFieldOf } from '../http/csrf.ts';
import { type FlatHeaders, flat, sendFlat } from '../http/flat.ts';
import { safetyHeaders } from '../http/headers.ts';
import { languageOf, ownPath } from '../http/language.ts';
import { sessionAsked } from '../http/sessions.ts';
import type { Clock, Instant } from '../time.ts';
import { mailStatus } from './contract.ts';
import { OwnAnswers } from './own-answer.ts';
import type { Own, Situations } from './situation.ts';
import { type Failure, pageWhenUnknown, problemWhenUnknown } from './unknown.ts';
import { servicesView } from './view.ts';

export interface OwnGround {
  situations: Situations;
  clock: Clock;
  publicUrl: string;
  /** Is told the status of each answer, and the milliseconds until it. */
  answered: (status: number, milliseconds: number) => void;
}

/**
 * `/my` and its JSON: what everybody who is signed in asks at once on the worst day. They stand outside the hooks of the rooms and do
 * by themselves what these do: the gate, one read that says who asks and what he has, the headers, the count. bench/lookup.ts has
 * what that is worth. Errors are answered as anywhere.
 */
export async function ownRoutes(app: FastifyInstance, ground: OwnGround): Promise<void> {
  const { situations, clock } = ground;
  const answers = new OwnAnswers(app.operator, ground.publicUrl);
  const safe = safetyHeaders('page', app.secure);
  const config = { audience: { who: 'customer' } } as const;
  // A logger made anew for each request would cost as much as its answer: a request gets its own where there is something to say.
  const quiet = app.log.child({}, { level: 'error' });
  app.setChildLoggerFactory(() => quiet);
  const failing =
    (answer: (error: Failure, request: FastifyRequest, reply: FastifyReply) => unknown) =>
    (error: Failure, request: FastifyRequest, reply: FastifyReply): void => {
      request.log = app.log.child({ reqId: request.id });
      reply.headers(safe).header('x-request-id', request.id);
      answer(error, request, reply);
    };
  app.addHook('onResponse', (_request, reply, done) => {
    ground.answered(reply.raw.statusCode, reply.elapsedTime);
    done();
  });

  const pageHeaders = flat({ ...safe, 'cache-control': 'no-store', 'content-type': 'text/html; charset=utf-8' });
  app.get('/my', { config, errorHandler: failing(pageWhenUnknown) }, async (request, reply) => {
    const now = clock.now();
    const found = await asked(request, reply, now, async (own) => ({
      services: own.by.chooses ? servicesView(await situations.ofChosen(own.by.customerId, now)) : [],
      unreached: own.by.unreached ? await situations.unreached(own.by.customerId) : [],
    }));
    if (!found) return reply;
    const csrf = csrfFieldOf(app.secret, found.tokenHash);
    const as = { language: languageOf(request), here: ownPath(request), csrf };
    return send(request, reply, pageHeaders, answers.page(found.own, found.more, now, as));
  });

  const jsonHeaders = flat({ ...safe, 'cache-control': 'no-store', 'content-type': 'application/json; charset=utf-8' });
  const schema = {
    tags: ['customer'],
    summary: 'Whether the signed-in customer’s own mailboxes are affected now',
    security: [{ session: [] }],
    response: { 200: mailStatus },
  };
  const options = { config, schema, errorHandler: failing(problemWhenUnknown) };
  app.get('/api/v1/me/mail-status', options, async (request, reply) => {
    const now = clock.now();
    const found = await asked(request, reply, now, () => undefined);
    if (!found) return reply;
    return send(request, reply, jsonHeaders, answers.json(found.own, now));
  });

  /** @returns null where he has hung up meanwhile. @throws NotSignedIn */
  async function asked<More>(
    request: FastifyRequest,
    reply: FastifyReply,
    at: Instant,
    more: (own: Own) => Promise<More> | More,
  ) {
    const leave = await enterGate(request, reply);
    if (!leave) return null;
    try {
      const tokenHash = sessionAsked(request, 'customer');
      const own = tokenHash === null ? undefined : await situations.ofSession(tokenHash, at);
      if (tokenHash === null || !own) throw new NotSignedIn();
      return { own, tokenHash, more: await more(own) };
    } finally {
      leave();
    }
  }
}

function send(request: FastifyRequest, reply: FastifyReply, headers: FlatHeaders, body: string): FastifyReply {
  const own = ['x-request-id', request.id, 'content-length', String(body.length)];
  return sendFlat(request, reply, 200, [...headers, ...own], body);
}
