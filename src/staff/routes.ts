import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { Database, Tx } from '../db/open.ts';
import { Invalid } from '../errors.ts';
import { Attempts } from '../http/attempts.ts';
import { safeBack } from '../http/audience.ts';
import { parse } from '../http/forms.ts';
import { LONG_FORM_BYTES, readKept, showKept } from '../http/kept-form.ts';
import { languageOf, localPath } from '../http/language.ts';
import { providerView, signedOut } from '../http/oidc/door.ts';
import type { Provider } from '../http/oidc/provider.ts';
import { endSession } from '../http/sessions.ts';
import type { Secret } from '../http/signing.ts';
import { type Operator, page } from '../http/views.ts';
import type { Clock } from '../time.ts';
import { factorRoutes } from './factor/factor-routes.ts';
import { admit, backQuery, finishSignIn, owesCode } from './factor/second-step.ts';
import { accountRoutes } from './people/account-routes.ts';
import { keyRoutes } from './people/key-routes.ts';
import { peopleRoutes } from './people/people-routes.ts';
import { staffProviderRoutes } from './provider-sign-in.ts';
import { settingsRoutes } from './settings-page/routes.ts';
import { setupLink, useSetupLink } from './setup-link.ts';
import { checkStaff } from './sign-in.ts';
import { trailRoutes } from './trail/trail-routes.ts';

/** What this room's pages stand on. */
export interface StaffGround {
  db: Database;
  clock: Clock;
  secret: Secret;
  publicUrl: string;
  operator: Operator;
  staffProvider?: Provider | undefined;
  /** Tells the public side, in the same transaction, that a setting which it shows is another. */
  changed: (tx: Tx) => Promise<void>;
}

const signInForm = z.object({
  login: z.string().max(254).default(''),
  password: z.string().max(1024).default(''),
  back: z.string().max(2000).default(''),
  kept: z.string().default(''),
});
const codeForm = z.object({
  code: z.string().max(100).default(''),
  back: z.string().max(2000).default(''),
  kept: z.string().default(''),
});
const setUpForm = z.object({
  login: z.string().default(''),
  name: z.string().default(''),
  password: z.string().default(''),
});

const everyone = { config: { audience: { who: 'everyone', form: true } } } as const;
/** A long form may come through the sign-in, once more encoded. */
const withKept = { ...everyone, bodyLimit: 2 * LONG_FORM_BYTES } as const;

/** How staff come in and go, how the first of them is made, and the pages on people, keys and oneself. */
export function staffRoutes(app: FastifyInstance, ground: StaffGround): void {
  const { db, clock, staffProvider: provider } = ground;
  const attempts = new Attempts(clock);
  settingsRoutes(app, ground);
  trailRoutes(app, ground);
  if (provider) staffProviderRoutes(app, ground, provider);

  app.get('/console/sign-in', everyone, async (request, reply) => {
    const { back: asked, again, done } = request.query as Record<'back' | 'again' | 'done', unknown>;
    const back = safeBack(asked, '');
    const view = { login: '', back, wrong: false, again: again !== undefined, signedOut: done === 'signed-out' };
    return page(request, reply, 'console/sign-in', { ...view, provider: providerView(provider, request, back) });
  });

  app.post('/console/sign-in', withKept, async (request, reply) => {
    const form = parse(signInForm, request.body);
    const member = await checkStaff(db, attempts, request.ip, form);
    if (!member) {
      const { login, kept } = form;
      const back = safeBack(form.back, '');
      const shown = kept === '' ? providerView(provider, request, back) : null;
      const view = { login, back, wrong: true, again: false, kept, provider: shown };
      return page(request, reply, 'console/sign-in', view, 422);
    }
    const back = safeBack(form.back, to(request, '/console'));
    return admit(ground, request, reply, member, back, { kept: readKept(form.kept) });
  });

  codeRoutes(app, ground);

  app.post(
    '/console/sign-out',
    { config: { audience: { who: 'staff', may: null, unenrolled: true } } },
    async (request, reply) => {
      const idToken = await endSession(request, reply, db.kysely);
      return signedOut(request, reply, { provider, idToken, signInPage: '/console/sign-in' });
    },
  );

  setUpRoutes(app, ground);
  factorRoutes(app, { ...ground, attempts });
  accountRoutes(app, { ...ground, attempts });
  peopleRoutes(app, ground);
  keyRoutes(app, ground);
}

/** The second step of a sign-in. */
function codeRoutes(app: FastifyInstance, ground: StaffGround): void {
  app.get('/console/sign-in/code', everyone, async (request, reply) => {
    const back = safeBack((request.query as { back?: unknown }).back, '');
    if (!(await owesCode(ground, request))) {
      const view = { login: '', back, wrong: false, again: true };
      return page(request, reply, 'console/sign-in', {
        ...view,
        provider: providerView(ground.staffProvider, request, back),
      });
    }
    return page(request, reply, 'console/sign-in-code', { back, problems: [] });
  });

  app.post('/console/sign-in/code', withKept, async (request, reply) => {
    const { code, back, kept } = parse(codeForm, request.body);
    const target = safeBack(back, '');
    try {
      if (!(await finishSignIn(ground, request, reply, code))) return await beginAgain(request, reply, target);
      const form = readKept(kept);
      if (form) return showKept(request, reply, form, 200);
      return await reply.redirect(target === '' ? to(request, '/console') : target, 303);
    } catch (error) {
      if (!(error instanceof Invalid)) throw error;
      return page(request, reply, 'console/sign-in-code', { back: target, kept, problems: error.problems }, 422);
    }
  });
}

function beginAgain(request: FastifyRequest, reply: FastifyReply, back: string): FastifyReply {
  const query = backQuery(back);
  return reply.redirect(`${to(request, '/console/sign-in')}${query === '' ? '?' : `${query}&`}again`, 303);
}

function setUpRoutes(app: FastifyInstance, ground: StaffGround): void {
  const { db, clock } = ground;
  const tokenOf = (request: FastifyRequest) => (request.params as { token: string }).token;

  app.get('/console/set-up/:token', everyone, async (request, reply) => {
    const { member } = await setupLink(db, clock, tokenOf(request));
    reply.header('referrer-policy', 'no-referrer');
    return page(request, reply, 'console/set-up', { problems: [], values: {}, member });
  });

  app.post('/console/set-up/:token', everyone, async (request, reply) => {
    const { member } = await setupLink(db, clock, tokenOf(request));
    const form = parse(setUpForm, request.body);
    try {
      const made = await useSetupLink(db, clock, tokenOf(request), form);
      return await admit(ground, request, reply, made, to(request, '/console'));
    } catch (error) {
      if (!(error instanceof Invalid)) throw error;
      return page(request, reply, 'console/set-up', { problems: error.problems, values: form, member }, 422);
    }
  });
}

function to(request: FastifyRequest, path: string): string {
  return localPath(path, languageOf(request));
}
