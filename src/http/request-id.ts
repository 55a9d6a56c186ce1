import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { FastifyInstance } from 'fastify';

const HEADER = 'x-request-id';

/** What a proxy may call a request: nothing that could break a line of the log or another header. */
const WELL_FORMED = /^[A-Za-z0-9][A-Za-z0-9._-]{7,63}$/;

/** The name of a request in the log. A client names nothing; a proxy that is trusted (TRUST_PROXY) may. */
export function requestIds(trusted: boolean): (raw: IncomingMessage) => string {
  return (raw) => {
    const given = trusted ? raw.headers[HEADER] : undefined;
    return typeof given === 'string' && WELL_FORMED.test(given) ? given : randomUUID();
  };
}

/** Whoever complains can say which request it was: the name stands on its answer. */
export function answerWithRequestId(app: FastifyInstance): void {
  app.addHook('onRequest', (request, reply, done) => {
    reply.header(HEADER, request.id);
    done();
  });
}
