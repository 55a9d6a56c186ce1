import { createHmac, timingSafeEqual } from 'node:crypto';

/**
 * Signs a value for one purpose: a signature made for one kind of link is worth nothing in another.
 * 128 bits keep links short and cannot be guessed.
 */
export function sign(secret: string, purpose: string, value: string): string {
  return createHmac('sha256', secret).update(`${purpose}:${value}`).digest().subarray(0, 16).toString('base64url');
}

export function isSigned(secret: string, purpose: string, value: string, signature: string): boolean {
  const expected = Buffer.from(sign(secret, purpose, value));
  const given = Buffer.from(signature);
  return expected.length === given.length && timingSafeEqual(expected, given);
}
