import { isSigned, type Secret, sign } from '../../http/signing.ts';
import type { Language } from '../../time.ts';

const PURPOSE = 'stop';

/**
 * The link that ends the alerts to one address: short, for ever valid, and good for nothing else. It stands in the mail's text
 * and, for one click (RFC 8058), in its List-Unsubscribe header.
 */
export function stopUrl(publicUrl: string, secret: Secret, addressId: string, language: Language = 'ja'): string {
  return `${publicUrl}${language === 'en' ? '/en' : ''}/stop/${stopToken(secret, addressId)}`;
}

export function stopToken(secret: Secret, addressId: string): string {
  return `${addressId}.${sign(secret, PURPOSE, addressId)}`;
}

/** The id of the address that a token was made for, or undefined where it was not made by us. */
export function addressOfStopToken(secret: Secret, token: string): string | undefined {
  const dot = token.lastIndexOf('.');
  const id = token.slice(0, dot);
  return dot > 0 && isSigned(secret, PURPOSE, id, token.slice(dot + 1)) ? id : undefined;
}
