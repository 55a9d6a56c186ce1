import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Forbidden, StaleForm } from '../errors.ts';
import { cookieName, cookieOptions } from './cookies.ts';
import { all, current, type Secret } from './signing.ts';

declare module 'fastify' {
  interface FastifyInstance {
    /** What signs everything that must not be forged: CSRF tokens, links in mails. */
    secret: Secret;
  }
}

/**
 * The hidden field of every form. The token is bound to the session, or for people who are not signed in to a random cookie of
 * this browser, so a token of somebody else's form is worth nothing.
 */
export function csrfField(request: FastifyRequest, reply: FastifyReply): string {
  return hiddenField(tokenFor(current(request.server.secret), subjectOf(request) ?? newSubject(request, reply)));
}

function hiddenField(token: string): string {
  return `<input type="hidden" name="_csrf" value="${token}">`;
}

/** The same where the session is known and its request carries nothing else. */
export function csrfFieldOf(secret: Secret, tokenHash: string): string {
  return hiddenField(tokenFor(current(secret), sessionSubject(tokenHash)));
}

/**
 * Refuses a form that did not come from a page of ours. Runs for every POST that a browser could be tricked into sending, i.e.
 * all but those with a key and the one-click route.
 */
export function checkCsrf(request: FastifyRequest): void {
  const text = {
    ja: 'ページの有効期限が切れました。前のページに戻り、再読み込みしてからもう一度お試しください。',
    en: 'This page has expired. Go back, reload it and try again.',
  };
  if (!isOurs(request)) throw new Forbidden(text);
  const refused = fromOurPage(request) ? new StaleForm(text) : new Forbidden(text);
  const sent = (request.body as { _csrf?: unknown } | undefined)?._csrf ?? request.headers['x-csrf-token'];
  const subject = subjectOf(request);
  if (typeof sent !== 'string' || subject === undefined) throw refused;
  const got = Buffer.from(sent);
  const ours = all(request.server.secret).some((secret) => {
    const expected = Buffer.from(tokenFor(secret, subject));
    return expected.length === got.length && timingSafeEqual(expected, got);
  });
  if (!ours) throw refused;
}

/** Whether nothing says that another site sent it. */
function isOurs(request: FastifyRequest): boolean {
  const site = request.headers['sec-fetch-site'];
  if (site !== undefined && site !== 'same-origin' && site !== 'none') return false;
  const origin = request.headers.origin;
  return origin === undefined || origin === 'null' || hostOf(origin) === request.host;
}

/** Whether the browser says so itself: only then is what came with it shown again, or another site could put words into our forms. */
export function fromOurPage(request: FastifyRequest): boolean {
  const { origin } = request.headers;
  return (
    isOurs(request) &&
    (request.headers['sec-fetch-site'] === 'same-origin' || (origin !== undefined && origin !== 'null'))
  );
}

/** The token itself, for a page whose session has been renewed in another window. */
export function csrfToken(request: FastifyRequest): string | undefined {
  const subject = subjectOf(request);
  return subject === undefined ? undefined : tokenFor(current(request.server.secret), subject);
}

/** null where it is no origin at all. */
function hostOf(origin: string): string | null {
  return URL.canParse(origin) ? new URL(origin).host : null;
}

function subjectOf(request: FastifyRequest): string | undefined {
  if (request.session) return sessionSubject(request.session.tokenHash);
  const cookie = request.cookies[cookieName('form', request.server.secure)];
  return cookie ? `form:${cookie}` : undefined;
}

function sessionSubject(tokenHash: string): string {
  return `session:${tokenHash}`;
}

const made = new WeakMap<FastifyRequest, string>();

function newSubject(request: FastifyRequest, reply: FastifyReply): string {
  const before = made.get(request);
  if (before) return before;
  const value = randomBytes(16).toString('base64url');
  const { secure } = request.server;
  reply.setCookie(cookieName('form', secure), value, cookieOptions(secure));
  made.set(request, `form:${value}`);
  return `form:${value}`;
}

function tokenFor(secret: string, subject: string): string {
  return createHmac('sha256', secret).update(`csrf:${subject}`).digest('base64url');
}
