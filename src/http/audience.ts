import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { NotSignedIn } from '../errors.ts';
import { checkCsrf } from './csrf.ts';

/**
 * Who may call a route. Every route states one in its `config`; a route without one does not start the server.
 * - everyone: no session is read. `form: true` where it takes a browser's POST, which is then CSRF-checked.
 * - customer: a customer's session. `fresh` asks for a password given in the last half hour.
 * - link: whoever holds a signed link to one customer's state; the link is all that is asked, and no cookie is read or set.
 * - staff: a staff session with that permission (staff/permissions.ts); `may: null` is any signed-in staff member. `unenrolled: true`
 *   lets in who must set up a second factor and has not done so yet; nothing else does. `keeps: true`: a long form, whose text is
 *   shown again to whoever sent it though his session had ended.
 * - key: an API key with that scope (staff/keys.ts).
 */
export type Audience =
  | { who: 'everyone'; form?: boolean }
  | { who: 'customer'; fresh?: boolean }
  | { who: 'link' }
  | { who: 'staff'; may: string | null; unenrolled?: boolean; keeps?: boolean }
  | { who: 'key'; scope: string };

declare module 'fastify' {
  interface FastifyContextConfig {
    audience?: Audience;
  }
  interface FastifyInstance {
    /** Every route with whom it is for. */
    audiences: { method: string; url: string; audience: Audience }[];
  }
}

/** How each audience is recognised. The rooms that know (staff, customers) are handed in by app.ts. */
export interface Doorkeepers {
  /** Sets request.session and request.customer, or throws. */
  customer(request: FastifyRequest, options: { fresh: boolean }): Promise<void>;
  /** Sets request.statusLink. Whoever holds a bad one is answered by the page. */
  link(request: FastifyRequest): void;
  /** Sets request.session and request.staff, or throws. */
  staff(request: FastifyRequest, may: string | null, unenrolled: boolean): Promise<void>;
  /** Sets request.apiKey, or throws. */
  key(request: FastifyRequest, scope: string): Promise<void>;
  /** Open forms (sign-in) know who is signed in already, but do not insist. */
  anyone(request: FastifyRequest): Promise<void>;
}

/** Refuses to start with a route that does not say whom it is for. */
export function recordAudiences(app: FastifyInstance): void {
  app.decorate('audiences', []);
  app.addHook('onRoute', (route) => {
    const audience = route.config?.audience;
    if (!audience) throw new Error(`${String(route.method)} ${route.url} names no audience`);
    for (const method of [route.method].flat()) app.audiences.push({ method, url: route.url, audience });
  });
}

/** Asks the doorkeeper before anything of the route runs, and checks the form's token before its handler does. */
export function guardRoutes(app: FastifyInstance, keepers: Doorkeepers): void {
  app.addHook('onRequest', async (request: FastifyRequest) => {
    const audience = request.routeOptions.config.audience;
    if (!audience) return; // the 404 handler
    switch (audience.who) {
      case 'everyone':
        if (audience.form) await keepers.anyone(request);
        return;
      case 'customer':
        return keepers.customer(request, { fresh: audience.fresh ?? false });
      case 'link':
        return keepers.link(request);
      case 'staff':
        try {
          return await keepers.staff(request, audience.may, audience.unenrolled ?? false);
        } catch (error) {
          // What was typed is in the body, which comes later.
          if (!(error instanceof NotSignedIn) || !audience.keeps || request.method !== 'POST') throw error;
          request.notSignedIn = error;
          return;
        }
      case 'key':
        return keepers.key(request, audience.scope);
    }
  });
  // The body, which carries the token, is not there before this hook.
  app.addHook('preHandler', async (request: FastifyRequest) => {
    const audience = request.routeOptions.config.audience;
    if (request.notSignedIn) throw request.notSignedIn;
    if (!audience || request.method === 'GET' || request.method === 'HEAD') return;
    const browserForm =
      audience.who === 'customer' || audience.who === 'staff' || (audience.who === 'everyone' && audience.form);
    if (browserForm) checkCsrf(request);
  });
}

/** Where a visitor who is not signed in is sent, with a way back to a page of ours and to nowhere else. */
export function signInRedirect(request: FastifyRequest, reply: FastifyReply, signInPath: string): FastifyReply {
  const back = request.method === 'GET' ? `?back=${encodeURIComponent(request.originalUrl)}` : '';
  return reply.redirect(`${signInPath}${back}`, 303);
}

/** A path on this site that a sign-in may return to, or the fallback. Other hosts, `//host` and backslashes are refused. */
export function safeBack(back: unknown, fallback: string): string {
  if (typeof back !== 'string' || !/^\/(?![/\\])[\w\-./?=&%~:+,@]*$/.test(back)) return fallback;
  return back;
}

export function requireCustomer(request: FastifyRequest): NonNullable<FastifyRequest['customer']> {
  if (!request.customer) throw new NotSignedIn();
  return request.customer;
}

export function requireStaff(request: FastifyRequest): NonNullable<FastifyRequest['staff']> {
  if (!request.staff) throw new NotSignedIn();
  return request.staff;
}

export function requireKey(request: FastifyRequest): NonNullable<FastifyRequest['apiKey']> {
  if (!request.apiKey) throw new NotSignedIn();
  return request.apiKey;
}

declare module 'fastify' {
  interface FastifyRequest {
    customer: { id: string; login: string; displayName: string | null } | null;
    staff: { id: string; login: string; name: string; role: 'author' | 'publisher' | 'admin' } | null;
    apiKey: { id: string; name: string; scopes: string[] } | null;
    /** Refused at the door, but the text that he sent is to be kept for him. */
    notSignedIn: NotSignedIn | null;
  }
}
