import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { troubleOf, troubleText } from '../db/trouble.ts';
import { Busy, Conflict, Forbidden, Invalid, NotEnrolled, NotFound, NotSignedIn, type Refusal } from '../errors.ts';
import type { Language } from '../time.ts';
import { signInRedirect } from './audience.ts';
import { safetyHeaders } from './headers.ts';
import { keptForm, showKept } from './kept-form.ts';
import { languageOf, localPath, ownPath } from './language.ts';
import { pageFor } from './turned-away.ts';
import { render } from './views.ts';

/** The only place that knows status codes for failures. Programs get problem+json (RFC 9457), people a page. */
export function answerErrors(app: FastifyInstance): void {
  app.setErrorHandler((error, request, reply) => answer(request, reply, error as FastifyError | Error));
}

/** Nothing is called by a name with a NUL, which PostgreSQL takes in no text: not found, before anybody asks the database. */
export function missImpossibleNames(app: FastifyInstance): void {
  app.addHook('onRequest', (request, _reply, done) => {
    for (const name in request.params as object) {
      if (String((request.params as Record<string, unknown>)[name]).includes('\u0000')) return done(new NotFound());
    }
    done();
  });
}

/** What no route answers. */
export function answerMissing(app: FastifyInstance): void {
  app.setNotFoundHandler((request, reply) => answer(request, reply, new NotFound()));
}

interface Answer {
  status: number;
  text: Refusal;
  errors?: { field: string; message: string }[];
}

/** What Fastify asks for where a request is refused before it is one, too: an address that cannot be decoded. */
export function answer(request: FastifyRequest, reply: FastifyReply, error: FastifyError | Error): FastifyReply {
  const language = apiPath(request) ? apiLanguage(request) : languageOf(request);
  const reading = request.method === 'GET' || request.method === 'HEAD';
  const found = classify(error, language, reading);
  if (found.status >= 500 && !(error instanceof Busy)) request.log.error({ err: error }, 'request failed');
  if (error instanceof Busy) reply.header('retry-after', String(error.retryAfterSeconds));
  else if (found.status === 503) reply.header('retry-after', String(10 + Math.floor(Math.random() * 21)));
  if (error instanceof NotSignedIn && apiPath(request)) reply.header('www-authenticate', 'Bearer realm="shirase"');
  if (apiPath(request)) {
    return reply
      .code(found.status)
      .headers(safetyHeaders('page', request.server.secure))
      .header('cache-control', 'no-store')
      .type('application/problem+json; charset=utf-8')
      .send(
        JSON.stringify({
          type: 'about:blank',
          status: found.status,
          title: found.text[language],
          ...(found.errors ? { errors: found.errors } : {}),
        }),
      );
  }
  const kept = keptForm(request, error);
  if (kept) return showKept(request, reply, kept, found.status);
  if (error instanceof NotSignedIn) {
    return signInRedirect(
      request,
      reply,
      localPath(staffPath(request) ? '/console/sign-in' : '/my/sign-in', languageOf(request)),
    );
  }
  if (error instanceof NotEnrolled && request.method === 'GET') {
    return reply.redirect(localPath('/console/account/totp', languageOf(request)), 303);
  }
  return reply
    .code(found.status)
    .headers(safetyHeaders('page', request.server.secure))
    .header('cache-control', 'no-store')
    .type('text/html; charset=utf-8')
    .send(errorPage(request, found, language));
}

/** Whoever is turned away reads the public state, where there is one. */
function errorPage(request: FastifyRequest, found: Answer, language: Language): string | Buffer {
  const page = found.status === 503 ? pageFor(request, found.text, language) : undefined;
  if (page !== undefined) return Buffer.from(page, 'latin1');
  const view = { message: found.text, errors: found.errors ?? [], here: ownPath(request), brief: undefined };
  return render('error', language, request.server.operator, view);
}

function classify(error: FastifyError | Error, language: 'ja' | 'en', reading: boolean): Answer {
  if (error instanceof Invalid) {
    const errors = error.problems.map((problem) => ({ field: problem.field, message: problem[language] }));
    return { status: 422, text: error.text, errors };
  }
  if (error instanceof NotFound) return { status: 404, text: error.text };
  if (error instanceof NotSignedIn) return { status: 401, text: error.text };
  if (error instanceof NotEnrolled) return { status: 403, text: error.text };
  if (error instanceof Forbidden) return { status: 403, text: error.text };
  if (error instanceof Conflict) return { status: 409, text: error.text };
  if (error instanceof Busy) return { status: 503, text: error.text };
  const trouble = troubleOf(error);
  if (trouble) return { status: 503, text: troubleText(trouble, { reading }) };
  const status = 'statusCode' in error ? error.statusCode : undefined;
  if (status === 413) {
    return { status, text: { ja: '送信された内容が大きすぎます。', en: 'What was sent is too large.' } };
  }
  if (status !== undefined && status >= 400 && status < 500) {
    return { status, text: { ja: 'リクエストの形式が正しくありません。', en: 'The request could not be understood.' } };
  }
  return {
    status: 500,
    text: {
      ja: '申し訳ございません。処理中に問題が発生しました。しばらくしてからもう一度お試しください。',
      en: 'Sorry, something went wrong on our side. Please try again in a few minutes.',
    },
  };
}

function apiPath(request: FastifyRequest): boolean {
  return routeOf(request).startsWith('/api/');
}

function staffPath(request: FastifyRequest): boolean {
  return routeOf(request).startsWith('/console');
}

/** Not the address as it was written: /%61pi/ is /api/ too. */
function routeOf(request: FastifyRequest): string {
  return request.routeOptions.url ?? request.url;
}

/** Programs say their language by Accept-Language; English without a word. */
function apiLanguage(request: FastifyRequest): 'ja' | 'en' {
  return /^\s*ja\b/i.test(request.headers['accept-language'] ?? '') ? 'ja' : 'en';
}
