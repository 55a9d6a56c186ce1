import { setTimeout as wait } from 'node:timers/promises';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { type FieldProblem, Invalid } from '../../errors.ts';
import { parse } from '../../http/forms.ts';
import { languageOf, ownPath } from '../../http/language.ts';
import { page, render } from '../../http/views.ts';
import type { Address } from './address.ts';
import { addressBehindLink, changeChoiceByLink, stopAddress } from './addresses.ts';
import { choiceForm, oneNoticeForm, partsOf } from './choice-form.ts';
import { type AddressGround, confirmAddress, type LinkAnswer, lookAtLink } from './confirm.ts';
import type { ToldNotice } from './mute-store.ts';
import { muteByLink, toldNotices } from './mutes.ts';
import { addressOfStopToken } from './stop-link.ts';

const STATUS: Record<LinkAnswer['kind'], number> = { ready: 200, done: 200, expired: 410, unknown: 404, taken: 409 };

/**
 * The pages behind the links in mails. Opening one changes nothing, for scanners open links; their addresses are secrets, so
 * that no other site may learn them from a Referer.
 */
export async function addressLinkRoutes(app: FastifyInstance, ground: AddressGround): Promise<void> {
  await app.register(async (scope) => {
    scope.addHook('onRequest', secret);
    const form = { config: { audience: { who: 'everyone', form: true } } } as const;

    scope.get<{ Params: { token: string } }>('/confirm/:token', form, async (request, reply) => {
      const link = await lookAtLink(ground.db, request.params.token, ground.clock.now());
      return page(request, reply, 'my/confirm', { link, brief: ground.publicStatus?.() }, STATUS[link.kind]);
    });

    scope.post<{ Params: { token: string } }>('/confirm/:token', form, async (request, reply) => {
      const link = await confirmAddress(ground, request.params.token);
      return page(request, reply, 'my/confirm', { link, brief: ground.publicStatus?.() }, STATUS[link.kind]);
    });
  });
  await app.register(async (scope) => stopRoutes(scope, ground));
  await app.register(async (scope) => chooseRoutes(scope, ground));
}

const secret = async (_request: FastifyRequest, reply: FastifyReply) => {
  reply.header('referrer-policy', 'no-referrer').header('x-robots-tag', 'noindex');
};

interface StopPage {
  step: 'ask' | 'done' | 'unknown';
  /** For the language switch. */
  here: string;
  /** Where the finer choice is sent. */
  action?: string;
  choice?: (Address & { problems: FieldProblem[] }) | undefined;
  chosen?: boolean;
  /** What the address was mailed about, to have enough of one. */
  told?: ToldNotice[];
  /** Of which no more is mailed from now on. */
  muted?: ToldNotice | undefined;
}

/** Not page(): it would give the visitor a cookie for a form that needs none. */
function stopPage(ground: AddressGround, request: FastifyRequest, { choice, ...view }: StopPage): string {
  return render('my/stop', languageOf(request), ground.operator, {
    ...{ csrf: '', staff: null, customer: null, problems: [], chosen: false, told: [], muted: null, noindex: true },
    ...view,
    choice: choice && { ...choice, parts: partsOf(choice.hours) },
  });
}

/**
 * Leaving. The same POST comes from the page's button and, without a person, from mail programs (RFC 8058): no cookie, no CSRF
 * token, no redirect, and the same words whether or not the token was ever ours.
 */
