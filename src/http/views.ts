import { join } from 'node:path';
import { Eta } from 'eta';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { packageRoot } from '../config.ts';
import type { Message } from '../errors.ts';
import {
  type Instant,
  isoTime,
  type Language,
  showClock,
  showDate,
  showDuration,
  showMonth,
  showTime,
} from '../time.ts';
import { assetPath } from './assets.ts';
import { csrfField } from './csrf.ts';
import { languageOf, localPath, ownPath } from './language.ts';
import type { Look } from './look.ts';

/** What the operator calls himself; every page carries it. */
export interface Operator {
  name: { ja: string; en: string };
  timeZone: string;
  /** Whom to tell of a weak place: mailto:, https: or tel:. */
  securityContact?: string;
  look?: Look;
}

/** Compiled once; staff text is only ever a value in it, never a template. */
const eta = new Eta({ views: join(packageRoot, 'templates'), cache: true, autoEscape: true, autoTrim: false });

/** What every template has beside its own view object. */
export interface Helpers {
  language: Language;
  operator: Operator;
  /** Copy stands in the template in both languages: `it.say('故障中', 'Out of service')`. */
  say(ja: string, en: string): string;
  /** The language's text of something staff wrote, or the Japanese. */
  text(text: { ja: string; en?: string | undefined }): string;
  /** ` lang="ja"` where an English page shows something staff wrote in Japanese alone (WCAG 3.1.2). */
  inJapanese(text: { en?: string | undefined }): string;
  /** A path of ours in the page's language. */
  path(path: string): string;
  asset(file: string): string;
  time(at: Instant, options?: { approximate?: boolean; withoutZone?: boolean }): string;
  /** The time of day alone. */
  clock(at: Instant, options?: { approximate?: boolean; withoutZone?: boolean }): string;
  date(at: Instant): string;
  /** 2014年3月6日(木) of 2014-03-06. */
  day(day: string): string;
  /** 2014年3月, March 2014; without the year 3月, March. */
  month(year: number, month: number, options?: { withoutYear?: boolean }): string;
  iso(at: Instant): string;
  duration(milliseconds: number): string;
}

export function helpers(language: Language, operator: Operator): Helpers {
  const zone = operator.timeZone;
  return {
    language,
    operator,
    say: (ja, en) => (language === 'ja' ? ja : en),
    text: (text) => (language === 'en' ? (text.en ?? text.ja) : text.ja),
    inJapanese: (text) => (language === 'en' && !text.en ? ' lang="ja"' : ''),
    path: (path) => localPath(path, language),
    asset: assetPath,
    time: (at, options) => showTime(at, zone, language, options),
    clock: (at, options) => showClock(at, zone, language, options),
    date: (at) => showDate(at, zone, language),
    day: (day) => showDate(Date.parse(`${day}T00:00Z`), 'UTC', language),
    month: (year, month, options) => showMonth(year, month, language, options),
    iso: (at) => isoTime(at, zone),
    duration: (milliseconds) => showDuration(milliseconds, language),
  };
}

/** As every template writes what it is given. */
export function escaped(text: string): string {
  return eta.config.escapeFunction(text);
}

/** Renders `templates/NAME.eta` to a string: pages of the edition and mails are made this way, without a request. */
export function render(name: string, language: Language, operator: Operator, view: object): string {
  return eta.render(`${name}.eta`, { ...helpers(language, operator), ...view });
}

/** What staff must know on every page of theirs, because nobody else will tell them. */
export interface Alarm {
  since: Instant;
  /** Of the failure, for engineers. */
  reason: string;
}

/** What everybody reads, in a few lines. */
export interface PublicStatus {
  sentence: Message;
  badge: string;
  affected: { ja: string; en?: string | undefined }[];
  asOf: Instant;
  /** Those under way, the first few. */
  notices: { id: string; title: { ja: string; en?: string | undefined }; state: Message }[];
  /** How many there are beside these. */
  more: number;
}

declare module 'fastify' {
  interface FastifyInstance {
    operator: Operator;
    /** From memory, as the pages; undefined before the first of them is printed. */
    publicStatus(): PublicStatus | undefined;
    /** Whether readers see older pages than they should. */
    staleEdition(): Alarm | undefined;
  }
}

/**
 * Sends a page made for this person: never cached, in the language of its path. Every such page has a CSRF token for its forms
 * (`it.csrf`, a hidden field) and knows its own path for the language switch (`it.here`).
 */
export function page(
  request: FastifyRequest,
  reply: FastifyReply,
  name: string,
  view: object,
  status = 200,
): FastifyReply {
  const own = {
    csrf: csrfField(request, reply),
    staff: request.staff ?? null,
    customer: request.customer ?? null,
    staleEdition: request.staff ? (request.server.staleEdition() ?? null) : null,
  };
  return barePage(request, reply, name, { ...own, ...view }, status);
}

/** The same without forms, for whom no session is known: it gives no cookie. */
export function barePage(
  request: FastifyRequest,
  reply: FastifyReply,
  name: string,
  view: object,
  status = 200,
): FastifyReply {
  const html = render(name, languageOf(request), request.server.operator, {
    csrf: '',
    here: ownPath(request),
    staff: null,
    customer: null,
    ...view,
  });
  return reply.code(status).header('cache-control', 'no-store').type('text/html; charset=utf-8').send(html);
}
