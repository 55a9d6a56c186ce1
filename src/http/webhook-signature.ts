import { createHmac } from 'node:crypto';
import type { Instant } from '../time.ts';
import { current, type Secret } from './signing.ts';

/**
 * The headers of a call by the rules of Standard Webhooks: an id that stays the same on a repeat, the time, and an HMAC-SHA256 over
 * both and the body. @param secrets `whsec_` and base64, as the receiver has it; several while one takes the place of another.
 */
export function webhookHeaders(
  secrets: string | string[],
  id: string,
  body: string,
  now: Instant,
): Record<string, string> {
  const seconds = Math.floor(now / 1000);
  const signatures = [secrets].flat().map((secret) => {
    const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
    return `v1,${createHmac('sha256', key).update(`${id}.${seconds}.${body}`).digest('base64')}`;
  });
  return {
    'content-type': 'application/json; charset=utf-8',
    'webhook-id': id,
    'webhook-timestamp': String(seconds),
    'webhook-signature': signatures.join(' '),
  };
}

/** The secret of one purpose, derived from the server's: nothing more to store, and the same on every node. */
export function webhookSecret(secret: Secret, purpose: string): string {
  return `whsec_${createHmac('sha256', current(secret)).update(`webhook:${purpose}`).digest('base64')}`;
}
