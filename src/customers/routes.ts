import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { Attempts } from '../http/attempts.ts';
import { safeBack } from '../http/audience.ts';
import { parse } from '../http/forms.ts';
import { languageOf, localPath } from '../http/language.ts';
import { providerView, signedOut } from '../http/oidc/door.ts';
import { hashingGate } from '../http/passwords.ts';
import { endSession, startSession } from '../http/sessions.ts';
import { withoutLinesWhereFull } from '../http/turned-away.ts';
import { page } from '../http/views.ts';
import { accountRoutes } from './account-routes.ts';
import { passwordRoutes } from './password/password-routes.ts';
import type { PasswordGround } from './password/request.ts';
import { type CustomerProvider, customerProviderRoutes } from './provider-sign-in.ts';
import { servicesRoutes } from './services/services-routes.ts';
import { checkCustomer } from './sign-in.ts';

const signInForm = z.object({
  login: z.string().max(254).default(''),
  password: z.string().max(1024).default(''),
  back: z.string().max(2000).default(''),
});

/** How a customer comes in and goes. */
export async function customerRoutes(
  app: FastifyInstance,
  ground: PasswordGround & { customerProvider?: CustomerProvider | undefined },
): Promise<void> {
  const { db, clock, customerProvider } = ground;
  const provider = customerProvider?.provider;
  const attempts = new Attempts(clock);
  await passwordRoutes(app, ground, attempts);
  accountRoutes(app, { db, clock });
  servicesRoutes(app, ground);
  if (customerProvider) customerProviderRoutes(app, ground, customerProvider);

  app.get('/my/sign-in', { config: { audience: { who: 'everyone', form: true } } }, async (request, reply) => {
    const { back: asked, done } = request.query as { back?: unknown; done?: unknown };
    const back = safeBack(asked, '');
    return page(request, reply, 'my/sign-in', {
      ...{ login: '', back, wrong: false, signedOut: done === 'signed-out' },
      provider: providerView(provider, request, back),
    });
  });

  await app.register(async (door) => {
    const behind = [app.gates['sign-in'], hashingGate];
    withoutLinesWhereFull(door, behind);
    const config = { audience: { who: 'everyone', form: true } as const, behind };
    door.post('/my/sign-in', { config }, async (request, reply) => {
      const form = parse(signInForm, request.body);
      const customer = await checkCustomer({ ...ground, attempts }, request.ip, form);
      if (!customer) {
        const back = safeBack(form.back, '');
        const view = { login: form.login, back, wrong: true, signedOut: false };
        return page(request, reply, 'my/sign-in', { ...view, provider: providerView(provider, request, back) }, 422);
      }
      await startSession(request, reply, db, clock, { audience: 'customer', subject: customer.id });
      return reply.redirect(safeBack(form.back, localPath('/my', languageOf(request))), 303);
    });
  });

  app.post('/my/sign-out', { config: { audience: { who: 'customer' } } }, async (request, reply) => {
    const idToken = await endSession(request, reply, db.kysely);
    return signedOut(request, reply, { provider, idToken, signInPage: '/my/sign-in' });
  });
}
