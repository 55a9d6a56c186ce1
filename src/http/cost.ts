import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Audience } from './audience.ts';
import { Gate, GaveUp } from './gate.ts';
import { MANY_SIGN_IN } from './passwords.ts';

/** What a request costs, and at whose expense: each class has its own gate, so that none starves another. */
export type CostClass =
  | 'page'
  | 'open'
  | 'lookup'
  | 'sign-in'
  | 'provider'
  | 'customer'
  | 'staff'
  | 'staff-provider'
  | 'api';

/** Decided by the route and its method, never by what is asked: a class cannot be chosen by whoever asks. */
export function costOf(url: string | undefined, audience: Audience | undefined, method = 'GET'): CostClass {
  if (url === undefined || !audience) return 'open';
  if (url.includes('/sign-in/provider')) return url.startsWith('/console') ? 'staff-provider' : 'provider';
  if (audience.who === 'staff' || url.startsWith('/console')) return 'staff';
  if (audience.who === 'key') return 'api';
  if (audience.who === 'link') return 'lookup';
  // its page is as cheap as another; what costs is trying a password
  if (url.includes('/sign-in')) return method === 'POST' ? 'sign-in' : 'open';
  if (url === '/my' || url === '/check' || url === '/api/v1/me/mail-status' || url === '/my/services') return 'lookup';
  return audience.who === 'customer' ? 'customer' : 'open';
}

const BUSY = {
  ja: 'ただいまアクセスが集中しています。少し時間をおいてからもう一度お開きください。故障・工事の状況はトップページでご覧いただけます。',
  en: 'Very many people are using this at the moment. Please try again in a little while. The state of our services is on the front page.',
};

/** Whoever watches must not wait behind what he watches. */
const PROBES = new Set(['/healthz', '/readyz']);

export type Gates = Record<Exclude<CostClass, 'page'>, Gate>;

/**
 * How many requests of a class are worked on at once, and how many wait. PostgreSQL's pool has ten connections: what customers ask
 * for all at once takes most of them and never all, so staff and programs find one. Ten thousand may wait for a lookup, which is three
 * thousand a second even on one core; a form that somebody sends waits with his text, so few of these do.
 */
export function makeGates(): Gates {
  return {
    lookup: new Gate(5, 15_000, BUSY),
    // behind the hasher's own queue another would only make those wait whom it will turn away
    'sign-in': new Gate(210, 20, MANY_SIGN_IN),
    // waits for another's server, which may hang for some seconds: no other kind stands behind it
    provider: new Gate(20, 40, BUSY),
    customer: new Gate(2, 2000, BUSY),
    open: new Gate(2, 5000, BUSY),
    staff: new Gate(50, 500, BUSY),
    'staff-provider': new Gate(5, 10, BUSY),
    api: new Gate(50, 500, BUSY),
  };
}

declare module 'fastify' {
  interface FastifyInstance {
    gates: Gates;
  }
  interface FastifyRequest {
    leaveGate: (() => void) | null;
  }
}

/**
 * A place in the gate of the request's class. @returns how to leave it, or null where nobody is there any more to read an answer.
 * @throws Busy where its queue is full.
 */
export async function enterGate(request: FastifyRequest, reply: FastifyReply): Promise<(() => void) | null> {
  const { url, config } = request.routeOptions;
  const gate = request.server.gates[costOf(url, config.audience, request.method) as keyof Gates];
  try {
    return await gate.enter((giveUp) => reply.raw.once('close', giveUp));
  } catch (error) {
    if (!(error instanceof GaveUp)) throw error;
    reply.hijack();
    return null;
  }
}

/**
 * Everything behind these routes passes its class' gate: reading before anything of it runs, sending once the body is there, so
 * that a slow sender holds no place. The place is free as soon as the answer is made, however slowly it is read. Whoever hangs up
 * while he waits leaves the queue at once: those behind him do not wait for what nobody reads.
 */
export function gateRoutes(app: FastifyInstance): void {
  app.decorateRequest('leaveGate', null);
  const enter = async (request: FastifyRequest, reply: FastifyReply) => {
    if (request.leaveGate || PROBES.has(request.routeOptions.url ?? '')) return;
    request.leaveGate = await enterGate(request, reply);
  };
  app.addHook('onRequest', async (request, reply) => {
    if (reads(request)) await enter(request, reply);
  });
  app.addHook('preHandler', enter);
  app.addHook('onSend', (request, _reply, _payload, done) => {
    leave(request);
    done();
  });
  app.addHook('onResponse', (request, _reply, done) => {
    leave(request);
    done();
  });
  app.addHook('onRequestAbort', async (request) => leave(request));
  app.addHook('onTimeout', async (request) => leave(request));
}

function reads(request: FastifyRequest): boolean {
  return request.method === 'GET' || request.method === 'HEAD' || request.method === 'OPTIONS';
}

function leave(request: FastifyRequest): void {
  request.leaveGate?.();
}
