import { setTimeout as delay } from 'node:timers/promises';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Database } from '../db/open.ts';
import { Busy, NotFound } from '../errors.ts';
import { encodingFor, sameTag } from '../http/encoding.ts';
import { type FlatHeaders, sendFlat } from '../http/flat.ts';
import { Gate } from '../http/gate.ts';
import { safetyHeaders } from '../http/headers.ts';
import { languageOf } from '../http/language.ts';
import { render } from '../http/views.ts';
import { oldestWait, whyNoneGoes } from '../mail/health.ts';
import { type Clock, MINUTE } from '../time.ts';
import { checkRoutes } from './check/routes.ts';
import type { Edition } from './edition/edition.ts';
import { searchPage } from './pages/search.ts';

/** A courier that works hands over within seconds what is due. */
const PATIENCE = 10 * MINUTE;

declare module 'fastify' {
  interface FastifyInstance {
    /** Is told the status of each page of the edition. */
    countPage(status: number): void;
  }
}

export interface SiteGround {
  edition: Edition;
  clock: Clock;
  db: Database;
}

/** What everybody reads: bytes, without a session, a database, a template, a hook or a line in the log. */
export function siteRoutes(app: FastifyInstance, edition: Edition, counted: (status: number) => void = () => {}): void {
  // A logger made anew for each of ten thousand requests a second would cost more than the answer.
  const quiet = app.log.child({}, { level: 'error' });
  // A call in the answer and not a hook after it, which would cost as much as the answer.
  app.decorate('countPage', counted);
  app.register(async (site) => {
    site.setChildLoggerFactory(() => quiet);
    site.get('/history/search', { config: { audience: { who: 'everyone' } } }, (request, reply) =>
      answerSearch(edition, request, reply),
    );
    checkRoutes(site, edition, (request, reply) => serve(edition, request, reply), notYet);
    for (const path of edition.routes.filter((one) => one !== '/check')) {
      site.get(path, { config: { audience: { who: 'everyone' } } }, (request, reply) => serve(edition, request, reply));
    }
  });
}

/** The one page for everybody that depends on what is asked; it too needs nothing but what is in memory. */
function answerSearch(edition: Edition, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const { printed } = edition;
  if (!printed) throw notYet();
  const language = languageOf(request);
  const { publicUrl } = printed.printing;
  const asked = new URLSearchParams(request.originalUrl.split('?')[1]);
  const view = { ...searchPage(printed.printing, asked, language), here: '/history/search', publicUrl, noindex: true };
  return reply
    .headers(safetyHeaders('page', request.server.secure))
    .header('cache-control', 'public, max-age=30')
    .type('text/html; charset=utf-8')
    .send(render('site/search', language, request.server.operator, view));
}

/** Milliseconds. */
const READERS_FIRST = 30;

/** A PDF takes a tenth of a second of the only thread: one at a time, and readers of pages come in between. */
const dear = new Gate(1, 20, {
  ja: 'ただいまアクセスが集中しています。しばらくしてから、もう一度お開きください。',
  en: 'Many people are asking for this at once. Please open it again in a moment.',
});

function serve(edition: Edition, request: FastifyRequest, reply: FastifyReply): FastifyReply | Promise<FastifyReply> {
  const address = addressOf(request.originalUrl);
  if (!edition.printed?.isDear(address)) return serveNow(edition, request, reply, address);
  return dear.run(async () => {
    // Not one turn of the loop: Node takes one new connection with each.
    await delay(READERS_FIRST);
    await edition.printed?.prepare(address);
    return serveNow(edition, request, reply, address);
  });
}

function serveNow(edition: Edition, request: FastifyRequest, reply: FastifyReply, address: string): FastifyReply {
  // Where it is over, nothing reloads, and both addresses are one page.
  const page = edition.page(address) ?? edition.page(address.replace(/\?still$/, ''));
  if (!page) throw edition.ready ? new NotFound() : notYet();
  const answer = page.answer(encodingFor(request.headers['accept-encoding']));
  const known = request.headers['if-none-match'];
  if (known !== undefined && sameTag(known, answer.etag)) return send(request, reply, 304, answer.unchanged);
  return send(request, reply, 200, answer.headers, answer.body);
}

function send(
  request: FastifyRequest,
  reply: FastifyReply,
  status: number,
  headers: FlatHeaders,
  body?: Buffer,
): FastifyReply {
  request.server.countPage(status);
  return sendFlat(request, reply, status, headers, body);
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

/** Whether the process lives, and whether it can do all of its work. Why not in particular stands in the log and on the console. */
export function healthRoutes(app: FastifyInstance, { edition, clock, db }: SiteGround): void {
  const config = { audience: { who: 'everyone' as const } };
  app.get('/healthz', { config }, (_request, reply) =>
    reply.header('cache-control', 'no-store').type('text/plain; charset=utf-8').send('ok\n'),
  );

  app.get('/readyz', { config }, async (_request, reply) => {
    const reasons: string[] = [];
    try {
      await db.check();
      const waited = await oldestWait(db.kysely, clock.now());
      if (waited > PATIENCE) reasons.push(`the oldest due mail has waited ${Math.round(waited / MINUTE)} minutes`);
      reasons.push(...(await whyNoneGoes(db.kysely, clock.now())));
    } catch {
      reasons.push('the database does not answer');
    }
    if (!edition.ready) reasons.push('there is no edition yet');
    else if (edition.trouble) reasons.push('no new edition can be made');
    else if (clock.now() - (edition.checkedAt ?? 0) > MINUTE) reasons.push('the edition is more than a minute old');
    return reply
      .header('cache-control', 'no-store')
      .code(reasons.length === 0 ? 200 : 503)
      .send({ ready: reasons.length === 0, reasons });
  });
}
