import { describe, expect, test } from 'vitest';
import { readLogo } from '../../src/brand/logo.ts';
import { PICTURES } from '../support/pictures.ts';

describe('a logo', () => {
  test.each(Object.entries(PICTURES))('is known by its bytes, with its size: %s', (name, bytes) => {
    const logo = readLogo(bytes);
    expect([logo.width, logo.height]).toEqual([40, 10]);
    expect(name).toContain(logo.extension);
  });

  test.each([
    ['nothing', Buffer.alloc(0), 'neither'],
    ['a text', Buffer.from('logo.png'), 'neither'],
    ['a GIF', Buffer.from('GIF89a..........'), 'neither'],
    ['the head of a PNG', PICTURES.png.subarray(0, 16), 'damaged'],
    ['the head of a JPEG', PICTURES.jpg.subarray(0, 60), 'damaged'],
    ['the head of a WebP', PICTURES['lossy webp'].subarray(0, 20), 'damaged'],
    ['a page', Buffer.from('<!DOCTYPE html><html><title>x</title></html>'), 'no SVG'],
    ['a large file', Buffer.concat([PICTURES.png, Buffer.alloc(200 * 1024)]), '201 KB'],
    ['a poster', hugePng(), '20000 × 10'],
  ])('is not made of %s', (_name, bytes, reason) => {
    expect(() => readLogo(bytes)).toThrow(reason);
  });
});

function hugePng(): Buffer {
  const bytes = Buffer.from(PICTURES.png);
  bytes.writeUInt32BE(20_000, 16);
  return bytes;
}

const svg = (inside: string, attributes = 'viewBox="0 0 40 10"') =>
  Buffer.from(
    `<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" ${attributes}>${inside}</svg>`,
  );

describe('a drawing', () => {
  test.each([
    ['from a drawing program', '<?xml version="1.0"?>\n<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "svg11.dtd">'],
    ['with a byte order mark', '\ufeff'],
  ])('%s is taken', (_name, before) => {
    expect(readLogo(Buffer.concat([Buffer.from(before), svg('<path d="M0 0h9"/>')]))).toMatchObject({ width: 40 });
  });

  test('may refer to its own parts, hold a picture and carry its program’s notes', () => {
    const inside = `<defs><linearGradient id="a"/><rect id="b"/></defs><use xlink:href="#b" fill="url(#a)"/>
      <style>.c { fill: url("#a") }</style><image href="data:image/png;base64,${PICTURES.png.toString('base64')}"/>
      <n:view xmlns:n="http://notes.example/" n:file="C:\\a\\logo.svg" n:on="1"/>`;
    expect(readLogo(svg(inside)).extension).toBe('svg');
  });

  test.each([
    ['a script', '<script>alert(1)</script>', '<script>'],
    ['a script under another prefix', '<x:script xmlns:x="http://www.w3.org/2000/svg"/>', '<script>'],
    [
      'a page within',
      '<foreignObject><p xmlns="http://www.w3.org/1999/xhtml">x</p></foreignObject>',
      '<foreignObject>',
    ],
    ['an element of a page', '<p xmlns="http://www.w3.org/1999/xhtml"/>', '<p>'],
    ['a handler', '<rect onload="alert(1)"/>', 'onload'],
    ['what moves', '<rect><animate attributeName="x"/></rect>', '<animate>'],
    ['a picture from elsewhere', '<image xlink:href="https://a.example/x.png"/>', 'outside'],
    ['a picture that is a drawing', '<image href="data:image/svg+xml,%3Csvg/%3E"/>', 'outside'],
    ['a link that runs', '<a href="javascript:alert(1)"/>', 'outside'],
    ['another base', '<g xml:base="https://a.example/"/>', 'outside'],
    ['a colour from elsewhere', '<rect fill="url(https://a.example/#a)"/>', 'outside'],
    ['a style from elsewhere', '<style>@import "https://a.example/x.css";</style>', 'loads'],
    ['a style’s picture', '<style><![CDATA[.a{background:url(//a.example/x)}]]></style>', 'outside'],
    ['a hidden word in a style', '<style>@\\69mport "x";</style>', 'escapes'],
    ['a hidden letter in a style', '<style>@\\import "x";</style>', 'escapes'],
    ['a style in two parts', '<style>@im<g/>port "x";</style>', 'within a style'],
    ['a style sheet', '<?xml-stylesheet href="x.css"?>', 'xml-stylesheet'],
    ['what is not closed', '<g>', 'not well-formed'],
    ['an entity that nobody defined', '<g>&a;</g>', 'not well-formed'],
  ])('is refused with %s', (_name, inside, reason) => {
    expect(() => readLogo(svg(inside))).toThrow(reason);
  });

  test('is refused where it defines entities or cannot be scaled', () => {
    const bomb = '<!DOCTYPE svg [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>';
    expect(() => readLogo(Buffer.concat([Buffer.from(bomb), svg('&b;')]))).toThrow('entities');
    for (const attributes of ['width="40" height="10"', 'viewBox="0 0 0 10"', 'viewBox="none"']) {
      expect(() => readLogo(svg('', attributes))).toThrow('viewBox');
    }
  });
});
