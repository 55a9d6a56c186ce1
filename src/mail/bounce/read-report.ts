import PostalMime, { type Email } from 'postal-mime';
import type { Bounce } from '../outbox.ts';
import { classify } from '../relay/smtp-reply.ts';

/** What a mail that came back says, and under which addresses it may be about a mail of ours. */
export interface Report {
  kind: Bounce['kind'];
  status: string | null;
  diagnostic: string | null;
  /** Addresses that stand where a return path of ours would; whether one is, its token says. */
  addresses: string[];
}

const FIELD_LENGTH = 500;

/**
 * Reads a delivery status notification (RFC 3464) or a complaint (ARF, RFC 5965). Only "failed" with a status of class 5 says that a mail did not
 * arrive; delayed, relayed and expanded ones, automatic answers and all other mail say nothing. RELIABILITY A7.
 * @returns null where there is nothing to be counted. Never throws, whatever is in it.
 */
export async function readReport(raw: Uint8Array): Promise<Report | null> {
  try {
    const mail = await PostalMime.parse(raw, {
      forceRfc822Attachments: true,
      attachmentEncoding: 'utf8',
      maxNestingDepth: 20,
      maxHeadersSize: 262_144,
    });
    return readComplaint(mail) ?? readStatus(mail);
  } catch {
    return null;
  }
}

function readStatus(mail: Email): Report | null {
  const part = partOf(mail, /^message\/(global-)?delivery-status$/);
  if (part === null) return null;
  const fields = fieldsOf(part);
  if (fields.get('action')?.toLowerCase() !== 'failed') return null;
  const status = /^5\.\d{1,3}\.\d{1,3}/.exec(fields.get('status') ?? '')?.[0];
  if (!status) return null;
  const diagnostic = (fields.get('diagnostic-code') ?? '').replace(/^smtp;\s*/i, '').slice(0, FIELD_LENGTH);
  const kind = kindOf(status, diagnostic);
  if (kind === null) return null;
  return { kind, status, diagnostic, addresses: addressesOf(mail) };
}

/** null: it is about us and not about the address. */
export function kindOf(status: string, diagnostic: string): Bounce['kind'] | null {
  const code = Number(/^\s*(5\d\d)\b/.exec(diagnostic)?.[1] ?? 550);
  const { verdict, deadAddress, ourFault } = classify({ code, text: `${status} ${diagnostic}`, command: 'RCPT TO' });
  if (deadAddress) return 'dead';
  if (ourFault) return null;
  return verdict === 'later' ? 'soft' : 'hard';
}

function readComplaint(mail: Email): Report | null {
  const part = partOf(mail, /^message\/feedback-report$/);
  if (part === null) return null;
  const fields = fieldsOf(part);
  const type = fields.get('feedback-type')?.toLowerCase();
  // not-spam is praise, and the others are about authentication
  if (type !== 'abuse' && type !== 'fraud' && type !== 'opt-out') return null;
  const about = [
    fields.get('original-mail-from') ?? '',
    partOf(mail, /^(message\/rfc822|text\/rfc822-headers)$/) ?? '',
  ];
  return {
    kind: 'complaint',
    status: null,
    diagnostic: type,
    addresses: [...about.flatMap(addressesIn), ...addressesOf(mail)],
  };
}

/** To whom it came: the return path is the one thing in it that we made. */
function addressesOf(mail: Email): string[] {
  const names = ['to', 'delivered-to', 'x-original-to', 'envelope-to'];
  return mail.headers.filter(({ key }) => names.includes(key)).flatMap(({ value }) => addressesIn(value));
}

function addressesIn(text: string): string[] {
  return [...text.slice(0, 65_536).matchAll(/b\+[0-9a-f]{32}@[a-z0-9.-]{1,253}/gi)]
    .slice(0, 20)
    .map(([address]) => address);
}

function partOf(mail: Email, type: RegExp): string | null {
  const part = mail.attachments.find(({ mimeType }) => type.test(mimeType));
  if (!part) return null;
  const { content } = part;
  return (typeof content === 'string' ? content : new TextDecoder().decode(content)).slice(0, 65_536);
}

/** The first of each name: a mail of ours has one recipient. */
function fieldsOf(text: string): Map<string, string> {
  const fields = new Map<string, string>();
  for (const line of text.replace(/\r?\n[ \t]+/g, ' ').split(/\r?\n/)) {
    const colon = line.indexOf(':');
    if (colon < 1) continue;
    const name = line.slice(0, colon).trim().toLowerCase();
    if (!fields.has(name)) fields.set(name, line.slice(colon + 1).trim());
  }
  return fields;
}
