import { DAY, type Instant, type Language, SECOND } from '../time.ts';
import { isSigned, type Secret, sign } from './signing.ts';

const PURPOSE = 'status';

/** A fault is over within days; whoever finds an old mail signs in. */
export const STATUS_LINK_LIVES = 14 * DAY;

/** What a status link was made for. */
export interface StatusLink {
  addressId: string;
  /** Whole seconds: a customer's links may be ended, and those made until then with them. */
  madeAt: Instant;
}

export type StatusLinkAnswer = { kind: 'good'; link: StatusLink } | { kind: 'expired' } | { kind: 'unknown' };

/**
 * The link in an alert mail that shows its reader the state of his own mail: no password, no session, no hashing, and good for
 * nothing else. It names one alert address. It ends by itself, with the address, and when its customer ends his links.
 */
export function statusUrl(
  ground: { publicUrl: string; secret: Secret },
  addressId: string,
  now: Instant,
  language: Language = 'ja',
): string {
  return `${ground.publicUrl}${language === 'en' ? '/en' : ''}/s/${statusToken(ground.secret, addressId, now)}`;
}

export function statusToken(secret: Secret, addressId: string, now: Instant): string {
  const value = `${addressId}.${Math.floor(now / SECOND).toString(36)}`;
  return `${value}.${sign(secret, PURPOSE, value)}`;
}

/** Reads a token without asking anybody: a forged one costs no database read. */
export function readStatusToken(secret: Secret, token: string, now: Instant): StatusLinkAnswer {
  const [, addressId, seconds, signature] = /^([\w-]{1,64})\.([0-9a-z]{1,9})\.([\w-]{1,64})$/.exec(token) ?? [];
  if (addressId === undefined || seconds === undefined || signature === undefined) return { kind: 'unknown' };
  if (!isSigned(secret, PURPOSE, `${addressId}.${seconds}`, signature)) return { kind: 'unknown' };
  const madeAt = Number.parseInt(seconds, 36) * SECOND;
  if (now >= madeAt + STATUS_LINK_LIVES) return { kind: 'expired' };
  return { kind: 'good', link: { addressId, madeAt } };
}
