import type { Name } from '../catalogue/catalogue.ts';
import type { Notice } from '../notices/notice.ts';
import { plainLines } from '../notices/wording/markup.ts';
import type { Language } from '../time.ts';
import type { SiteContent } from './edition/content.ts';

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

/** More words than anybody types; the rest is not looked for. */
const MOST_WORDS = 8;

/** The words that are looked for, each once, as they are compared. */
export function wordsOf(typed: string): string[] {
  return [...new Set(folded(typed).split(' ').filter(Boolean))].slice(0, MOST_WORDS);
}

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
  const words = wordsOf(query.words);
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

/** Letters before the first hit, and half as many as after it. */
const AROUND = 40;

/** A few words of the newest report in which one of the words stands, with the hits marked; null where none does. */
export function excerpt(notice: Notice, words: string, language: Language): Piece[] | null {
  const wanted = wordsOf(words);
  if (wanted.length === 0) return null;
  for (const report of [...notice.reports].reverse()) {
    const { letters, places, text } = plainOf(report.body, language);
    const first = Math.min(...wanted.map((word) => letters.indexOf(word)).filter((at) => at >= 0));
    if (first === Number.POSITIVE_INFINITY) continue;
    const from = Math.max(0, first - AROUND);
    const to = Math.min(letters.length, first + AROUND * 2);
    const [begin, end] = [places[from]?.[0] ?? 0, places[to - 1]?.[1] ?? text.length];
    return [
      ...(begin > 0 ? [{ text: '…', hit: false }] : []),
      ...piecesOf(text, hitsIn(letters.slice(from, to), places.slice(from, to), wanted), begin, end),
      ...(end < text.length ? [{ text: '…', hit: false }] : []),
    ];
  }
  return null;
}

/** A text as its reader sees it, its letters as they are looked for, and where in the text each of those begins and ends. */
interface Plain {
  text: string;
  letters: string;
  places: [number, number][];
}

/** By report's text as it was read, in each language. */
const plain = new WeakMap<Name, Partial<Record<Language, Plain>>>();

function plainOf(body: Name, language: Language): Plain {
  const both = plain.get(body) ?? {};
  plain.set(body, both);
  both[language] ??= placesOf(
    plainLines(language === 'en' ? (body.en ?? body.ja) : body.ja)
      .join(' ')
      .replace(/\s+/g, ' '),
  );
  return both[language];
}

/** A letter with the marks that belong to it: ﾊﾞ is two of the text and one of what is looked for. */
const CLUSTER = /.[\u0300-\u036f\u3099\u309a\uff9e\uff9f]*/gsu;

function placesOf(text: string): Plain {
  const places: [number, number][] = [];
  let letters = '';
  for (const { 0: cluster, index } of text.matchAll(CLUSTER)) {
    const own = folded(cluster);
    letters += own;
    for (let at = 0; at < own.length; at++) places.push([index, index + cluster.length]);
  }
  return { text, letters, places };
}

/** Where the words stand in the text as it was written, from and to, in order and without overlaps. */
function hitsIn(letters: string, places: [number, number][], words: string[]): [number, number][] {
  const hits: [number, number][] = [];
  for (const word of words) {
    for (let at = letters.indexOf(word); at >= 0; at = letters.indexOf(word, at + word.length)) {
      const [from, to] = [places[at], places[at + word.length - 1]];
      if (from && to) hits.push([from[0], to[1]]);
    }
  }
  hits.sort((a, b) => a[0] - b[0] || b[1] - a[1]);
  let reached = -1;
  return hits.filter(([from, to]) => {
    const free = from >= reached;
    if (free) reached = to;
    return free;
  });
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
