import type { FastifyInstance } from 'fastify';

/**
 * What every answer carries so that a browser does not do more with it than it should (RELIABILITY.md, security checklist).
 * Frozen lists: the pages of the edition are answered with them ten thousand times a second.
 */

/** Nothing but our own style sheet, scripts, pictures and forms; no page of ours inside another's. */
export const CONTENT_POLICY = {
  defaultSrc: ["'none'"],
  styleSrc: ["'self'"],
  scriptSrc: ["'self'"],
  imgSrc: ["'self'", 'data:'],
  connectSrc: ["'self'"],
  formAction: ["'self'"],
  baseUri: ["'none'"],
  frameAncestors: ["'none'"],
};

/**
 * Who may use what is answered: readers of our pages, any site's script (CORS), or any site's frames too. A `file` was sent in by
 * somebody: it is looked at, and whatever is in it does nothing.
 */
export type Use = 'page' | 'open' | 'frame' | 'file';

/** A drawing needs its own styles; nothing in a file may run, load, submit or know where it is. */
const FILE_POLICY = { defaultSrc: ["'none'"], styleSrc: ["'unsafe-inline'"], imgSrc: ['data:'], sandbox: [] };

const POLICIES: Record<Use, Record<string, string[]>> = {
  page: CONTENT_POLICY,
  frame: CONTENT_POLICY,
  open: { defaultSrc: ["'none'"] },
  file: FILE_POLICY,
};

const made = new Map<string, Readonly<Record<string, string>>>();

/** @param secure served over https: browsers are told to stay there. @returns one frozen list for each pair. */
export function safetyHeaders(use: Use, secure: boolean): Readonly<Record<string, string>> {
  const key = `${use} ${secure}`;
  const headers = made.get(key) ?? Object.freeze(makeHeaders(use, secure));
  made.set(key, headers);
  return headers;
}

/** Every route behind this answers as a page of one person does, unless it says otherwise itself. */
export function answerSafely(app: FastifyInstance): void {
  const headers = safetyHeaders('page', app.secure);
  app.addHook('onRequest', (_request, reply, done) => {
    reply.headers(headers);
    done();
  });
}

function makeHeaders(use: Use, secure: boolean): Record<string, string> {
  const ancestors = use === 'frame' ? ['*'] : CONTENT_POLICY.frameAncestors;
  const policy = { ...POLICIES[use], frameAncestors: ancestors };
  return {
    'content-security-policy': policyText(policy),
    'cross-origin-resource-policy': use === 'page' || use === 'file' ? 'same-origin' : 'cross-origin',
    'referrer-policy': 'same-origin',
    'x-content-type-options': 'nosniff',
    ...(use === 'page' ? { 'cross-origin-opener-policy': 'same-origin', 'x-frame-options': 'DENY' } : {}),
    ...(use === 'open' ? { 'access-control-allow-origin': '*' } : {}),
    ...(secure ? { 'strict-transport-security': 'max-age=31536000; includeSubDomains' } : {}),
  };
}

function policyText(policy: Record<string, string[]>): string {
  return Object.entries(policy)
    .map(([name, sources]) =>
      `${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)} ${sources.join(' ')}`.trimEnd(),
    )
    .join(';');
}
