import type { CookieSerializeOptions } from '@fastify/cookie';

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
