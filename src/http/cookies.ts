import type { CookieSerializeOptions } from '@fastify/cookie';
import type { FastifyRequest } from 'fastify';

declare module 'fastify' {
  interface FastifyInstance {
    /** The public URL begins with https: cookies are Secure and carry the __Host- prefix. */
    secure: boolean;
  }
}

/** `__Host-` binds a cookie to this host and path; browsers take it over TLS only, so plain http on loopback goes without. */
export function cookieName(name: string, secure: boolean): string {
  return secure ? `__Host-${name}` : name;
}

export function cookieOptions(secure: boolean): CookieSerializeOptions {
  return { path: '/', httpOnly: true, sameSite: 'lax', secure };
}

/** One of our own cookies where none of the others is wanted: it is looked for, and the rest is not taken apart. */
export function ownCookie(request: FastifyRequest, name: string): string | undefined {
  const sent = request.headers.cookie;
  if (sent === undefined) return undefined;
  for (let at = 0; at < sent.length; ) {
    const end = sent.indexOf(';', at);
    const pair = sent.slice(at, end < 0 ? undefined : end).trimStart();
    if (pair.startsWith(name) && pair[name.length] === '=') return pair.slice(name.length + 1).trimEnd();
    if (end < 0) return undefined;
    at = end + 1;
  }
  return undefined;
}
