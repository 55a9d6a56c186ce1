import { createHmac, timingSafeEqual } from 'node:crypto';

/**
 * What signs everything that must not be forged. Of several the first one signs and all are believed: a secret is changed by putting
 * the new one in front, and the old one goes once what it signed has run out.
 */
export type Secret = string | readonly [string, ...string[]];

/**
 * Signs a value for one purpose: a signature made for one kind of link is worth nothing in another.
 * 128 bits keep links short and cannot be guessed.
 */
export function sign(secret: Secret, purpose: string, value: string): string {
  return hmac(current(secret), `${purpose}:${value}`).subarray(0, 16).toString('base64url');
}

export function isSigned(secret: Secret, purpose: string, value: string, signature: string): boolean {
  const given = Buffer.from(signature);
  return all(secret).some((one) => {
    const expected = Buffer.from(sign(one, purpose, value));
    return expected.length === given.length && timingSafeEqual(expected, given);
  });
}

/** The one that signs. */
export function current(secret: Secret): string {
  return typeof secret === 'string' ? secret : secret[0];
}

/** Those that are believed. */
export function all(secret: Secret): readonly string[] {
  return typeof secret === 'string' ? [secret] : secret;
}

function hmac(secret: string, text: string): Buffer {
  return createHmac('sha256', secret).update(text).digest();
}
