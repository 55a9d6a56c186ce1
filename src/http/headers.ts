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

/** Who may use what is answered: readers of our pages, any site's script (CORS), or any site's frames too. */
export type Use = 'page' | 'open' | 'frame';

/** @param secure served over https: browsers are told to stay there. */
export function safetyHeaders(use: Use, secure: boolean): Record<string, string> {
  const ancestors = use === 'frame' ? ['*'] : CONTENT_POLICY.frameAncestors;
  const policy =
    use === 'open'
      ? { defaultSrc: ["'none'"], frameAncestors: ancestors }
      : { ...CONTENT_POLICY, frameAncestors: ancestors };
  return {
    'content-security-policy': policyText(policy),
    'cross-origin-resource-policy': use === 'page' ? 'same-origin' : 'cross-origin',
    'referrer-policy': 'same-origin',
    'x-content-type-options': 'nosniff',
    ...(use === 'page' ? { 'cross-origin-opener-policy': 'same-origin', 'x-frame-options': 'DENY' } : {}),
    ...(use === 'open' ? { 'access-control-allow-origin': '*' } : {}),
    ...(secure ? { 'strict-transport-security': 'max-age=31536000; includeSubDomains' } : {}),
  };
}

function policyText(policy: Record<string, string[]>): string {
  return Object.entries(policy)
    .map(([name, sources]) => `${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)} ${sources.join(' ')}`)
    .join(';');
}
