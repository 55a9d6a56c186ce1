import type { CustomFetch } from 'openid-client';
import { SECOND } from '../../time.ts';
import { readOutbound } from '../outbound.ts';

/** Discovery, keys and tokens are a few kilobytes. */
const MOST = 512 * 1024;
const TIMEOUT = 5 * SECOND;

/**
 * How a provider is called. The operator named its issuer, which may be inside his network; what the provider's own document names
 * beyond that host must be outside it. No redirect is followed.
 */
export function guardedFetch(issuer: URL): CustomFetch {
  const allow = [issuer.hostname.replace(/^\[|\]$/g, '')];
  return async (url, { method, headers, body }) => {
    const call = { url, method: method === 'GET' ? ('GET' as const) : ('POST' as const), headers, allow };
    const answer = await readOutbound({ ...call, body: textOf(body), timeout: TIMEOUT }, MOST);
    return new Response(answer.body.length === 0 ? null : new Uint8Array(answer.body), {
      status: answer.status,
      headers: { 'content-type': answer.contentType },
    });
  };
}

function textOf(body: unknown): string {
  if (body === undefined || body === null) return '';
  if (typeof body === 'string' || body instanceof URLSearchParams) return body.toString();
  throw new TypeError('a provider is sent forms only');
}
