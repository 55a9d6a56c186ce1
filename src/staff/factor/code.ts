import { Secret, TOTP } from 'otpauth';
import { type Instant, SECOND } from '../../time.ts';

/** What every authenticator application knows: SHA-1, six digits, 30 seconds (RFC 6238 and the key URI format). */
const PERIOD = 30;
const SHAPE = { algorithm: 'SHA1', digits: 6, period: PERIOD } as const;

/** 160 bits, in base32. RFC 4226 4 R6. */
export function newSecret(): string {
  return new Secret({ size: 20 }).base32;
}

/** What the QR code says. */
export function uriOf(secret: string, issuer: string, label: string): string {
  return new TOTP({ ...SHAPE, issuer, label, secret: Secret.fromBase32(secret) }).toString();
}

/** The code that an authenticator shows at that moment. */
export function codeAt(secret: string, now: Instant): string {
  return new TOTP({ ...SHAPE, secret: Secret.fromBase32(secret) }).generate({ timestamp: now });
}

/** The step whose code this is: the present one or its neighbours, as telephones' clocks differ (RFC 6238 5.2). null: none of them. */
export function stepOf(secret: string, code: string, now: Instant): number | null {
  const totp = new TOTP({ ...SHAPE, secret: Secret.fromBase32(secret) });
  const delta = totp.validate({ token: code, timestamp: now, window: 1 });
  return delta === null ? null : Math.floor(now / (PERIOD * SECOND)) + delta;
}
