import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { Conflict, Invalid } from '../../errors.ts';
import type { Attempts } from '../../http/attempts.ts';
import { requireStaff } from '../../http/audience.ts';
import { parse } from '../../http/forms.ts';
import { languageOf, localPath } from '../../http/language.ts';
import { page } from '../../http/views.ts';
import { provePassword } from '../people/password.ts';
import { readSettings } from '../settings.ts';
import { uriOf } from './code.ts';
import {
  beginFactor,
  confirmFactor,
  type FactorGround,
  factorOf,
  giveUpFactor,
  renewCodes,
  waitingSecret,
} from './factor.ts';
import { qrOf } from './qr.ts';
import { needsFactor } from './required.ts';

/** These work for whoever must set it up first, too. */
const own = { config: { audience: { who: 'staff', may: null, unenrolled: true } } } as const;

const form = z.object({ current: z.string().max(1024).default(''), code: z.string().max(100).default('') });

type Ground = FactorGround & { attempts: Attempts };

/** One's own second factor: set up, confirmed by a code, renewed, given up. */
export function factorRoutes(app: FastifyInstance, ground: Ground): void {
  const path = '/console/account/totp';
  app.get(path, own, (request, reply) => show(ground, request, reply));

  app.post(`${path}/start`, own, async (request, reply) => {
    const { current } = parse(form, request.body);
    return orShow(ground, request, reply, async () => {
      await provePassword(ground, requireStaff(request), request.ip, current);
      await beginFactor(ground, requireStaff(request).id);
      return reply.redirect(localPath(path, languageOf(request)), 303);
    });
  });

  app.post(`${path}/confirm`, own, async (request, reply) => {
    const { code } = parse(form, request.body);
    return orShow(ground, request, reply, async () => {
      const codes = await confirmFactor(ground, requireStaff(request), code, request.session?.tokenHash ?? '');
      return page(request, reply, 'console/people/recovery-codes', { codes });
    });
  });

  app.post(`${path}/codes`, own, async (request, reply) => {
    const { code } = parse(form, request.body);
    return orShow(ground, request, reply, async () => {
      const codes = await renewCodes(ground, requireStaff(request), code);
      return page(request, reply, 'console/people/recovery-codes', { codes });
    });
  });

  app.post(`${path}/remove`, own, async (request, reply) => {
    const { code } = parse(form, request.body);
    return orShow(ground, request, reply, async () => {
      if (await isAsked(ground, request)) {
        throw new Conflict({
          ja: 'あなたの権限では2段階認証が必須のため、解除できません。',
          en: 'Your role needs the second step: it cannot be removed.',
        });
      }
      await giveUpFactor(ground, requireStaff(request), code);
      return reply.redirect(localPath('/console/account', languageOf(request)), 303);
    });
  });

  for (const step of ['start', 'confirm', 'codes', 'remove']) {
    app.get(`${path}/${step}`, own, (request, reply) => reply.redirect(localPath(path, languageOf(request)), 303));
  }
}

async function orShow(
  ground: Ground,
  request: FastifyRequest,
  reply: FastifyReply,
  act: () => Promise<FastifyReply>,
): Promise<FastifyReply> {
  try {
    return await act();
  } catch (error) {
    if (error instanceof Invalid) return show(ground, request, reply, { problems: error.problems }, 422);
    if (error instanceof Conflict) return show(ground, request, reply, { message: error.text }, 409);
    throw error;
  }
}

async function show(ground: Ground, request: FastifyRequest, reply: FastifyReply, outcome: object = {}, status = 200) {
  const { id, login } = requireStaff(request);
  const secret = await waitingSecret(ground, id);
  const { operator } = request.server;
  const issuer = languageOf(request) === 'ja' ? operator.name.ja : operator.name.en;
  const view = {
    problems: [],
    message: undefined,
    factor: await factorOf(ground.db.kysely, id),
    required: await isAsked(ground, request),
    waiting: secret && { secret: secret.replace(/(.{4})(?=.)/g, '$1 '), qr: qrOf(uriOf(secret, issuer, login)) },
    ...outcome,
  };
  return page(request, reply, 'console/people/totp', view, status);
}

async function isAsked(ground: Ground, request: FastifyRequest): Promise<boolean> {
  const { secondFactorFor } = await readSettings(ground.db.kysely);
  return needsFactor(requireStaff(request).role, secondFactorFor);
}
