import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { create } from 'fontkit';

const require = createRequire(import.meta.url);

const FILES = {
  regular: require.resolve('@expo-google-fonts/biz-udpgothic/400Regular/BIZUDPGothic_400Regular.ttf'),
  bold: require.resolve('@expo-google-fonts/biz-udpgothic/700Bold/BIZUDPGothic_700Bold.ttf'),
};

/** Nine megabytes in all: read where a paper is made, which is seldom, and not kept. */
export function fontBytes(weight: keyof typeof FILES): Buffer {
  return readFileSync(FILES[weight]);
}

/** What stands for a character that the font has not: the printers' own mark for it. */
const GETA = '〓';

/** Same look, and in the font. */
const TWINS: Record<string, string> = { '\u2010': '-', '\u2011': '-', '\u2212': '−', '\u00ad': '' };

const graphemes = new Intl.Segmenter('ja', { granularity: 'grapheme' });

/** Gives a text only characters that the font can print. What it cannot leaves its mark: a word must not lose one in silence. */
export function inker(font: Uint8Array): (text: string) => string {
  const made = create(font);
  const has = (character: string) => made.hasGlyphForCodePoint(character.codePointAt(0) ?? 0);
  return (text) =>
    [...graphemes.segment(text.normalize('NFC').replace(UNSEEN, ''))]
      .map(({ segment }) => {
        if (segment === '\n' || segment === '\r\n') return '\n';
        // A variant of a character is still that character.
        const plain = segment.replace(/[\ufe00-\ufe0f\u{e0100}-\u{e01ef}]/gu, '');
        const twin = TWINS[plain] ?? plain;
        if ([...twin].every(has)) return twin;
        return /^\s/.test(segment) ? ' ' : GETA;
      })
      .join('');
}

/** Marks that order a line and print nothing; control characters, save the end of a line. */
const UNSEEN = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]/g;
