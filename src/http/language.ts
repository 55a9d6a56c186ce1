import type { IncomingMessage } from 'node:http';
import type { FastifyRequest } from 'fastify';
import type { Language } from '../time.ts';

const english = new WeakSet<IncomingMessage>();

/**
 * English is the same path under /en. Fastify asks this before routing, so every page exists in both languages without a second
 * route. The API, feeds for programs and files have one language-less address each.
 */
export function stripLanguage(raw: IncomingMessage): string {
  const url = raw.url ?? '/';
  const match = /^\/en(?=[/?]|$)(.*)$/s.exec(url);
  if (!match || /^\/(api\/(v1|openapi)|assets)/.test(match[1] ?? '')) return url;
  english.add(raw);
  const rest = match[1] ?? '';
  return rest.startsWith('/') ? rest : `/${rest}`;
}

export function languageOf(request: FastifyRequest): Language {
  return english.has(request.raw) ? 'en' : 'ja';
}

/** The path of a request as a page may link to it: `//host` would be another site. */
export function ownPath(request: FastifyRequest): string {
  return (request.url.split('?')[0] ?? '/').replace(/^\/+/, '/');
}

/** A path of ours in that language: `localPath('/my', 'en')` is `/en/my`. */
export function localPath(path: string, language: Language): string {
  // Part of it may have been asked for: what no header may hold is written as an address would be.
  const safe = path.replace(/[^!-~]/gu, (character) =>
    /^[\ud800-\udfff]$/.test(character) ? '%EF%BF%BD' : encodeURIComponent(character),
  );
  if (language === 'ja') return safe;
  return safe === '/' ? '/en' : `/en${safe}`;
}
