import { timingSafeEqual } from 'node:crypto';
import type { Hasher } from './hashing/hasher.ts';

/** The three kinds of hashes that customers may bring from an older system. */
const ARGON2 = /^\$argon2(id|i|d)\$v=\d+\$m=\d+,t=\d+,p=\d+\$[A-Za-z0-9+/]+\$[A-Za-z0-9+/]+$/;
const BCRYPT = /^\$2[abxy]\$(0[4-9]|1[0-6])\$[./A-Za-z0-9]{53}$/;
/** As passlib and others write it: `$scrypt$ln=15,r=8,p=1$salt$hash`. */
const SCRYPT = /^\$scrypt\$ln=(\d{1,2}),r=(\d{1,2}),p=(\d{1,2})\$([A-Za-z0-9+/.]{1,88})\$([A-Za-z0-9+/.]{20,176})$/;

/** Memory of one scrypt hash at most, in bytes: what a file could otherwise ask for is without bound. */
const MOST_MEMORY = 256 * 1024 * 1024;

/** Whether we could check a password against it. */
export function isKnownHash(stored: string): boolean {
  return ARGON2.test(stored) || BCRYPT.test(stored) || (SCRYPT.test(stored) && memoryOf(stored) <= MOST_MEMORY);
}

/** A hash that is not argon2id is made anew at the next sign-in. */
export function isLegacy(stored: string): boolean {
  return !stored.startsWith('$argon2id$');
}

/** undefined where it is none of these: argon2 is checked elsewhere. */
export async function legacyMatches(hasher: Hasher, stored: string, password: string): Promise<boolean | undefined> {
  // bcrypt knows no bytes after the 72nd; older systems cut them off without a word, and so must the check of their hashes.
  if (BCRYPT.test(stored)) {
    return hasher.ask({ kind: 'bcrypt', stored: stored.replace(/^\$2[xy]\$/, '$2b$'), password });
  }
  if (!SCRYPT.test(stored)) return undefined;
  const [, ln, r, p, salt = '', sum = ''] = SCRYPT.exec(stored) ?? [];
  const expected = bytesOf(sum);
  const cost = { N: 2 ** Number(ln), r: Number(r), p: Number(p), maxmem: MOST_MEMORY * 2 };
  const got = await hasher.ask({ kind: 'scrypt', password, salt: bytesOf(salt), length: expected.length, cost });
  return timingSafeEqual(got, expected);
}

function memoryOf(stored: string): number {
  const [, ln, r, p] = SCRYPT.exec(stored) ?? [];
  return 128 * Number(r) * (2 ** Number(ln) + Number(p));
}

/** Base64 without padding; passlib writes a dot for the plus. */
function bytesOf(text: string): Buffer {
  return Buffer.from(text.replaceAll('.', '+'), 'base64');
}
