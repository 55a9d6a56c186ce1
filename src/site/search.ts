import type { Name } from '../catalogue/catalogue.ts';
import { plainLines } from '../notices/markup.ts';
import type { Notice } from '../notices/notice.ts';
import type { Language } from '../time.ts';
import type { SiteContent } from './content.ts';

/** What somebody looks for among all notices. */
export interface Query {
  /** Words, of which each must occur. */
  words: string;
  /** A service's key, or undefined for all. */
  service: string | undefined;
  /** The year of occurrence, or undefined for all. */
  year: number | undefined;
}

export const LONGEST_QUERY = 100;

/** Letters as they are looked for: wide and narrow, large and small, katakana and hiragana alike. */
export function folded(text: string): string {
  return text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[\u30a1-\u30f6]/g, (letter) => String.fromCharCode(letter.charCodeAt(0) - 0x60))
    .replace(/\s+/g, ' ');
}

/** By notice as it was read: made at the first search that comes by. */
const known = new WeakMap<Notice, string>();

function foldedNotice(notice: Notice, content: SiteContent): string {
  let text = known.get(notice);
  if (text === undefined) {
    const names = notice.impacts.flatMap((impact) => [
      content.names.service(impact.service),
      ...(impact.facilities === 'all' ? [] : impact.facilities.map((code) => content.names.facility(code))),
      impact.area,
    ]);
    const texts = [notice.title, ...notice.reports.map((report) => report.body), ...names];
    text = folded([notice.id, ...texts.flatMap((one) => (one ? [one.ja, one.en ?? ''] : []))].join('\n'));
    known.set(notice, text);
  }
  return text;
}

/** @returns those that hold every word, newest first. */
export function search(content: SiteContent, query: Query, yearOf: (notice: Notice) => number): Notice[] {
  const words = folded(query.words).split(' ').filter(Boolean);
  return content.notices
    .filter((notice) => query.service === undefined || notice.impacts.some((one) => one.service === query.service))
    .filter((notice) => query.year === undefined || yearOf(notice) === query.year)
    .filter((notice) => {
      if (words.length === 0) return true;
      const text = foldedNotice(notice, content);
      return words.every((word) => text.includes(word));
    })
    .sort((a, b) => b.occurredAt - a.occurredAt);
}

/** A piece of text, and whether it is what was looked for. */
export interface Piece {
  text: string;
  hit: boolean;
}

/** Letters before and after the first hit. */
const AROUND = 40;

/** A few words of the newest report in which one of the words stands, with the hits marked; null where none does. */
export function excerpt(notice: Notice, words: string, language: Language): Piece[] | null {
  const wanted = folded(words).split(' ').filter(Boolean);
  if (wanted.length === 0) return null;
  for (const report of [...notice.reports].reverse()) {
    const body: Name = report.body;
    const text = plainLines(language === 'en' ? (body.en ?? body.ja) : body.ja)
      .join(' ')
      .replace(/\s+/g, ' ');
    const hits = hitsIn(text, wanted);
    const first = hits[0];
    if (!first) continue;
    const from = Math.max(0, first[0] - AROUND);
    const to = Math.min(text.length, first[1] + AROUND);
    const pieces = piecesOf(
      text,
      hits.filter(([start, end]) => start >= from && end <= to),
      from,
      to,
    );
    return [
      ...(from > 0 ? [{ text: '…', hit: false }] : []),
      ...pieces,
      ...(to < text.length ? [{ text: '…', hit: false }] : []),
    ];
  }
  return null;
}

const graphemes = new Intl.Segmenter('ja', { granularity: 'grapheme' });

/** Where the words stand in the text as it was written, from and to, in order and without overlaps. */
function hitsIn(text: string, words: string[]): [number, number][] {
  let all = '';
  // For each letter of the folded text, where its grapheme begins and ends in the text.
  const places: [number, number][] = [];
  for (const { segment, index } of graphemes.segment(text)) {
    const letters = folded(segment);
    all += letters;
    for (let at = 0; at < letters.length; at++) places.push([index, index + segment.length]);
  }
  const hits: [number, number][] = [];
  for (const word of words) {
    for (let at = all.indexOf(word); at >= 0; at = all.indexOf(word, at + word.length)) {
      const [from, to] = [places[at], places[at + word.length - 1]];
      if (from && to) hits.push([from[0], to[1]]);
    }
  }
  hits.sort((a, b) => a[0] - b[0] || b[1] - a[1]);
  return hits.filter(([from], at) => hits.slice(0, at).every(([, end]) => end <= from));
}

function piecesOf(text: string, hits: [number, number][], from: number, to: number): Piece[] {
  const pieces: Piece[] = [];
  let at = from;
  for (const [start, end] of hits) {
    if (start > at) pieces.push({ text: text.slice(at, start), hit: false });
    pieces.push({ text: text.slice(start, end), hit: true });
    at = end;
  }
  if (at < to) pieces.push({ text: text.slice(at, to), hit: false });
  return pieces;
}
