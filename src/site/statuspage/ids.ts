import { createHash } from 'node:crypto';

/**
 * Twelve lower-case letters and digits, the form that clients know. They follow from what is named and from the page's host, so
 * they are the same on every node and for ever, and no two operators share them.
 * @param what its kind and its own key: `notice 20140306-1`
 */
export function idOf(host: string, what: string): string {
  const hash = createHash('sha256').update(`${host} ${what}`).digest('hex');
  return BigInt(`0x${hash}`).toString(36).padStart(12, '0').slice(-12);
}
