import fc from 'fast-check';
import PostalMime from 'postal-mime';
import { expect, test } from 'vitest';
import { bodyOf } from '../../src/mail/letter/body.ts';
import { mailboxHeader, plainHeader, textHeader } from '../../src/mail/letter/headers.ts';
import { ReturnPaths } from '../../src/mail/letter/return-path.ts';
import { cutStamp } from '../../src/mail/letter/stamp.ts';

const SENDER = { name: 'OCN 障害情報', address: 'notices@status.example' };
/** What people type: any characters, kana of half width, emoji, what looks like an encoded word. */
const words = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 300 }),
  fc.string({
    unit: fc.constantFrom('障', 'ｶ', 'ﾞ', '①', '髙', '〜', '😀', ' ', '=?', '?=', '"', '\\', 'a', '\r\n', '\u0000'),
    maxLength: 120,
  }),
);

test('a body filled for a reader is the template with his words in their places, in lines of 76', () => {
  const template = fc.array(fc.oneof(words, fc.constantFrom('%%mine%%', '%%stop%%', '%%other%%')), { maxLength: 8 });
  fc.assert(
    fc.property(template, words, words, (parts, mine, stop) => {
      const text = Buffer.from(parts.join('')).toString();
      const encoded = bodyOf(text)((name) => ({ mine, stop })[name as 'mine']);
      const filled = text.replace(
        /%%([a-z]+)%%/g,
        (place: string, name: string) => ({ mine, stop })[name as 'mine'] ?? place,
      );
      expect(Buffer.from(encoded, 'base64').toString()).toBe(Buffer.from(filled).toString());
      for (const line of encoded.split('\r\n')) expect(line.length).toBeLessThanOrEqual(76);
      // padding ends base64: it may stand at its end only
      expect(encoded.trimEnd().replace(/=+$/, '')).not.toContain('=');
    }),
    { numRuns: 500 },
  );
});

test('a subject comes back whole, each encoded word within 75 octets and whole by itself, and adds no header', async () => {
  await fc.assert(
    fc.asyncProperty(words, words, async (subject, name) => {
      const header = `${textHeader('Subject', subject)}${mailboxHeader('From', { name, address: 'a@b.example' })}`;
      for (const line of header.trimEnd().split('\r\n'))
        expect(line.length).toBeLessThanOrEqual(name.length > 50 ? 998 : 90);
      for (const [word] of header.matchAll(/=\?UTF-8\?B\?[^?]*\?=/g)) expect(word.length).toBeLessThanOrEqual(75);
      expect(header.split(/\r\n(?! )/)).toHaveLength(3);
      const read = await PostalMime.parse(`${header}\r\n\r\n`);
      const whole = (text: string) =>
        Buffer.from(text.replace(/[\r\n\u0000]+/g, ' '))
          .toString()
          .replace(/\s+/g, ' ')
          .trim();
      if (/^[^\p{C}]*$/u.test(whole(subject)) && !/[\u2028\u2029]/.test(subject))
        expect(whole(read.subject ?? '')).toBe(whole(subject));
      expect(read.from?.address).toBe('a@b.example');
    }),
    { numRuns: 300 },
  );
});

test('a long list of references is folded, an address for stopping never', () => {
  const references = Array.from({ length: 6 }, (_, n) => `<${'x'.repeat(30)}${n}@status.example>`).join(' ');
  const lines = plainHeader('References', references).trimEnd().split('\r\n');
  expect(lines.length).toBeGreaterThan(2);
  for (const line of lines) expect(line.length).toBeLessThanOrEqual(76);
  expect(lines.map((line) => line.trim()).join(' ')).toBe(`References: ${references}`);
  const url = `<https://status.example/stop/${'y'.repeat(120)}>`;
  expect(plainHeader('List-Unsubscribe', url)).toBe(`List-Unsubscribe: ${url}\r\n`);
  expect(plainHeader('List-Id', '<a>\r\nBcc: x@y')).toBe('List-Id: <a> Bcc: x@y\r\n');
});

test('the same mail printed twice is the same bytes, and a carrier’s odd address is quoted', async () => {
  const letter = {
    id: 'l',
    subject: '【復旧】',
    text: 'a%%mine%%',
    html: '<p>%%mine%%</p>',
    headers: { 'List-Id': '<n.example>' },
  };
  const stamp = cutStamp(letter, { sender: SENDER });
  const mail = {
    id: 'm',
    recipient: 'taro..x@docomo.example',
    messageId: '<m@x>',
    datedAt: 1_394_060_400_000,
    headers: {},
  };
  const fields = { mine: { text: '設備', html: '設備' } };
  const one = stamp({ ...mail, fields });
  expect(one.bytes.equals(stamp({ ...mail, fields }).bytes)).toBe(true);
  expect(one).toMatchObject({ from: 'notices@status.example', to: '"taro..x"@docomo.example' });
  const read = await PostalMime.parse(one.bytes);
  expect([read.subject, read.text?.trim(), read.html?.trim(), read.date]).toEqual([
    '【復旧】',
    'a設備',
    '<p>設備</p>',
    '2014-03-05T23:00:00.000Z',
  ]);
});

test('a return path says which mail it was made for, to us alone', () => {
  const paths = new ReturnPaths('bounce.status.example', ['s'.repeat(32)]);
  const id = '0123456789abcdef01234567';
  const path = paths.pathOf(id);
  expect(path).toMatch(/^b\+[0-9a-f]{32}@bounce\.status\.example$/);
  expect(path).not.toContain(id.slice(0, 8));
  expect(paths.mailOf(path.toUpperCase())).toBe(id);
  expect(new ReturnPaths('bounce.status.example', ['new'.repeat(12), 's'.repeat(32)]).mailOf(path)).toBe(id);
  expect(new ReturnPaths('bounce.status.example', ['t'.repeat(32)]).mailOf(path)).toBeUndefined();
  expect(paths.mailOf(path.replace('bounce', 'other'))).toBeUndefined();
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom(...'0123456789abcdef'), minLength: 32, maxLength: 32 }), (token) => {
      expect(paths.mailOf(`b+${token}@bounce.status.example`)).toBeUndefined();
    }),
    { numRuns: 2000 },
  );
});
