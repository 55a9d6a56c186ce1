import type { Letter } from './outbox.ts';

/** A finished mail to one recipient, as nodemailer takes it. */
export interface Outgoing {
  from: { name: string; address: string };
  to: { name: string; address: string };
  envelope: { from: string; to: string[] };
  subject: string;
  text: string;
  html: string;
  textEncoding: 'base64';
  date: Date;
  messageId: string;
  baseBoundary: string;
  headers: { key: string; value: string | { prepared: boolean; foldLines: boolean; value: string } }[];
  disableFileAccess: true;
  disableUrlAccess: true;
}

/** A mail as it lies in the outbox. */
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

/**
 * One letter for one reader. The same mail composed again is the same bytes: its date, Message-ID and boundaries are fixed, so
 * that a receiver can drop a repeat. Recipient and envelope are objects, never strings: a comma in a string makes two recipients.
 */
export function compose(letter: Letter, mail: StoredMail, sender: Sender): Outgoing {
  return {
    from: sender,
    to: { name: '', address: mail.recipient },
    envelope: { from: sender.address, to: [mail.recipient] },
    subject: letter.subject,
    text: fill(letter.text, mail.fields, 'text'),
    html: fill(letter.html, mail.fields, 'html'),
    textEncoding: 'base64',
    date: new Date(mail.datedAt),
    messageId: mail.messageId,
    baseBoundary: mail.id,
    headers: Object.entries({
      ...letter.headers,
      ...mail.headers,
      'Auto-Submitted': 'auto-generated',
      'X-Auto-Response-Suppress': 'OOF, AutoReply',
    }).map(([key, value]) => ({ key, value: { prepared: true, foldLines: false, value: oneLine(value) } })),
    disableFileAccess: true,
    disableUrlAccess: true,
  };
}

/** Fills the places `%%name%%` once: what a value itself contains is never a place. */
function fill(template: string, fields: StoredMail['fields'], kind: 'text' | 'html'): string {
  return template.replace(/%%([a-z]+)%%/g, (place, name: string) => fields[name]?.[kind] ?? place);
}

/** Nothing that was handed in can begin another header. */
function oneLine(value: string): string {
  return value.replace(/[\r\n\u0000]+/g, ' ');
}
