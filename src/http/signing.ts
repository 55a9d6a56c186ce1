import { createCipheriv, createDecipheriv, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

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

/** Hides a value in the database from whoever sees a copy of it without the secret. AES-256-GCM, a key for each purpose. */
export function seal(secret: Secret, purpose: string, value: string): string {
  const nonce = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', keyFor(current(secret), purpose), nonce);
  const hidden = Buffer.concat([cipher.update(value, 'utf8'), cipher.final()]);
  return Buffer.concat([nonce, cipher.getAuthTag(), hidden]).toString('base64url');
}

/** @throws where it was sealed with a secret that is not believed any more, or for another purpose. */
export function unseal(secret: Secret, purpose: string, sealed: string): string {
  const bytes = Buffer.from(sealed, 'base64url');
  for (const one of all(secret)) {
    try {
      return open(keyFor(one, purpose), bytes);
    } catch {
      // sealed with another of them, or with none
    }
  }
  throw new Error(`${purpose}: it was sealed with another secret than SHIRASE_SECRET and SHIRASE_SECRET_PREVIOUS`);
}

function open(key: Buffer, bytes: Buffer): string {
  const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, 12));
  decipher.setAuthTag(bytes.subarray(12, 28));
  return Buffer.concat([decipher.update(bytes.subarray(28)), decipher.final()]).toString('utf8');
}

function keyFor(secret: string, purpose: string): Buffer {
  return createHmac('sha256', secret).update(`seal:${purpose}`).digest();
}
