import { domainToASCII } from 'node:url';

export interface EmailAddress {
  /** What mail is sent to: the local part as typed, the domain in lower-case ASCII. */
  email: string;
  /** What makes two addresses the same mailbox: case-folded too. */
  key: string;
  domain: string;
}

/** RFC 5321: 64 octets before the @, 254 in all. */
const LONGEST_LOCAL = 64;
const LONGEST = 254;

/**
 * The characters of the HTML standard's e-mail field. Dots stand anywhere: carriers gave out `taro..x@` and `taro.@`. Whatever
 * could begin a second recipient, a group, a quoted string or a header is not among them.
 */
const LOCAL = /^[\w.!#$%&'*+/=?^`{|}~-]+$/;
const LABEL = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;

/** Reads one mail address as a person types it, or says no. Never more than one recipient comes out. */
export function parseEmailAddress(typed: string): EmailAddress | undefined {
  const text = typed.trim();
  const at = text.lastIndexOf('@');
  if (at < 1 || text.length > LONGEST * 2) return undefined;
  const local = text.slice(0, at);
  const domain = asciiDomain(text.slice(at + 1));
  if (domain === undefined || !LOCAL.test(local) || local.length > LONGEST_LOCAL) return undefined;
  const email = `${local}@${domain}`;
  if (email.length > LONGEST) return undefined;
  return { email, key: email.toLowerCase(), domain };
}

/** Lower-case ASCII: 日本語.jp becomes xn--wgv71a119e.jp. */
function asciiDomain(typed: string): string | undefined {
  // The URL parser would cut off a port or path, decode %41 and drop tabs: none of these belongs into a domain.
  if (/[\s/\\?#:@%<>"'`,;()[\]{}|^\u0000-\u0020\u007f]/u.test(typed)) return undefined;
  const domain = domainToASCII(typed);
  const labels = domain.split('.');
  if (labels.length < 2 || !labels.every((label) => LABEL.test(label))) return undefined;
  // A last label of digits is an IP address.
  return /^\d+$/.test(labels.at(-1) ?? '') ? undefined : domain;
}
