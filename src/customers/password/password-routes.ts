import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { type FieldProblem, Invalid } from '../../errors.ts';
import type { Attempts } from '../../http/attempts.ts';
import { requireCustomer } from '../../http/audience.ts';
import { cookieName, cookieOptions } from '../../http/cookies.ts';
import { parse } from '../../http/forms.ts';
import { languageOf, localPath } from '../../http/language.ts';
import { startSession } from '../../http/sessions.ts';
import { page } from '../../http/views.ts';
import { MINUTE, SECOND } from '../../time.ts';
import { answerRequests, type PasswordGround, requestReset } from './request.ts';
import { changePassword, freezeAccount, lookAtReset, type ResetAnswer, setByLink } from './set-password.ts';

/** Strict: a form that carries anything else (an address, an account, an array) is refused as a whole. */
const csrf = { _csrf: z.string().max(200) };
const askForm = z.strictObject({ ...csrf, login: z.string().trim().min(1).max(254) });
const newForm = z.strictObject({ ...csrf, password: z.string().min(1).max(1024) });
const changeForm = z.strictObject({ ...csrf, present: z.string().min(1).max(1024), password: newForm.shape.password });
const emptyForm = z.strictObject(csrf);

const STATUS: Record<ResetAnswer['kind'], number> = { ready: 200, done: 200, closed: 409, over: 410, unknown: 404 };

/** Between the mail's link and the form: the token is in no address, and no other site learns it from a Referer. */
const RESET_COOKIE = 'reset';

/** How a customer sets his password, by a link in a mail or by the one he has. */
export async function passwordRoutes(app: FastifyInstance, ground: PasswordGround, attempts: Attempts): Promise<void> {
  const everyone = { config: { audience: { who: 'everyone', form: true } } } as const;
  const own = { config: { audience: { who: 'customer' } } } as const;
  const fresh = { config: { audience: { who: 'customer', fresh: true } } } as const;
  const answering = new Set<Promise<void>>();
  app.addHook('onClose', async () => {
    await Promise.all(answering);
  });

  await app.register(async (scope) => {
    scope.addHook('onRequest', async (_request, reply) => {
      reply.header('referrer-policy', 'no-referrer').header('x-robots-tag', 'noindex');
    });

    scope.get('/my/password/reset', everyone, async (request, reply) =>
      page(request, reply, 'my/password-ask', { login: '', asked: false, problems: [] }),
    );

    scope.post('/my/password/reset', everyone, async (request, reply) => {
      let login: string;
      try {
        ({ login } = parse(askForm, request.body));
      } catch (error) {
        return again(request, reply, 'my/password-ask', error, { login: typed(request, 'login'), asked: false });
      }
      await requestReset(ground, { login, ip: request.ip, language: languageOf(request) });
      // Answered after this answer has gone, so that nothing of it can be felt; a chore takes what a stop leaves behind.
      reply.raw.once('finish', () => {
        const run = answerRequests(ground)
          .catch((error: unknown) => request.log.warn({ err: error }, 'a password request waits for the chore'))
          .finally(() => answering.delete(run));
        answering.add(run);
      });
      return page(request, reply, 'my/password-ask', { login: '', asked: true, problems: [] });
    });

    scope.get<{ Params: { token: string } }>('/my/password/reset/:token', everyone, async (request, reply) => {
      const { token } = request.params;
      const { secure } = request.server;
      if (/^[\w-]{20,100}$/.test(token)) {
        reply.setCookie(cookieName(RESET_COOKIE, secure), token, {
          ...cookieOptions(secure),
          maxAge: (30 * MINUTE) / SECOND,
        });
      }
      return reply
        .header('cache-control', 'no-store')
        .redirect(localPath('/my/password/new', languageOf(request)), 303);
    });

    scope.get('/my/password/new', everyone, async (request, reply) => {
      const answer = await lookAtReset(ground, tokenOf(request));
      return page(
        request,
        reply,
        'my/password-new',
        { answer, problems: [] },
        answer.kind === 'closed' ? 200 : STATUS[answer.kind],
      );
    });

    scope.post('/my/password/new', everyone, async (request, reply) => {
      const token = tokenOf(request);
      let answer: ResetAnswer;
      try {
        const { password } = parse(newForm, request.body);
        answer = await setByLink(ground, token, { password, language: languageOf(request) });
      } catch (error) {
        return again(request, reply, 'my/password-new', error, { answer: await lookAtReset(ground, token) });
      }
      if (answer.kind === 'done') clearToken(request, reply);
      return page(request, reply, 'my/password-new', { answer, problems: [] }, STATUS[answer.kind]);
    });
  });

  app.get('/my/password', own, async (request, reply) => {
    const verdict = await ground.guard.ask(requireCustomer(request).id);
    const { done } = request.query as { done?: unknown };
    return page(request, reply, 'my/password', { verdict, done: done === 'changed', problems: [] });
  });

  app.post('/my/password', own, async (request, reply) => {
    const customer = requireCustomer(request);
    try {
      const { present, password } = parse(changeForm, request.body);
      attempts.check(`customer:${customer.login}`, request.ip);
      const verdict = await changePassword(ground, customer, { present, password, language: languageOf(request) });
      if (!verdict.allowed) return page(request, reply, 'my/password', { verdict, done: false, problems: [] }, 409);
      attempts.succeeded(`customer:${customer.login}`);
    } catch (error) {
      if (
        error instanceof Invalid &&
        error.problems.some((one) => one.field === 'present' && typed(request, 'present'))
      ) {
        attempts.failed(`customer:${customer.login}`, request.ip);
      }
      const verdict = await ground.guard.ask(customer.id);
      return again(request, reply, 'my/password', error, { verdict, done: false });
    }
    // All his sessions have ended; this browser has just proved who it is.
    request.session = null;
    await startSession(request, reply, ground.db, ground.clock, { audience: 'customer', subject: customer.id });
    return reply.redirect(`${localPath('/my/password', languageOf(request))}?done=changed`, 303);
  });

  app.post('/my/password/freeze', fresh, async (request, reply) => {
    parse(emptyForm, request.body);
    await freezeAccount(ground, requireCustomer(request).id, languageOf(request));
    request.session = null;
    request.customer = null;
    return page(request, reply, 'my/password-frozen', {});
  });
}

function tokenOf(request: FastifyRequest): string {
  const token = request.cookies[cookieName(RESET_COOKIE, request.server.secure)] ?? '';
  return /^[\w-]{20,100}$/.test(token) ? token : '';
}

function clearToken(request: FastifyRequest, reply: FastifyReply): void {
  const { secure } = request.server;
  reply.clearCookie(cookieName(RESET_COOKIE, secure), cookieOptions(secure));
}

function typed(request: FastifyRequest, field: string): string {
  const value = (request.body as Record<string, unknown> | undefined)?.[field];
  return typeof value === 'string' ? value : '';
}

/** The form once more with what is wrong; passwords are never sent back. */
function again(request: FastifyRequest, reply: FastifyReply, name: string, error: unknown, view: object): FastifyReply {
  if (!(error instanceof Invalid)) throw error;
  const problems: FieldProblem[] = error.problems;
  return page(request, reply, name, { ...view, problems }, 422);
}
