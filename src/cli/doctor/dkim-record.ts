import { createPublicKey, type KeyObject } from 'node:crypto';

/** What must stand in the DNS for this key. */
export function dkimRecord(key: KeyObject): string {
  return `v=DKIM1; k=${key.asymmetricKeyType}; p=${publicPart(key)}`;
}

export type DkimVerdict = 'same' | 'another key' | 'revoked' | 'unreadable' | 'testing';

/** Holds a record against the key that signs. RFC 6376 3.6.1, RFC 8463 4. */
export function compareDkim(record: string, key: KeyObject): DkimVerdict {
  const tags = new Map(
    record.split(';').map((tag) => [nameOf(tag), tag.slice(tag.indexOf('=') + 1).replace(/\s/g, '')]),
  );
  const p = tags.get('p');
  if (p === undefined) return 'unreadable';
  if (p === '') return 'revoked';
  if ((tags.get('k') ?? 'rsa') !== key.asymmetricKeyType) return 'another key';
  if (p !== publicPart(key) && !isPkcs1(p, key)) return 'another key';
  return tags.get('t')?.split(':').includes('y') ? 'testing' : 'same';
}

const nameOf = (tag: string) => tag.split('=')[0]?.trim().toLowerCase() ?? '';

function publicPart(key: KeyObject): string {
  const der = createPublicKey(key).export({ type: 'spki', format: 'der' });
  // An Ed25519 key stands there bare, without the twelve octets that name its kind.
  return (key.asymmetricKeyType === 'ed25519' ? der.subarray(-32) : der).toString('base64');
}

/** Some tools publish RSA keys without their wrapping. */
function isPkcs1(p: string, key: KeyObject): boolean {
  try {
    const published = createPublicKey({ key: Buffer.from(p, 'base64'), format: 'der', type: 'pkcs1' });
    return published.equals(createPublicKey(key));
  } catch {
    return false;
  }
}