async function stopRoutes(scope: FastifyInstance, ground: AddressGround): Promise<void> {
  const open = { bodyLimit: 65_536, config: { audience: { who: 'everyone' } } } as const;
  scope.addHook('onRequest', secret);
  // RFC 8058 3.2: multipart/form-data or urlencoded. One fixed pair is all that may come, so no parser is needed to find it.
  scope.removeAllContentTypeParsers();
  scope.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, done) => done(null, body));

  scope.get<{ Params: { token: string } }>('/stop/:token', open, async (request, reply) => {
    const { token } = request.params;
    const id = addressOfStopToken(ground.secret, token);
    reply
      .code(id === undefined ? 404 : 200)
      .header('cache-control', 'no-store')
      .type('text/html; charset=utf-8');
    if (id === undefined) return stopPage(ground, request, { step: 'unknown', here: ownPath(request) });
    const address = await addressBehindLink(ground.db.kysely, id);
    const choice = address && { ...address, problems: [] };
    const told = choice ? await toldNotices(ground, id) : [];
    return stopPage(ground, request, { step: 'ask', here: ownPath(request), action: `/stop/${token}`, choice, told });
  });

  scope.post<{ Params: { token: string } }>('/stop/:token', open, async (request, reply) => {
    const id = addressOfStopToken(ground.secret, request.params.token);
    const asked = saysOneClick(request.body);
    // A forged link costs what a good one does but for the disk's part, which is hidden by answering none of them sooner.
    if (asked) await Promise.all([stopAddress(ground, id ?? NOBODY), wait(NO_SOONER)]);
    reply.header('cache-control', 'no-store').type('text/html; charset=utf-8');
    // Nothing of the request comes back, so that the answers for all tokens are equal to the byte.
    return stopPage(ground, request, { step: asked ? 'done' : 'ask', here: '/' });
  });
}

/**
 * Less mail, or other mail, instead of none: the link is the proof, as it is for stopping, so there is no cookie here either. What is
 * stopped stays stopped: to start again one signs in.
 */
async function chooseRoutes(scope: FastifyInstance, ground: AddressGround): Promise<void> {
  const open = { bodyLimit: 65_536, config: { audience: { who: 'everyone' } } } as const;
  scope.addHook('onRequest', secret);
  type Request = FastifyRequest<{ Params: { token: string } }>;
  const behind = async ({ params }: Request) => {
    const id = addressOfStopToken(ground.secret, params.token);
    return id === undefined ? undefined : await addressBehindLink(ground.db.kysely, id);
  };
  const send = async (request: Request, reply: FastifyReply, status: number, view: Omit<StopPage, 'here'>) => {
    // A reload or the language switch leads back to the page of the link itself.
    const here = `/stop/${request.params.token}`;
    const told = view.choice ? await toldNotices(ground, view.choice.id) : [];
    const html = stopPage(ground, request, { here, action: here, told, ...view });
    return reply.code(status).header('cache-control', 'no-store').type('text/html; charset=utf-8').send(html);
  };

  scope.post<{ Params: { token: string } }>('/stop/:token/choice', open, async (request, reply) => {
    const address = await behind(request);
    if (!address) return send(request, reply, 404, { step: 'unknown' });
    try {
      const changed = await changeChoiceByLink(ground, address.id, parse(choiceForm, request.body));
      return send(request, reply, 200, { step: 'ask', chosen: true, choice: { ...changed, problems: [] } });
    } catch (error) {
      if (!(error instanceof Invalid)) throw error;
      return send(request, reply, 422, { step: 'ask', choice: { ...address, problems: error.problems } });
    }
  });

  scope.post<{ Params: { token: string } }>('/stop/:token/notice', open, async (request, reply) => {
    const address = await behind(request);
    const { notice } = parse(oneNoticeForm, request.body);
    const muted = address && (await muteByLink(ground, address.id, notice));
    if (!muted) return send(request, reply, 404, { step: 'unknown' });
    return send(request, reply, 200, { step: 'ask', muted, choice: { ...address, problems: [] } });
  });
}

/** Milliseconds: several times what one commit takes. */
const NO_SOONER = 25;

/** No address has this id. */
const NOBODY = '-';

function saysOneClick(body: unknown): boolean {
  return (
    typeof body === 'string' &&
    (/(?:^|&)List-Unsubscribe=One-Click(?:&|$)/.test(body.trim()) ||
      /name="?List-Unsubscribe"?[^\r\n]*\r?\n(?:[^\r\n]+\r?\n)*\r?\nOne-Click\r?\n/i.test(body))
  );
}
