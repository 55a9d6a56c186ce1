import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { Database } from '../db/open.ts';
import { Invalid } from '../errors.ts';
import { Attempts } from '../http/attempts.ts';
import { safeBack } from '../http/audience.ts';
import { parse } from '../http/forms.ts';
import { languageOf, localPath } from '../http/language.ts';
import { endSession, startSession } from '../http/sessions.ts';
import { page } from '../http/views.ts';
import type { Clock } from '../time.ts';
import { settingsRoutes } from './settings-page/routes.ts';
import { linkIsGone, setupLinkWorks, useSetupLink } from './setup-link.ts';
import { checkStaff } from './sign-in.ts';

const signInForm = z.object({
  login: z.string().max(254).default(''),
  password: z.string().max(1024).default(''),
  back: z.string().max(2000).default(''),
});

const setUpForm = z.object({
  login: z.string().default(''),
  name: z.string().default(''),
  password: z.string().default(''),
});

/** How staff come in and go, and how the first of them is made. */
export function staffRoutes(app: FastifyInstance, ground: { db: Database; clock: Clock }): void {
  const { db, clock } = ground;
  const attempts = new Attempts(clock);
  settingsRoutes(app, ground);

  app.get('/console/sign-in', { config: { audience: { who: 'everyone', form: true } } }, async (request, reply) => {
    const back = safeBack((request.query as { back?: unknown }).back, '');
    return page(request, reply, 'console/sign-in', { login: '', back, wrong: false });
  });

  app.post('/console/sign-in', { config: { audience: { who: 'everyone', form: true } } }, async (request, reply) => {
    const form = parse(signInForm, request.body);
    const member = await checkStaff(db, attempts, request.ip, form);
    if (!member) {
      const view = { login: form.login, back: safeBack(form.back, ''), wrong: true };
      return page(request, reply, 'console/sign-in', view, 422);
    }
    await startSession(request, reply, db, clock, { audience: 'staff', subject: member.id });
    return reply.redirect(safeBack(form.back, localPath('/console', languageOf(request))), 303);
  });

  app.post('/console/sign-out', { config: { audience: { who: 'staff', may: null } } }, async (request, reply) => {
    await endSession(request, reply, db.kysely);
    return reply
      .header('clear-site-data', '"cache", "storage"')
      .redirect(localPath('/console/sign-in', languageOf(request)), 303);
  });

  app.get(
    '/console/set-up/:token',
    { config: { audience: { who: 'everyone', form: true } } },
    async (request, reply) => {
      const { token } = request.params as { token: string };
      if (!(await setupLinkWorks(db, clock, token))) throw linkIsGone();
      reply.header('referrer-policy', 'no-referrer');
      return page(request, reply, 'console/set-up', { problems: [], values: {} });
    },
  );

  app.post(
    '/console/set-up/:token',
    { config: { audience: { who: 'everyone', form: true } } },
    async (request, reply) => {
      const { token } = request.params as { token: string };
      if (!(await setupLinkWorks(db, clock, token))) throw linkIsGone();
      const form = parse(setUpForm, request.body);
      try {
        const member = await useSetupLink(db, clock, token, form);
        await startSession(request, reply, db, clock, { audience: 'staff', subject: member.id });
        return reply.redirect(localPath('/console', languageOf(request)), 303);
      } catch (error) {
        if (!(error instanceof Invalid)) throw error;
        return page(request, reply, 'console/set-up', { problems: error.problems, values: form }, 422);
      }
    },
  );
}
