import { hash, randomBytes } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Database, Reader } from '../db/open.ts';
import { type Clock, DAY, HOUR, type Instant, MINUTE } from '../time.ts';
import { cookieName, cookieOptions, ownCookie } from './cookies.ts';
import { sessionStore } from './store.ts';

export type SessionAudience = 'staff' | 'customer';

export interface Session {
  tokenHash: string;
  audience: SessionAudience;
  /** staff.id or customers.id */
  subject: string;
  /** When the person last gave a password. */
  provedAt: Instant;
  expiresAt: Instant;
}

/**
 * Customers stay signed in for long: on the worst day nobody should need the password to see whether his mail is affected.
 * Staff sign in for a shift.
 */
const LIFE: Record<SessionAudience, number> = { customer: 30 * DAY, staff: 12 * HOUR };

/** What changes something asks a customer for a password given this lately; reading one's own state never does. */
export const PROOF_LASTS = 30 * MINUTE;

const COOKIE: Record<SessionAudience, string> = { customer: 'session', staff: 'staff' };

declare module 'fastify' {
  interface FastifyRequest {
    session: Session | null;
  }
}

/**
 * Starts a new session under a new token, whatever cookie came in: a planted one is worth nothing. `vouched`: by a provider, where the
 * password may have been given a while ago.
 */
export async function startSession(
  request: FastifyRequest,
  reply: FastifyReply,
  db: Database,
  clock: Clock,
  who: { audience: SessionAudience; subject: string; vouched?: { provedAt: Instant; idToken: string } },
): Promise<void> {
  await endSession(request, reply, db.kysely);
  const token = randomBytes(32).toString('base64url');
  const now = clock.now();
  const tokenHash = hashToken(token);
  const provedAt = Math.min(now, who.vouched?.provedAt ?? now);
  await sessionStore.add(db.kysely, {
    token_hash: tokenHash,
    audience: who.audience,
    subject: who.subject,
    created_at: now,
    proved_at: provedAt,
    expires_at: now + LIFE[who.audience],
    agent: agentOf(request.headers['user-agent']),
    id_token: who.vouched?.idToken ?? null,
  });
  const { secure } = request.server;
  reply.setCookie(cookieName(COOKIE[who.audience], secure), token, {
    ...cookieOptions(secure),
    maxAge: LIFE[who.audience] / 1000,
  });
  // A page that answers this request may have a form already.
  request.session = {
    ...{ tokenHash, audience: who.audience, subject: who.subject },
    ...{ provedAt, expiresAt: now + LIFE[who.audience] },
  };
}

/** Ends the session that the request came with, in the database too. @returns its ID token, sealed, where a provider vouched for it. */
export async function endSession(request: FastifyRequest, reply: FastifyReply, db: Reader): Promise<string | null> {
  if (!request.session) return null;
  const idToken = await sessionStore.remove(db, request.session.tokenHash);
  const { secure } = request.server;
  reply.clearCookie(cookieName(COOKIE[request.session.audience], secure), cookieOptions(secure));
  request.session = null;
  return idToken;
}

/** The session that the request's cookie names, where it is of this audience and still lives. One indexed read. */
export async function findSession(
  request: FastifyRequest,
  db: Database,
  clock: Clock,
  audience: SessionAudience,
): Promise<Session | null> {
  const tokenHash = sessionAsked(request, audience);
  return tokenHash === null ? null : sessionStore.find(db, tokenHash, audience, clock.now());
}

/** The hash of the token in the request's cookie, or null where there is none: whether it lives is for the database to say. */
export function sessionAsked(request: FastifyRequest, audience: SessionAudience): string | null {
  const token = ownCookie(request, cookieName(COOKIE[audience], request.server.secure));
  return !token || token.length > 100 ? null : hashToken(token);
}

/** Where somebody is signed in now, the newest first. `id` is no secret: it is the hash of the cookie's token. */
export async function sessionsOf(
  db: Reader,
  who: { audience: SessionAudience; subject: string },
  now: Instant,
): Promise<{ id: string; createdAt: Instant; expiresAt: Instant; agent: string | null }[]> {
  const rows = await sessionStore.ofSubject(db, who.audience, who.subject, now);
  return rows.map((row) => ({
    id: row.token_hash,
    createdAt: row.created_at,
    expiresAt: row.expires_at,
    agent: row.agent,
  }));
}

/** Ends the sessions of one person at once: all, all `but` one, or `only` one. */
export async function endSessionsOf(
  db: Reader,
  who: { audience: SessionAudience; subject: string },
  which: { but?: string; only?: string } = {},
): Promise<void> {
  await sessionStore.removeOf(db, who.audience, who.subject, which);
}

/** Tokens are random; their hash needs no salt and no slowness. */
export function hashToken(token: string): string {
  return hash('sha256', token, 'base64url');
}

/** How many are signed in, by audience. */
export async function countSessions(db: Reader, now: Instant): Promise<Record<string, number>> {
  const rows = await sessionStore.count(db, now);
  return {
    customer: 0,
    staff: 0,
    ...Object.fromEntries(rows.map(({ audience, sessions }) => [audience, sessions])),
  };
}

const BROWSERS: [RegExp, string][] = [
  [/Edg(e|A|iOS)?\//, 'Edge'],
  [/OPR\/|Opera/, 'Opera'],
  [/SamsungBrowser\//, 'Samsung Internet'],
  [/Firefox\/|FxiOS\//, 'Firefox'],
  [/Chrom(e|ium)\/|CriOS\//, 'Chrome'],
  [/Safari\//, 'Safari'],
];
const SYSTEMS: [RegExp, string][] = [
  [/iPhone|iPad/, 'iOS'],
  [/Android/, 'Android'],
  [/Windows/, 'Windows'],
  [/Mac OS X|Macintosh/, 'macOS'],
  [/CrOS/, 'ChromeOS'],
  [/Linux/, 'Linux'],
];

/** Enough to tell one's own telephone from one's computer; the rest of what browsers say of themselves is not kept. */
function agentOf(header = ''): string | null {
  const named = (names: [RegExp, string][]) => names.find(([sign]) => sign.test(header))?.[1];
  return [named(BROWSERS), named(SYSTEMS)].filter((name) => name !== undefined).join(', ') || null;
}

/** Housekeeping: rows of sessions that have run out. */
export async function removeExpiredSessions(db: Reader, now: Instant): Promise<void> {
  await sessionStore.removeExpired(db, now);
}
