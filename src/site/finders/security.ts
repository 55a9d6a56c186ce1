import { DAY } from '../../time.ts';

/** RFC 9116 recommends less than a year. */
const HOLDS = 360 * DAY;

export interface SecurityContact {
  /** mailto:, https: or tel: */
  contact: string;
  /** Where it stands. */
  canonical: string;
  /** 2014-03-06 */
  today: string;
}

/** `/.well-known/security.txt`, RFC 9116: whom to tell of a weak place. */
export function securityText({ contact, canonical, today }: SecurityContact): string {
  const expires = new Date(Date.parse(today) + HOLDS).toISOString().replace('.000', '');
  return [
    `Contact: ${contact}`,
    `Expires: ${expires}`,
    'Preferred-Languages: ja, en',
    `Canonical: ${canonical}`,
    '',
  ].join('\n');
}
