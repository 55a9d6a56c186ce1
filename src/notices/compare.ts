import { diffArrays } from 'diff';
import type { Language } from '../time.ts';

/** A stretch of a comparison. Kept and added, joined, are the new text; kept and removed are the old one. */
export interface Run {
  kind: 'kept' | 'added' | 'removed';
  text: string;
}

/** Where less than this of the longer side was kept, crumbs of sameness would only confuse: all of it is new. */
const LEAST_KEPT = 0.3;

/** What one comparison may cost: 20,000 characters stay within 50 ms, whatever was done to them (bench/changes.ts). */
class Effort {
  /** The search for the fewest edits takes the square of their number. */
  #edits = 60_000;
  /** Characters that the dictionary of Intl.Segmenter still takes apart: 2 µs each. */
  #letters = 6000;

  /** The fewest edits where they are few; else whatever lies next. */
  diff(before: string[], after: string[]): Part[] {
    const most = Math.floor(Math.sqrt(this.#edits / 2));
    const parts = diffArrays(before, after, { maxEditLength: most });
    const edits = parts?.reduce((sum, part) => sum + (part.added || part.removed ? part.count : 0), 0) ?? most;
    this.#edits -= edits ** 2;
    return parts ?? nearest(before, after);
  }

  /** Words by the dictionary; past its share by the change of script, which is nearly as good and costs nothing. */
  words(text: string, language: Language): string[] {
    this.#letters -= text.length;
    if (this.#letters < 0) return text.match(SCRIPTS) ?? [];
    return Array.from(SEGMENTERS[language].segment(text), ({ segment }) => segment);
  }
}

/** A stretch of one script: 設備, は, サーバー, 051. */
const STRETCH =
  '(?:\\p{Script=Han}+|\\p{Script=Hiragana}+|[\\p{Script=Katakana}ー]+|(?:(?![\\p{Script=Han}\\p{Script=Hiragana}\\p{Script=Katakana}ー])[\\p{L}\\p{M}\\p{N}])+)';
const SCRIPTS = new RegExp(`${STRETCH}|\\s+|.`, 'gsu');

const SEGMENTERS: Record<Language, Intl.Segmenter> = {
  ja: new Intl.Segmenter('ja', { granularity: 'word' }),
  en: new Intl.Segmenter('en', { granularity: 'word' }),
};

interface Part {
  added: boolean;
  removed: boolean;
  value: string[];
}

/** How far ahead the next likeness is looked for. */
const AHEAD = 40;

/** For texts with little in common: at each difference the next two alike on both sides, whichever lie nearest. */
function nearest(before: string[], after: string[]): Part[] {
  const parts: Part[] = [];
  const put = (value: string[], added: boolean, removed: boolean) => parts.push({ value, added, removed });
  let [b, a] = [0, 0];
  while (b < before.length || a < after.length) {
    const [from, to] = nextAlike(before, after, b, a);
    if (from > b) put(before.slice(b, from), false, true);
    if (to > a) put(after.slice(a, to), true, false);
    let same = 0;
    while (from + same < before.length && before[from + same] === after[to + same]) same++;
    if (same > 0) put(before.slice(from, from + same), false, false);
    [b, a] = [from + same, to + same];
  }
  return parts;
}

function nextAlike(before: string[], after: string[], b: number, a: number): [number, number] {
  for (let away = 0; away <= 2 * AHEAD; away++) {
    for (let right = Math.max(0, away - AHEAD); right <= Math.min(away, AHEAD); right++) {
      const [i, j] = [b + away - right, a + right];
      if (i < before.length && before[i] === after[j] && before[i + 1] === after[j + 1]) return [i, j];
    }
  }
  return [Math.min(b + AHEAD, before.length), Math.min(a + AHEAD, after.length)];
}

/** Sentences first, and words only where sentences differ: all words at once took a second for 14,000 characters. */
export function compareTexts(before: string, after: string, language: Language): Run[] {
  const effort = new Effort();
  const hunks = hunksOf(sentencesOf(before), sentencesOf(after), effort);
  return tidy(hunks.flatMap((hunk) => (hunk.kept ? [hunk.run] : inSentences(hunk, language, effort))));
}

interface Replacement {
  kept: false;
  before: string[];
  after: string[];
}
type Hunk = { kept: true; run: Run } | Replacement;

/** What is the same, and between it what was where now something else is. */
function hunksOf(before: string[], after: string[], effort: Effort): Hunk[] {
  const hunks: Hunk[] = [];
  for (const part of effort.diff(before, after)) {
    const last = hunks.at(-1);
    if (!part.added && !part.removed) hunks.push({ kept: true, run: { kind: 'kept', text: part.value.join('') } });
    else if (last?.kept === false) (part.removed ? last.before : last.after).push(...part.value);
    else hunks.push({ kept: false, before: part.removed ? part.value : [], after: part.added ? part.value : [] });
  }
  return hunks;
}

/** As many sentences as before: each was rewritten in its place. */
function inSentences({ before, after }: Replacement, language: Language, effort: Effort): Run[] {
  if (before.length !== after.length) return inWords(before.join(''), after.join(''), language, effort);
  return before.flatMap((sentence, index) => inWords(sentence, after[index] ?? '', language, effort));
}

function inWords(before: string, after: string, language: Language, effort: Effort): Run[] {
  const head = sameHead(before, after);
  const tail = sameTail(before.slice(head), after.slice(head));
  const [old, now] = [before.slice(head, before.length - tail), after.slice(head, after.length - tail)];
  const hunks: Hunk[] = [
    { kept: true, run: { kind: 'kept', text: before.slice(0, head) } },
    ...(old === '' || now === ''
      ? [{ kept: false as const, before: [old], after: [now] }]
      : hunksOf(effort.words(old, language), effort.words(now, language), effort)),
    { kept: true, run: { kind: 'kept', text: before.slice(before.length - tail) } },
  ];
  const kept = hunks.reduce((sum, hunk) => sum + (hunk.kept ? hunk.run.text.trim().length : 0), 0);
  if (kept < LEAST_KEPT * Math.max(before.trim().length, after.trim().length)) return replaced([before], [after]);
  return joinCrumbs(hunks).flatMap((hunk) => (hunk.kept ? [hunk.run] : replaced(hunk.before, hunk.after)));
}

/** How much is the same at the beginning, in whole stretches: 19時 → 18時 has nothing in common but 時. */
function sameHead(before: string, after: string): number {
  let at = 0;
  while (at < before.length && before[at] === after[at]) at++;
  const cut = goesOn(before, at) || goesOn(after, at);
  return cut ? at - (LAST_STRETCH.exec(before.slice(0, at))?.[0].length ?? 0) : at;
}

function sameTail(before: string, after: string): number {
  const most = Math.min(before.length, after.length);
  let length = 0;
  while (length < most && before.at(-1 - length) === after.at(-1 - length)) length++;
  const cut = goesOn(before, before.length - length) || goesOn(after, after.length - length);
  return cut ? length - (FIRST_STRETCH.exec(before.slice(before.length - length))?.[0].length ?? 0) : length;
}

/** Whether a stretch, or a character of two units, goes on across this place. */
function goesOn(text: string, at: number): boolean {
  return (
    at > 0 &&
    at < text.length &&
    (ONE_STRETCH.test(text.slice(at - 1, at + 1)) || /[\ud800-\udbff]/.test(text[at - 1] ?? ''))
  );
}

const ONE_STRETCH = new RegExp(`^${STRETCH}$`, 'u');
const LAST_STRETCH = new RegExp(`(?:${STRETCH}|[\\ud800-\\udbff])$`, 'u');
const FIRST_STRETCH = new RegExp(`^(?:${STRETCH}|[\\udc00-\\udfff])`, 'u');

/** A letter or two between two changes is no help to the eye: 10時30分 → 11時45分 is one change. */
function joinCrumbs(hunks: Hunk[]): Hunk[] {
  const joined: Hunk[] = [];
  for (const [index, hunk] of hunks.entries()) {
    const last = joined.at(-1);
    const crumb = hunk.kept && index < hunks.length - 1 && hunk.run.text.length <= 2 && !hunk.run.text.includes('\n');
    if (last?.kept === false && (crumb || !hunk.kept)) {
      last.before.push(...(hunk.kept ? [hunk.run.text] : hunk.before));
      last.after.push(...(hunk.kept ? [hunk.run.text] : hunk.after));
    } else joined.push(hunk);
  }
  return joined;
}

function replaced(before: string[], after: string[]): Run[] {
  return [
    { kind: 'removed', text: before.join('') },
    { kind: 'added', text: after.join('') },
  ];
}

/** Neighbours of one kind become one; nothing empty stays. */
function tidy(runs: Run[]): Run[] {
  const tidied: Run[] = [];
  for (const run of runs) {
    const last = tidied.at(-1);
    if (run.text === '') continue;
    if (last?.kind === run.kind) last.text += run.text;
    else tidied.push({ ...run });
  }
  return tidied;
}

/** Each with its end: a full stop or a line break. */
function sentencesOf(text: string): string[] {
  return text.split(/(?<=[\n。！？])|(?<=[.!?] )/);
}
