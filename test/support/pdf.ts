import { inflateSync } from 'node:zlib';

export interface ReadPdf {
  /** What each page says, in the order in which it is written, a line for each piece of text. */
  pages: string[];
  /** The dictionaries without their streams. */
  objects: string[];
}

/** Reads a PDF of ours as a copy-and-paste or a screen reader would: glyphs through each font's own table of characters. */
export function readPdf(bytes: Buffer): ReadPdf {
  const objects = new Map<number, { text: string; stream: Buffer | undefined }>();
  const file = bytes.toString('latin1');
  for (const match of file.matchAll(/(\d+) 0 obj\n([\s\S]*?)\nendobj/g)) {
    const [, number = '', body = ''] = match;
    const begin = body.indexOf('stream\n');
    const length = Number(/\/Length (\d+)/.exec(body)?.[1]);
    const stream = begin < 0 ? undefined : Buffer.from(body.slice(begin + 7, begin + 7 + length), 'latin1');
    const packed = body.includes('/FlateDecode') && stream;
    objects.set(Number(number), {
      text: begin < 0 ? body : body.slice(0, begin),
      stream: packed ? inflateSync(packed) : stream,
    });
  }
  const refer = (text: string, key: string) => Number(new RegExp(`/${key} (\\d+) 0 R`).exec(text)?.[1]);
  const of = (number: number) => objects.get(number) ?? { text: '', stream: undefined };
  const pages = [...objects.values()].filter(({ text }) => /\/Type \/Page\b(?!s)/.test(text));
  return {
    objects: [...objects.values()].map(({ text }) => text),
    pages: pages.map((page) => {
      const resources = of(refer(page.text, 'Resources')).text;
      const fonts = new Map(
        [...resources.matchAll(/\/(F\d+) (\d+) 0 R/g)].map(([, name = '', number = '']) => [
          name,
          charactersOf(of(refer(of(Number(number)).text, 'ToUnicode')).stream?.toString('latin1') ?? ''),
        ]),
      );
      return textOf(of(refer(page.text, 'Contents')).stream?.toString('latin1') ?? '', fonts);
    }),
  };
}

/** Glyph to characters, of a ToUnicode table. */
function charactersOf(table: string): Map<number, string> {
  const known = new Map<number, string>();
  for (const [, from = '', list = ''] of table.matchAll(/<([0-9a-f]+)> <[0-9a-f]+> \[([^\]]*)\]/gi)) {
    for (const [index, [, hex = '']] of [...list.matchAll(/<([0-9a-f ]*)>/gi)].entries()) {
      const characters = Buffer.from(hex.replaceAll(' ', '').padStart(4, '0'), 'hex').swap16().toString('utf16le');
      known.set(Number.parseInt(from, 16) + index, characters);
    }
  }
  return known;
}

function textOf(content: string, fonts: Map<string, Map<number, string>>): string {
  let font: Map<number, string> | undefined;
  let said = '';
  for (const [, name, shown] of content.matchAll(/\/(F\d+) [\d.]+ Tf|\[([^\]]*)\] TJ/g)) {
    if (name) font = fonts.get(name);
    if (shown === undefined) continue;
    for (const [, hex = ''] of shown.matchAll(/<([0-9a-f]+)>/gi)) {
      for (const glyph of hex.match(/.{4}/g) ?? []) said += font?.get(Number.parseInt(glyph, 16)) ?? '\ufffd';
    }
    said += '\n';
  }
  return said;
}
