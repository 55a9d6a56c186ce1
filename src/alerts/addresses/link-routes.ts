import type { FastifyInstance, FastifyRequest } from 'fastify';
import { languageOf } from '../../http/language.ts';
import { page, render } from '../../http/views.ts';
import { stopAddress } from './addresses.ts';
import { type AddressGround, confirmAddress, type LinkAnswer, lookAtLink } from './confirm.ts';
import { addressOfStopToken } from './stop-link.ts';

const STATUS: Record<LinkAnswer['kind'], number> = { ready: 200, done: 200, expired: 410, unknown: 404, taken: 409 };

/**
 * The pages behind the links in mails. Opening one changes nothing, for scanners open links; their addresses are secrets, so
 * that no other site may learn them from a Referer.
 */
export async function addressLinkRoutes(app: FastifyInstance, ground: AddressGround): Promise<void> {
  await app.register(async (scope) => {
    scope.addHook('onRequest', async (_request, reply) => {
      reply.header('referrer-policy', 'no-referrer').header('x-robots-tag', 'noindex');
    });
    const form = { config: { audience: { who: 'everyone', form: true } } } as const;

    scope.get<{ Params: { token: string } }>('/confirm/:token', form, async (request, reply) => {
      const link = await lookAtLink(ground.db, request.params.token, ground.clock.now());
      return page(request, reply, 'my/confirm', { link }, STATUS[link.kind]);
    });

    scope.post<{ Params: { token: string } }>('/confirm/:token', form, async (request, reply) => {
      const link = await confirmAddress(ground, request.params.token);
      return page(request, reply, 'my/confirm', { link }, STATUS[link.kind]);
    });
  });
  await app.register(async (scope) => stopRoutes(scope, ground));
}

/**
 * Leaving. The same POST comes from the page's button and, without a person, from mail programs (RFC 8058): no cookie, no CSRF
 * token, no redirect, and the same words whether or not the token was ever ours.
 */
async function stopRoutes(scope: FastifyInstance, ground: AddressGround): Promise<void> {
  const open = { bodyLimit: 65_536, config: { audience: { who: 'everyone' } } } as const;
  scope.addHook('onRequest', async (_request, reply) => {
    reply.header('referrer-policy', 'no-referrer').header('x-robots-tag', 'noindex');
  });
  // RFC 8058 3.2: multipart/form-data or urlencoded. One fixed pair is all that may come, so no parser is needed to find it.
  scope.removeAllContentTypeParsers();
  scope.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, done) => done(null, body));

  // Not page(): it would give the visitor a cookie for a form that needs none.
  const show = (request: FastifyRequest, step: 'ask' | 'done' | 'unknown', here: string) =>
    render('my/stop', languageOf(request), ground.operator, { step, here, csrf: '', staff: null, customer: null });

  scope.get<{ Params: { token: string } }>('/stop/:token', open, async (request, reply) => {
    const known = addressOfStopToken(ground.secret, request.params.token) !== undefined;
    reply
      .code(known ? 200 : 404)
      .header('cache-control', 'no-store')
      .type('text/html; charset=utf-8');
    return show(request, known ? 'ask' : 'unknown', request.url);
  });

  scope.post<{ Params: { token: string } }>('/stop/:token', open, async (request, reply) => {
    const id = addressOfStopToken(ground.secret, request.params.token);
    const asked = saysOneClick(request.body);
    if (asked && id !== undefined) await stopAddress(ground, id);
    reply.header('cache-control', 'no-store').type('text/html; charset=utf-8');
    // Nothing of the request comes back, so that the answers for all tokens are equal to the byte.
    return show(request, asked ? 'done' : 'ask', '/');
  });
}

function saysOneClick(body: unknown): boolean {
  return (
    typeof body === 'string' &&
    (/(?:^|&)List-Unsubscribe=One-Click(?:&|$)/.test(body.trim()) ||
      /name="?List-Unsubscribe"?[^\r\n]*\r?\n(?:[^\r\n]+\r?\n)*\r?\nOne-Click\r?\n/i.test(body))
  );
}
