import { writable } from '../feeds/text.ts';

/** Of the height of the letters, rather too wide than too narrow: BIZ UDPGothic Bold, in which pictures are written. */
function shareOf(letter: string): number {
  if (/[\p{M}\p{Cf}]/u.test(letter)) return 0;
  if (/[il.,:;!'’ ]/.test(letter)) return 0.38;
  if (/[jtfrI|()[\]-]/.test(letter)) return 0.55;
  if (/[acekLsvxyz]/.test(letter)) return 0.69;
  if (/[A-Z+<=>?#_~$&]/.test(letter)) return /[MW]/.test(letter) ? 1 : 0.91;
  if (/[mw%@]/.test(letter)) return 1;
  return /[\u0021-\u024f\uff61-\uff9f]/.test(letter) ? 0.76 : 1;
}

/** How wide a text is at most, in letters as high as wide. */
export function widthOf(text: string): number {
  let width = 0;
  for (const letter of text) width += shareOf(letter);
  return width;
}

const words = new Intl.Segmenter('ja', { granularity: 'word' });
const graphemes = new Intl.Segmenter('ja', { granularity: 'grapheme' });

/** What no line begins with, and what none ends with. */
const CLOSES = /^[\p{Pe}\p{Pf}\p{Po}ーぁぃぅぇぉっゃゅょァィゥェォッャュョ々〜～…]/u;
const OPENS = /[\p{Ps}\p{Pi}]$/u;

/**
 * A text in lines of at most so many letters, between words where that goes, in Japanese too. What has no room in the last line
 * ends in … there.
 */
export function linesOf(text: string, width: number, most: number): string[] {
  const lines: string[] = [''];
  const pieces = piecesOf(legible(text)).flatMap((piece) => fitting(piece, width));
  for (const piece of pieces) {
    const line = lines.at(-1) ?? '';
    if (widthOf((line + piece).trimEnd()) <= width) lines[lines.length - 1] = line + piece;
    else lines.push(piece.trimStart());
  }
  const shown = lines.slice(0, most).map((line) => line.trimEnd());
  if (lines.length > most) shown.push(`${cut(shown.pop() ?? '', width - 1)}…`);
  return shown;
}

/** Without what turns a line around or is not seen at all. */
function legible(text: string): string {
  return writable(text)
    .replace(/[\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]/g, '')
    .replace(/\s+/g, ' ')
    .trim();
}

/** What stays together: a word with the marks around it and, in Japanese, with the particles and endings after it. */
function piecesOf(text: string): string[] {
  const pieces: string[] = [];
  const segments = [...words.segment(text)].map(({ segment }) => segment);
  for (const [at, segment] of segments.entries()) {
    const last = pieces.at(-1);
    const follows = CLOSES.test(segment) || (/^\p{sc=Hiragana}/u.test(segment) && !isPrefix(segment, segments[at + 1]));
    const open = last !== undefined && (OPENS.test(last) || isPrefix(segments[at - 1] ?? '', segment));
    if (last !== undefined && (open || (follows && !last.endsWith(' ')))) pieces[pieces.length - 1] = last + segment;
    else pieces.push(segment);
  }
  return pieces;
}

/** ご利用, お知らせ: politeness belongs to the word after it. */
function isPrefix(segment: string, next = ''): boolean {
  return /^[ごお]\p{sc=Han}/u.test(segment) || (/^[ごお]$/.test(segment) && /^\p{sc=Han}/u.test(next));
}

/** A piece that is longer than a line, in parts that are not. */
function fitting(piece: string, width: number): string[] {
  if (widthOf(piece) <= width) return [piece];
  const head = cut(piece, width);
  return head === '' ? [piece] : [head, ...fitting(piece.slice(head.length), width)];
}

/** As much of it as has room. */
function cut(text: string, width: number): string {
  let kept = '';
  for (const { segment } of graphemes.segment(text)) {
    if (widthOf(kept + segment) > width) break;
    kept += segment;
  }
  return kept;
}
