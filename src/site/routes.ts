import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Database } from '../db/open.ts';
import { Busy, NotFound } from '../errors.ts';
import { languageOf } from '../http/language.ts';
import { oldestWait } from '../mail/health.ts';
import { type Clock, MINUTE } from '../time.ts';
import type { Edition } from './edition.ts';
import { encodingFor } from './page.ts';

/** Short, and good for a day where we do not answer: the edition must be up when all else is down. */
const CACHE = 'public, max-age=5, stale-while-revalidate=30, stale-if-error=86400';

/** A courier that works hands over within seconds what is due. */
const PATIENCE = 10 * MINUTE;

export interface SiteGround {
  edition: Edition;
  clock: Clock;
  db: Database;
}

/** What everybody reads: bytes, without a session, a database or a template. */
export function siteRoutes(app: FastifyInstance, { edition, clock, db }: SiteGround): void {
  const config = { audience: { who: 'everyone' as const } };
  for (const path of ['/', '/history']) {
    app.get(path, { config }, (request, reply) => serve(edition, request, reply, path));
  }
  app.get('/notices/:id', { config }, (request, reply) =>
    serve(edition, request, reply, `/notices/${(request.params as { id: string }).id}`),
  );

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
    else if (clock.now() - (edition.checkedAt ?? 0) > MINUTE) reasons.push('the edition is more than a minute old');
    return reply
      .header('cache-control', 'no-store')
      .code(reasons.length === 0 ? 200 : 503)
      .send({ ready: reasons.length === 0, reasons });
  });
}

function serve(edition: Edition, request: FastifyRequest, reply: FastifyReply, path: string): FastifyReply {
  const still = Object.hasOwn(request.query as object, 'still');
  const page = edition.page(path, languageOf(request), still);
  if (!page) throw edition.ready ? new NotFound() : notYet();
  const encoding = encodingFor(request.headers['accept-encoding']);
  const etag = page.etag(encoding);
  reply.header('etag', etag).header('cache-control', CACHE).header('vary', 'accept-encoding');
  if (sameTag(request.headers['if-none-match'], etag)) return reply.code(304).send();
  if (encoding !== 'identity') reply.header('content-encoding', encoding);
  return reply.type(page.type).send(page.bytes(encoding));
}

function sameTag(sent: string | undefined, etag: string): boolean {
  const tags = (sent ?? '').split(',').map((tag) => tag.trim().replace(/^W\//, ''));
  return tags.includes(etag) || tags.includes('*');
}

/** Only between a start and the first answer of the database. */
function notYet(): Busy {
  return new Busy(5 + Math.floor(Math.random() * 11), {
    ja: '故障・工事情報を準備しています。少し待ってから、もう一度お開きください。',
    en: 'The service status is being prepared. Please open this page again in a moment.',
  });
}
