import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { type Language, SECOND } from '../../time.ts';
import { safeBack } from '../audience.ts';
import { cookieName, cookieOptions } from '../cookies.ts';
import { languageOf, localPath } from '../language.ts';
import { page } from '../views.ts';
import { FLOW_LASTS, type Identity, type Provider, ProviderTrouble, type Trouble } from './provider.ts';

/** The way in by a provider, for one kind of people. */
export interface ProviderDoor {
  provider: Provider;
  /** The page with the form for passwords; the provider's addresses lie below it. */
  signInPage: '/my/sign-in' | '/console/sign-in';
  home: '/my' | '/console';
  /** Lets in whom the provider vouches for, at `back`. @throws ProviderTrouble where he is nobody here. */
  admit(request: FastifyRequest, reply: FastifyReply, who: Identity, back: string): Promise<FastifyReply>;
}

const everyone = { config: { audience: { who: 'everyone', form: true } } } as const;
const LONGEST_BACK = 500;

/** What the sign-in page says of the provider. */
export interface ProviderView {
  label: string;
  path: string;
  down: boolean;
  trouble: Trouble | null;
}

/**
 * Leaving for the provider and coming back. Both are GETs, as the protocol has it: leaving changes nothing but one cookie of this
 * browser, and coming back is worth something only with that cookie, once.
 */
export function providerRoutes(app: FastifyInstance, door: ProviderDoor): void {
  const { provider, signInPage, home } = door;
  const cookie = () => cookieName(signInPage === '/my/sign-in' ? 'provider' : 'staff-provider', app.secure);
  app.addHook('onReady', (done) => {
    void provider.look();
    done();
  });

  app.get(`${signInPage}/provider`, everyone, async (request, reply) => {
    const language = languageOf(request);
    const asked = safeBack((request.query as { back?: unknown }).back, '');
    const back = asked.length > LONGEST_BACK ? '' : asked;
    try {
      // Whoever is signed in here and comes again is to prove that he is still the one.
      const { url, sealed } = await provider.begin({ again: request.session !== null, back, language });
      reply.setCookie(cookie(), sealed, { ...cookieOptions(app.secure), maxAge: FLOW_LASTS / SECOND });
      return await reply.header('cache-control', 'no-store').redirect(url, 303);
    } catch (error) {
      return toSignIn(reply, door, error, { back, language });
    }
  });

  app.get(`${signInPage}/provider/callback`, everyone, async (request, reply) => {
    const begun = provider.begun(request.cookies[cookie()]);
    reply.clearCookie(cookie(), cookieOptions(app.secure)).header('cache-control', 'no-store');
    const { back, language } = begun ?? { back: '', language: languageOf(request) };
    try {
      if (!begun) throw new ProviderTrouble('again');
      const who = await provider.finish(begun, queryOf(request));
      return await door.admit(request, reply, who, safeBack(back, localPath(home, language)));
    } catch (error) {
      return toSignIn(reply, door, error, { back, language });
    }
  });
}

/** For the page that offers both ways in. */
export function providerView(
  provider: Provider | undefined,
  request: FastifyRequest,
  back: string,
): ProviderView | null {
  if (!provider) return null;
  void provider.look();
  const { trouble } = z
    .object({ trouble: z.enum(['down', 'again', 'denied', 'unknown']).nullable().catch(null) })
    .parse({ trouble: (request.query as { provider?: unknown }).provider ?? null });
  const signInPage = request.routeOptions.url?.startsWith('/console') ? '/console/sign-in' : '/my/sign-in';
  const path = localPath(`${signInPage}/provider`, languageOf(request));
  return {
    label: provider.label,
    path: back === '' ? path : `${path}?back=${encodeURIComponent(back)}`,
    down: provider.down,
    trouble,
  };
}

/** @param idToken of the session that has just ended. Signs out at the provider too, where the session came from there. */
export function signedOut(
  request: FastifyRequest,
  reply: FastifyReply,
  ended: { provider: Provider | undefined; idToken: string | null; signInPage: ProviderDoor['signInPage'] },
): FastifyReply {
  reply.header('clear-site-data', '"cache", "storage"');
  const next = ended.provider?.signOutUrl(ended.idToken);
  if (!ended.provider || !next)
    return reply.redirect(`${localPath(ended.signInPage, languageOf(request))}?done=signed-out`, 303);
  // Not a redirect: browsers hold forms to our own site (form-action), wherever they are sent on to.
  reply.header('refresh', `0;url=${next}`);
  return page(request, reply, 'provider/signed-out', {
    next,
    label: ended.provider.label,
    signInPage: ended.signInPage,
  });
}

function toSignIn(
  reply: FastifyReply,
  { signInPage }: ProviderDoor,
  error: unknown,
  { back, language }: { back: string; language: Language },
): FastifyReply {
  if (!(error instanceof ProviderTrouble)) throw error;
  const query = new URLSearchParams({ provider: error.trouble, ...(back === '' ? {} : { back }) });
  return reply.redirect(`${localPath(signInPage, language)}?${query.toString()}`, 303);
}

function queryOf(request: FastifyRequest): string {
  const { originalUrl } = request;
  const at = originalUrl.indexOf('?');
  return at < 0 ? '' : originalUrl.slice(at + 1);
}
