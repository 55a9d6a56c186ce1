import { createHash } from 'node:crypto';
import type { Letter } from '../outbox.ts';
import type { Outgoing } from '../relay/relay.ts';
import { bodyOf } from './body.ts';
import type { Signer } from './dkim.ts';
import { dateHeader, mailboxHeader, plainHeader, textHeader } from './headers.ts';
import type { ReturnPaths } from './return-path.ts';

/** What one mail adds to its letter. */
export interface StoredMail {
  id: string;
  recipient: string;
  messageId: string;
  datedAt: number;
  fields: Record<string, { text: string; html: string }>;
  headers: Record<string, string>;
}

export interface Sender {
  name: string;
  address: string;
}

/** How all mails of this sender leave. */
export interface Stationery {
  sender: Sender;
  /** Where refusals that come later are sent to; the sender's own address where there is none. */
  returnPaths?: ReturnPaths | undefined;
  signer?: Signer | undefined;
}

/** Prints a letter for one reader. */
export type Stamp = (mail: StoredMail) => Outgoing;

/**
 * A letter made ready once, so that printing it for a reader only fills in the few lines that differ. The same mail printed again is
 * the same bytes: date, Message-ID and boundary are fixed, so that a receiver can drop a repeat.
 */
export function cutStamp(letter: Letter, { sender, returnPaths, signer }: Stationery): Stamp {
  const from = mailboxHeader('From', sender);
  const fixed =
    textHeader('Subject', letter.subject) +
    headerLines(letter.headers) +
    'Auto-Submitted: auto-generated\r\nX-Auto-Response-Suppress: OOF, AutoReply\r\nMIME-Version: 1.0\r\n';
  const { type, body } = contentOf(letter);
  return (mail) => {
    const head =
      `${from}${mailboxHeader('To', { name: '', address: quoted(mail.recipient) })}` +
      `${plainHeader('Message-ID', mail.messageId)}${dateHeader(mail.datedAt)}${fixed}${headerLines(mail.headers)}${type}`;
    const content = body(mail.fields);
    const signatures = signer?.(head, content) ?? '';
    return {
      id: mail.id,
      from: returnPaths?.pathOf(mail.id) ?? sender.address,
      to: quoted(mail.recipient),
      datedAt: mail.datedAt,
      bytes: Buffer.from(`${signatures}${head}\r\n${content}`),
    };
  };
}

/** Carriers have given out addresses such as `taro..x@`: RFC 5321 lets them pass in quotes only. */
function quoted(recipient: string): string {
  const at = recipient.lastIndexOf('@');
  const local = recipient.slice(0, at);
  return /^\.|\.\.|\.$/.test(local) ? `"${local}"${recipient.slice(at)}` : recipient;
}

function headerLines(headers: Record<string, string>): string {
  return Object.entries(headers)
    .map(([name, value]) => plainHeader(name, value))
    .join('');
}

type Content = (fields: StoredMail['fields']) => string;

const ENCODED = 'Content-Transfer-Encoding: base64\r\n';

function contentOf(letter: Letter): { type: string; body: Content } {
  const text = bodyOf(letter.text);
  if (letter.html === '') {
    return {
      type: `Content-Type: text/plain; charset=utf-8\r\n${ENCODED}`,
      body: (fields) => text(wordsOf(fields, 'text')),
    };
  }
  const html = bodyOf(letter.html);
  // underscore and equals sign never occur in base64
  const boundary = `=_${createHash('sha256').update(letter.id).digest('hex').slice(0, 24)}`;
  return {
    type: `Content-Type: multipart/alternative; boundary="${boundary}"\r\n`,
    body: (fields) =>
      part(boundary, 'plain', text(wordsOf(fields, 'text'))) +
      part(boundary, 'html', html(wordsOf(fields, 'html'))) +
      `--${boundary}--\r\n`,
  };
}

function wordsOf(fields: StoredMail['fields'], kind: 'text' | 'html') {
  return (place: string) => fields[place]?.[kind];
}

function part(boundary: string, kind: string, body: string): string {
  return `--${boundary}\r\nContent-Type: text/${kind}; charset=utf-8\r\n${ENCODED}\r\n${body}\r\n`;
}
