import { randomBytes } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { cookieName, cookieOptions } from '../../http/cookies.ts';
import { type KeptForm, showKept } from '../../http/kept-form.ts';
import { languageOf, localPath } from '../../http/language.ts';
import { hashToken, startSession } from '../../http/sessions.ts';
import { page } from '../../http/views.ts';
import { type Instant, MINUTE } from '../../time.ts';
import type { StaffMember } from '../staff.ts';
import { staffStore } from '../store.ts';
import { type FactorGround, factorOf, proveFactor } from './factor.ts';
import { factorStore } from './factor-store.ts';

interface Admission {
  kept?: KeptForm | undefined;
  vouched?: { provedAt: Instant; idToken: string };
}

const LASTS = 10 * MINUTE;
/** Then the password is asked for again. */
const MOST_TRIES = 5;
const COOKIE = 'staff-step';

/**
 * Lets in somebody whose first step (password, set-up link, another system's word) was right: the only place where a staff session
 * begins. Whoever has a second factor is asked for it first. @param back a path of ours, already checked. `kept` is the text of a form
 * that came after his session had ended, `vouched` what a provider said of him.
 */
export async function admit(
  ground: FactorGround,
  request: FastifyRequest,
  reply: FastifyReply,
  member: StaffMember,
  back: string,
  { kept, vouched }: Admission = {},
): Promise<FastifyReply> {
  const { db, clock } = ground;
  const factor = await factorOf(db.kysely, member.id);
  if (factor?.confirmedAt == null) {
    await startSession(request, reply, db, clock, {
      ...{ audience: 'staff', subject: member.id },
      ...(vouched ? { vouched } : {}),
    });
    return kept ? showKept(request, reply, kept, 200) : reply.redirect(back, 303);
  }
  const token = randomBytes(32).toString('base64url');
  const now = clock.now();
  await factorStore.beginSignIn(db.kysely, {
    token_hash: hashToken(token),
    staff_id: member.id,
    created_at: now,
    expires_at: now + LASTS,
    tries: 0,
    id_token: vouched?.idToken ?? null,
    proved_at: vouched?.provedAt ?? now,
  });
  const { secure } = request.server;
  reply.setCookie(cookieName(COOKIE, secure), token, { ...cookieOptions(secure), maxAge: LASTS / 1000 });
  if (kept) {
    return page(request, reply, 'console/sign-in-code', { back: '', problems: [], kept: JSON.stringify(kept) });
  }
  return reply.redirect(`${localPath('/console/sign-in/code', languageOf(request))}${backQuery(back)}`, 303);
}

export function backQuery(back: string): string {
  return back === '' ? '' : `?back=${encodeURIComponent(back)}`;
}

/** Whether this browser has given a right password and owes a code. */
export async function owesCode(ground: FactorGround, request: FastifyRequest): Promise<boolean> {
  const hash = tokenHashOf(request);
  return hash !== undefined && (await factorStore.signIn(ground.db.kysely, hash, ground.clock.now())) !== undefined;
}

/**
 * The second step. @returns false where the sign-in must begin again: too many tries, too long ago, or no longer staff.
 * @throws Invalid where the code is wrong; Busy.
 */
export async function finishSignIn(
  ground: FactorGround,
  request: FastifyRequest,
  reply: FastifyReply,
  code: string,
): Promise<boolean> {
  const { db, clock } = ground;
  const tokenHash = tokenHashOf(request);
  const begun = tokenHash && (await factorStore.tryOnce(db.kysely, tokenHash, MOST_TRIES, clock.now()));
  const row = begun && (await staffStore.byId(db.kysely, begun.staff_id));
  if (!begun || !row || row.disabled_at !== null) return false;
  await proveFactor(ground, { id: row.id, login: row.login, name: row.name, role: row.role }, code);
  await factorStore.endSignIns(db.kysely, { tokenHash: begun.token_hash });
  reply.clearCookie(cookieName(COOKIE, request.server.secure), cookieOptions(request.server.secure));
  await startSession(request, reply, db, clock, {
    ...{ audience: 'staff', subject: row.id },
    ...(begun.id_token === null ? {} : { vouched: { idToken: begun.id_token, provedAt: begun.proved_at } }),
  });
  return true;
}

/** Housekeeping: sign-ins that nobody finished. */
export async function forgetSignIns(ground: Pick<FactorGround, 'db'>, now: Instant): Promise<void> {
  await factorStore.endSignIns(ground.db.kysely, { before: now });
}

function tokenHashOf(request: FastifyRequest): string | undefined {
  const token = request.cookies[cookieName(COOKIE, request.server.secure)];
  return token && token.length <= 100 ? hashToken(token) : undefined;
}
