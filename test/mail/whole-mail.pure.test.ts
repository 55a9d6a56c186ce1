import fc from 'fast-check';
import PostalMime from 'postal-mime';
import { expect, onTestFinished, test } from 'vitest';
import { parseEmailAddress } from '../../src/alerts/addresses/email-address.ts';
import { cutStamp } from '../../src/mail/letter/stamp.ts';
import { smtpRelay } from '../../src/mail/relay/smtp-relay.ts';
import { startFaultyRelay } from '../support/smtp.ts';

/** Whatever staff and customers type, sent over SMTP and read as a mail program reads it. RELIABILITY M13; `DRILL_MAILS` of them. */

const MAILS = Number(process.env.DRILL_MAILS ?? 150);

const SPECIAL = [
  ...['\r\n', '\r\nBcc: evil@x.example\r\n', '\n\n', '\r', '\u0000', '\ud800', '\udc00', '\u2028', '\u2029', '\u0085'],
  ...[
    '=?utf-8?b?44GC?=',
    '=?',
    '?=',
    'ｶﾞ',
    'ﾊﾟ',
    '①',
    '髙',
    '〜',
    '🗾',
    '👨‍👩‍👧',
    '\u202e逆',
    'עברית',
    '%%mine%%',
    '.',
    '\r\n.\r\n',
  ],
  ...['"', '\\', '<', '>', ',', ';', ':', '@', '\t', 'a'.repeat(1200), '障害'.repeat(300)],
];
const typed = fc
  .array(fc.oneof(fc.constantFrom(...SPECIAL), fc.string({ unit: 'binary', maxLength: 40 })), { maxLength: 12 })
  .map((parts) => parts.join(''));
const address = fc
  .oneof(
    fc.constantFrom('taro..x@docomo.ne.jp', '.a.@ezweb.ne.jp', 'Taro@日本語.jp', "o'brien+x=y@example.jp"),
    fc.emailAddress(),
    fc.tuple(typed, fc.domain()).map(([local, domain]) => `${local}@${domain}`),
    fc.constantFrom('a@x.jp, b@y.jp', 'g: a@x.jp;', 'a@x.jp\r\nBcc: evil@x.jp', '"a b"@x.jp', 'a@x.jp>'),
  )
  .map((text) => parseEmailAddress(text)?.email)
  .filter((email) => email !== undefined);

/** What cannot be written in UTF-8 becomes a mark in its place. */
const written = (text: string) => Buffer.from(text).toString();
/** A header is one line, and white space in it is one space. */
const inOneLine = (text: string) =>
  written(text.replace(/[\r\n\u0000]+/g, ' '))
    .replace(/[\s\u0085]+/g, ' ')
    .trim();
const lines = (text: string) => written(text).replace(/\r\n?/g, '\n').trimEnd();

const HEADERS = [
  ...['from', 'to', 'message-id', 'date', 'subject', 'list-id', 'auto-submitted', 'x-auto-response-suppress'],
  ...['mime-version', 'list-unsubscribe', 'content-type'],
];

test('M13: whatever is typed arrives as it was typed, at one recipient, in legal lines, and adds no header', async () => {
  const server = await startFaultyRelay();
  const relay = smtpRelay(server.url);
  onTestFinished(() => relay.close());
  const sent = fc.asyncProperty(typed, typed, typed, typed, address, async (subject, body, mine, name, recipient) => {
    const text = `${body}\n%%mine%%\n${body}`;
    const letter = { id: 'l', subject, text, html: `<p>${body}</p>%%mine%%`, headers: { 'List-Id': '<n.x.example>' } };
    const stamp = cutStamp(letter, { sender: { name, address: 'notices@status.example' } });
    const mail = stamp({
      ...{ id: 'm', recipient, messageId: '<m@status.example>', datedAt: 0 },
      fields: { mine: { text: mine, html: mine } },
      headers: { 'List-Unsubscribe': '<https://status.example/stop/x>' },
    });
    server.stored.length = 0;
    expect((await relay.send(mail, async () => {})).kind).toBe('sent');
    expect(server.stored).toHaveLength(1);
    const { raw, to } = server.stored[0] ?? { raw: '', to: [] };
    // A local part that is no dot-atom is quoted on the wire.
    expect(to.map((one) => one.replace(/^"(.*)"@/, '$1@'))).toEqual([recipient]);

    const read = await PostalMime.parse(Buffer.from(raw, 'latin1'));
    expect(read.headers.map(({ key }) => key)).toEqual(HEADERS);
    expect(read.to?.map((one) => one.address?.replace(/^"(.*)"@/, '$1@'))).toEqual([recipient]);
    expect(read.from?.address).toBe('notices@status.example');
    expect(inOneLine(read.subject ?? '')).toBe(inOneLine(subject));
    const fill = (template: string) => template.replace(/%%mine%%/g, () => mine);
    expect(lines(read.text ?? '')).toBe(lines(fill(text)));
    expect(lines(read.html ?? '')).toBe(lines(fill(letter.html)));

    const head = raw.slice(0, raw.indexOf('\r\n\r\n'));
    for (const line of raw.split('\r\n')) expect(line.length).toBeLessThanOrEqual(998);
    expect(head).toMatch(/^[\x20-\x7e\r\n\t]*$/);
    for (const [word, base64] of head.matchAll(/=\?UTF-8\?B\?([^?]*)\?=/g)) {
      expect(word.length).toBeLessThanOrEqual(75);
      expect(() => new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(base64 ?? '', 'base64'))).not.toThrow();
    }
  });
  await fc.assert(sent, { numRuns: MAILS });
}, 120_000);

test('M13: ten megabytes of text leave whole, in lines of 76', () => {
  const text = '髙①ｶﾞ🗾. '.repeat(600_000);
  const letter = { id: 'l', subject: 's', text, html: '', headers: {} };
  const stamp = cutStamp(letter, { sender: { name: '', address: 'n@x.example' } });
  const mail = stamp({ id: 'm', recipient: 'a@y.example', messageId: '<m@x>', datedAt: 0, fields: {}, headers: {} });
  const raw = mail.bytes.toString('latin1');
  expect(raw.length).toBeGreaterThan(10_000_000);
  const body = raw.slice(raw.indexOf('\r\n\r\n') + 4);
  expect(/[^\r\n]{77}/.test(body)).toBe(false);
  expect(Buffer.from(body, 'base64').toString() === text).toBe(true);
});
