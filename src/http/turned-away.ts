import type { FastifyInstance, FastifyRequest } from 'fastify';
import { Busy, type Refusal } from '../errors.ts';
import type { Language } from '../time.ts';
import { bytesOf, flat, sendFlat } from './flat.ts';
import type { Gate } from './gate.ts';
import { safetyHeaders } from './headers.ts';
import { languageOf, ownPath } from './language.ts';
import { type PublicStatus, render } from './views.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** All that its work will have to pass: whoever will find no place there is told so first of all. */
    behind?: Gate[];
  }
}

/**
 * On the worst day thousands are turned away in a second. All for the same reason read the same page, made once; they are answered
 * before any other hook, without a line in the log, and by bytes: bench/sign-in.ts has what one costs beside a bare route.
 */
export function turnAwayEarly(app: FastifyInstance): void {
  const headers = flat({
    ...safetyHeaders('page', app.secure),
    'cache-control': 'no-store',
    'content-type': 'text/html; charset=utf-8',
  });
  app.addHook('onRequest', (request, reply, done) => {
    const gate = request.routeOptions.config.behind?.find(({ full }) => full);
    const seconds = gate?.turnsAway();
    if (!gate || seconds === undefined) return done();
    const page = pageFor(request, gate.text, languageOf(request));
    if (!page) return done(new Busy(seconds, gate.text));
    const own = ['x-request-id', request.id, 'retry-after', String(seconds), 'content-length', String(page.length)];
    void sendFlat(request, reply, 503, [...headers, ...own], page);
  });
}

/** A logger made anew, and two lines, for each of thousands would cost more than their answers; metrics count them. */
export function withoutLinesWhereFull(app: FastifyInstance, gates: Gate[]): void {
  const quiet = app.log.child({}, { level: 'error' });
  app.setChildLoggerFactory((logger, bindings, options) =>
    gates.some(({ full }) => full) ? quiet : logger.child(bindings, options),
  );
}

const made = new WeakMap<PublicStatus, Map<string, string>>();
const KEPT = 100;

/** The public state itself, and not only where it stands. @returns bytes (`bytesOf`); undefined before there is an edition. */
export function pageFor(request: FastifyRequest, text: Refusal, language: Language): string | undefined {
  const brief = request.server.publicStatus();
  if (!brief) return undefined;
  const kept = made.get(brief) ?? new Map<string, string>();
  made.set(brief, kept);
  const here = ownPath(request);
  const key = `${language} ${here} ${text.en}`;
  const before = kept.get(key);
  if (before !== undefined) return before;
  const page = bytesOf(render('error', language, request.server.operator, { message: text, errors: [], here, brief }));
  if (kept.size < KEPT) kept.set(key, page);
  return page;
}
