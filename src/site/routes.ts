import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Database } from '../db/open.ts';
import { Busy, NotFound } from '../errors.ts';
import { encodingFor, sameTag } from '../http/encoding.ts';
import { oldestWait } from '../mail/health.ts';
import { type Clock, MINUTE } from '../time.ts';
import type { Edition } from './edition.ts';

/** A courier that works hands over within seconds what is due. */
const PATIENCE = 10 * MINUTE;

export interface SiteGround {
  edition: Edition;
  clock: Clock;
  db: Database;
}

/** What everybody reads: bytes, without a session, a database, a template, a hook or a line in the log. */
export function siteRoutes(app: FastifyInstance, edition: Edition): void {
  const config = { audience: { who: 'everyone' as const } };
  for (const path of edition.routes) {
    app.get(path, { config, logLevel: 'error' }, (request, reply) => serve(edition, request, reply));
  }
}

function serve(edition: Edition, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const page = edition.page(addressOf(request.originalUrl));
  if (!page) throw edition.ready ? new NotFound() : notYet();
  const answer = page.answer(encodingFor(request.headers['accept-encoding']));
  const known = request.headers['if-none-match'];
  if (known !== undefined && sameTag(known, answer.etag)) return reply.code(304).headers(answer.unchanged).send();
  return reply.headers(answer.headers).send(answer.body);
}

/** `/notices/1` of `/notices/1?from=mail`: of what is asked, only `?still` makes another page. */
function addressOf(url: string): string {
  const end = url.indexOf('?');
  if (end < 0) return url === '/en/' ? '/en' : url;
  const path = addressOf(url.slice(0, end));
  return /[?&]still\b/.test(url.slice(end)) ? `${path}?still` : path;
}

/** Only between a start and the first answer of the database. */
function notYet(): Busy {
  return new Busy(5 + Math.floor(Math.random() * 11), {
    ja: '故障・工事情報を準備しています。少し待ってから、もう一度お開きください。',
    en: 'The service status is being prepared. Please open this page again in a moment.',
  });
}

/** Whether the process lives, and whether it can do all of its work. */
export function healthRoutes(app: FastifyInstance, { edition, clock, db }: SiteGround): void {
  const config = { audience: { who: 'everyone' as const } };
  app.get('/healthz', { config }, (_request, reply) =>
    reply.header('cache-control', 'no-store').type('text/plain').send('ok\n'),
  );

  app.get('/readyz', { config }, async (_request, reply) => {
    const reasons: string[] = [];
    try {
      const waited = await oldestWait(db.kysely, clock.now());
      if (waited > PATIENCE) reasons.push(`the oldest due mail has waited ${Math.round(waited / MINUTE)} minutes`);
    } catch {
      reasons.push('the database does not answer');
    }
    if (!edition.ready) reasons.push('there is no edition yet');
    else if (edition.trouble) reasons.push(`no new edition can be made: ${edition.trouble.message}`);
    else if (clock.now() - (edition.checkedAt ?? 0) > MINUTE) reasons.push('the edition is more than a minute old');
    return reply
      .header('cache-control', 'no-store')
      .code(reasons.length === 0 ? 200 : 503)
      .send({ ready: reasons.length === 0, reasons });
  });
}
