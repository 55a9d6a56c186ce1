import { domainToASCII } from 'node:url';
import type { Facility } from '../../catalogue/catalogue.ts';

/** What somebody wants to know of: a mail domain, or the facility that stands on his contract. */
export type Asked = { kind: 'domain'; domain: string } | { kind: 'facility'; code: string };

/** RFC 1035: a domain has at most 253 characters; an address 254. Nobody types more. */
const LONGEST = 300;

/**
 * Reads what was typed. Of a whole mail address only the domain is kept: who asks stays with him.
 * @returns undefined where it is neither.
 */
export function readAsked(typed: string, facilities: readonly Facility[]): Asked | undefined {
  if (typed.length > LONGEST) return undefined;
  const text = typed.normalize('NFKC').trim();
  const facility = facilities.find((one) => [one.code, one.name.ja, one.name.en].some((name) => same(name, text)));
  if (facility) return { kind: 'facility', code: facility.code };
  const domain = asciiDomain(text.slice(text.lastIndexOf('@') + 1));
  if (domain !== undefined) return { kind: 'domain', domain };
  return /^[\w-]{1,40}$/.test(text) ? { kind: 'facility', code: text } : undefined;
}

/** The part of the address after /check, without anything that names a person. */
export function queryOf(asked: Asked): string {
  return asked.kind === 'domain'
    ? `?domain=${encodeURIComponent(asked.domain)}`
    : `?facility=${encodeURIComponent(asked.code)}`;
}

function same(name: string | undefined, text: string): boolean {
  return name !== undefined && name.normalize('NFKC').toLowerCase() === text.toLowerCase();
}

/** Lower-case ASCII of at least two labels. */
function asciiDomain(text: string): string | undefined {
  if (!/^[^\s/\\?#:%<>"'`,;()[\]{}|^]+$/u.test(text)) return undefined;
  const domain = domainToASCII(text.replace(/\.$/, ''));
  return domain.length <= 253 && /^[a-z0-9-]+(\.[a-z0-9-]+)+$/.test(domain) ? domain : undefined;
}
