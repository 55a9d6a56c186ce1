import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { safetyHeaders } from '../../http/headers.ts';
import { languageOf, localPath } from '../../http/language.ts';
import { render } from '../../http/views.ts';
import type { Edition } from '../edition/edition.ts';
import type { Printing } from '../edition/sheet.ts';
import { queryOf, readAsked } from './asked.ts';
import { type CheckPage, checkPage } from './page.ts';

type Serve = (request: FastifyRequest, reply: FastifyReply) => FastifyReply | Promise<FastifyReply>;

/**
 * `/check`: is my mail domain affected? Without a session and without the database, from what is published. The form posts what was
 * typed, so that a whole address is in no address bar, no history and no proxy's log; what is asked in the end is its domain.
 */
export function checkRoutes(site: FastifyInstance, edition: Edition, serve: Serve, notYet: () => Error): void {
  const printing = (): Printing => {
    if (!edition.printed) throw notYet();
    return edition.printed.printing;
  };
  const everyone = { config: { audience: { who: 'everyone' } } } as const;

  site.get('/check', everyone, (request, reply) => {
    const asked = new URLSearchParams(request.originalUrl.split('?')[1]);
    const typed = asked.get('domain') ?? asked.get('facility');
    if (typed === null) return serve(request, reply);
    // A whole address that somebody put there is taken out of the address at once.
    if (typed.includes('@')) return lead(request, reply, printing(), typed);
    return answer(request, reply, checkPage(printing(), typed));
  });

  site.register(async (form) => {
    form.removeAllContentTypeParsers();
    form.addContentTypeParser('*', { parseAs: 'string', bodyLimit: 8192 }, (_request, body, done) => done(null, body));
    form.post('/check', everyone, (request, reply) => {
      const body = typeof request.body === 'string' ? request.body : '';
      return lead(request, reply, printing(), new URLSearchParams(body).get('of') ?? '');
    });
  });
}

/** To the address of the answer, or back to the form with what is wrong. */
function lead(request: FastifyRequest, reply: FastifyReply, printing: Printing, typed: string): FastifyReply {
  const asked = readAsked(typed, printing.content.catalogue.facilities);
  if (!asked) return answer(request, reply, checkPage(printing, typed), 422);
  return reply
    .headers(safetyHeaders('page', request.server.secure))
    .header('cache-control', 'no-store')
    .redirect(localPath(`/check${queryOf(asked)}`, languageOf(request)), 303);
}

function answer(request: FastifyRequest, reply: FastifyReply, page: CheckPage, status = 200): FastifyReply {
  const language = languageOf(request);
  return reply
    .code(status)
    .headers(safetyHeaders('page', request.server.secure))
    .header('cache-control', status === 200 ? 'public, max-age=5' : 'no-store')
    .type('text/html; charset=utf-8')
    .send(render('site/check', language, request.server.operator, { ...page, here: '/check', noindex: true }));
}
