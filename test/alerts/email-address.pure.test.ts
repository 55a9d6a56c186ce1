import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseEmailAddress } from '../../src/alerts/addresses/email-address.ts';
import { addressOfStopToken, stopToken, stopUrl } from '../../src/alerts/addresses/stop-link.ts';

describe('a mail address', () => {
  test.each([
    'taro@example.jp',
    'taro..x@docomo.ne.jp',
    'taro.@ezweb.ne.jp',
    '.taro@ezweb.ne.jp',
    'a-b_c/d?e+f@softbank.ne.jp',
    `${'a'.repeat(64)}@example.jp`,
  ])('%s is accepted as it is', (typed) => {
    expect(parseEmailAddress(typed)?.email).toBe(typed);
  });

  test('of any case is one mailbox, and mail goes to what was typed', () => {
    expect(parseEmailAddress('  Taro.Yamada@Example.JP ')).toEqual({
      email: 'Taro.Yamada@example.jp',
      key: 'taro.yamada@example.jp',
      domain: 'example.jp',
    });
  });

  test('with a Japanese domain is the same as its ASCII form', () => {
    expect(parseEmailAddress('taro@日本語.jp')?.email).toBe('taro@xn--wgv71a119e.jp');
    expect(parseEmailAddress('taro@日本語。jp')?.key).toBe(parseEmailAddress('TARO@xn--wgv71a119e.jp')?.key);
  });

  test.each([
    '',
    'taro',
    '@example.jp',
    'taro@',
    'taro@localhost',
    'taro@192.0.2.1',
    'taro@[192.0.2.1]',
    'taro@example..jp',
    'taro@-example.jp',
    'a@x.jp, b@y.jp',
    'a@x.jp,b@y.jp',
    'a@x.jp;b@y.jp',
    'a@b@example.jp',
    'team:a@x.jp;',
    '"taro yamada"@example.jp',
    'Taro <taro@example.jp>',
    '<taro@example.jp>',
    'ta ro@example.jp',
    'taro(home)@example.jp',
    'a@x.jp\r\nBcc: evil@x.jp',
    'a\r\nBcc: evil@x.jp',
    'a\u0000@x.jp',
    'taro@exa\tmple.jp',
    'taro@example.jp:25',
    'taro@example.jp/x',
    'taro@%65xample.jp',
    '太郎@example.jp',
    `${'a'.repeat(65)}@example.jp`,
    `a@${'b'.repeat(60)}.${'c'.repeat(60)}.${'d'.repeat(60)}.${'e'.repeat(60)}.${'f'.repeat(20)}.jp`,
  ])('%j is refused', (typed) => {
    expect(parseEmailAddress(typed)).toBeUndefined();
  });

  test('is always one recipient and never a header, whatever was typed', () => {
    const nasty = fc.constantFrom(
      ',',
      ';',
      ':',
      '"',
      '<',
      '>',
      '\r\n',
      '\n',
      '\0',
      ' ',
      '(',
      '@',
      '\u2028',
      'Bcc: ',
      '\\',
    );
    const typed = fc.array(
      fc.oneof(nasty, fc.constantFrom('a', 'taro', '@x.jp', 'x.jp', '.'), fc.string({ unit: 'binary' })),
    );
    fc.assert(
      fc.property(
        typed.map((parts) => parts.join('')),
        (text) => {
          const read = parseEmailAddress(text);
          if (read) expect(read.email).toMatch(/^[\w.!#$%&'*+/=?^`{|}~-]+@[a-z0-9.-]+$/);
        },
      ),
      { numRuns: 2000 },
    );
  });

  test('that was read once is read the same again', () => {
    fc.assert(
      fc.property(fc.emailAddress(), (typed) => {
        const read = parseEmailAddress(typed);
        if (read) expect(parseEmailAddress(read.email)).toEqual(read);
      }),
    );
  });
});

describe('a stop link', () => {
  const secret = 's'.repeat(32);

  test('names its address and is short', () => {
    expect(addressOfStopToken(secret, stopToken(secret, 'abc'))).toBe('abc');
    expect(stopUrl('https://status.example', secret, 'A'.repeat(22)).length).toBeLessThan(76);
    expect(stopUrl('https://status.example', secret, 'abc', 'en')).toContain('https://status.example/en/stop/abc.');
  });

  test('that was forged, cut off or signed with another secret is nobody’s', () => {
    const token = stopToken(secret, 'abc');
    expect(addressOfStopToken(secret, token.replace('abc', 'abd'))).toBeUndefined();
    expect(addressOfStopToken('t'.repeat(32), token)).toBeUndefined();
    for (let length = 0; length < token.length; length++) {
      expect(addressOfStopToken(secret, token.slice(0, length))).toBeUndefined();
    }
    fc.assert(fc.property(fc.string(), (text) => addressOfStopToken(secret, text) === undefined));
  });
});
